package dev.sunda.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.spi.CacheLine;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

class CacheLineTests {
    private static final int LINE = 64;
    private static final int HEADER = 16;

    @Test
    void arraysWhoseObjectsBeginALineBeginOneAtTheLead() {
        assertThat((HEADER + CacheLine.FLOATS * Float.BYTES) % LINE).isZero();
        assertThat((HEADER + CacheLine.DOUBLES * Double.BYTES) % LINE).isZero();
    }

    @Test
    void tensorsOfTheProcessorBeginAtTheLeadWhoeverMakesThem() {
        for (DType type : List.of(DType.F32, DType.F64)) {
            assertBegins(Tensor.zeros(Shape.of(3, 5), type, Device.CPU), CacheLine.lead(type));
            assertBegins(made(type), CacheLine.lead(type));
            try (var _ = StepScope.open()) {
                assertBegins(made(type), CacheLine.lead(type));
            }
        }
        assertBegins(Tensor.of(new float[] {1, 2}, Shape.of(2)), CacheLine.FLOATS);
        assertBegins(Tensor.of(new double[] {1, 2}, Shape.of(2)), CacheLine.DOUBLES);
        assertBegins(Tensor.of(1.5f).to(Device.REFERENCE).to(Device.CPU), CacheLine.FLOATS);
    }

    /// Uploaded, computed and turned.
    private static Tensor made(DType type) {
        Tensor x = Tensor.of(new double[] {1, 2, 3, 4, 5, 6}, Shape.of(2, 3)).to(type);
        return x.matmul(x.transpose(0, 1)).add(1).transpose(0, 1).contiguous();
    }

    @Test
    void otherTypesAndDevicesBeginAtTheFirstElement() {
        for (DType type : List.of(DType.I32, DType.I64, DType.BOOL))
            assertBegins(Tensor.zeros(Shape.of(3), type, Device.CPU), 0);
        assertBegins(Tensor.zeros(Shape.of(3), DType.F32, Device.REFERENCE), 0);
        assertBegins(Tensor.of(1, 2).to(Device.REFERENCE), 0);
    }

    private static void assertBegins(Tensor x, int element) {
        assertThat(x.layout().offset()).as(x.describe()).isEqualTo(element);
    }
}
