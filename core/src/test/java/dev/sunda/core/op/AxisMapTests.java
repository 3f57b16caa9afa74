package dev.sunda.core.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.AxisKernels;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.List;
import org.junit.jupiter.api.Test;

class AxisMapTests {
    private static final AxisMap BLUR = AxisMap.of(3, new int[][] {{0, 1}, {}, {2, 2, 0}}, new double[][] {{0.5, 2}, {}, {1, 3, -1}});

    @Test
    void sumsWeightedTaps() {
        for (Device device : List.of(Device.CPU, Device.REFERENCE))
            for (DType dtype : List.of(DType.F32, DType.F64)) {
                Tensor x = Tensor.of(new double[] {1, 10, 2, 20, 3, 30}, Shape.of(3, 2)).to(dtype).to(device);
                assertThat(AxisKernels.map(List.of(BLUR), x, 0).toDoubleArray()).containsExactly(4.5, 45, 0, 0, 11, 110);
                assertThat(AxisKernels.map(List.of(BLUR), x.mT(), 1).toDoubleArray()).containsExactly(4.5, 0, 11, 45, 0, 110);
            }
    }

    @Test
    void theTransposeHasTheTransposedMatrix() {
        AxisMap back = BLUR.transposed();
        assertThat(back.in()).isEqualTo(3);
        assertThat(back.out()).isEqualTo(3);
        double[][] matrix = new double[3][3];
        for (int i = 0; i < 3; i++)
            for (int t = back.start(i); t < back.start(i + 1); t++)
                matrix[i][back.index(t)] += back.weight(t);
        assertThat(matrix).isDeepEqualTo(new double[][] {{0.5, 0, -1}, {2, 0, 0}, {0, 0, 4}});
    }

    @Test
    void copiesLeaveGaps() {
        Tensor x = Tensor.of(1f, 2f, 3f);
        assertThat(AxisKernels.map(List.of(AxisMap.copies(3, 2, -1, 0, 0)), x, 0).toFloatArray()).containsExactly(3, 0, 1, 1);
        assertThat(AxisKernels.map(List.of(AxisMap.copies(3)), x, 0).numel()).isZero();
    }

    @Test
    void theMemoryOrderStays() {
        Tensor image = Tensor.ones(2, 3, 4, 5).channelsLast();
        assertThat(AxisKernels.map(List.of(AxisMap.copies(4, 1, 2, 3)), image, 2).layout().isChannelsLast()).isTrue();
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertThatThrownBy(() -> AxisMap.copies(3, 3)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("(got 3)");
        assertThatThrownBy(() -> AxisMap.of(3, new int[][] {{0}}, new double[][] {{}})).hasMessageContaining("needs one weight");
        assertThatThrownBy(() -> AxisKernels.map(List.of(BLUR), Tensor.ones(2, 4), 1)).isInstanceOf(ShapeException.class)
                .hasMessageStartingWith("mapAxes: the map needs size 3 at dimension 1");
        assertThatThrownBy(() -> AxisKernels.map(List.of(BLUR), Tensor.of(1, 2, 3), 0)).isInstanceOf(DTypeException.class);
    }
}
