package dev.sunda.cuda.kernel;

import static dev.sunda.cuda.kernel.TwinViews.DEVICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.op.PoolSpec;
import dev.sunda.core.op.ScatterOp;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// An index outside its dimension is said when somebody waits, and leaves everything else as it should be.
class IndexingTests {
    private static View numbers(double... numbers) {
        float[] floats = new float[numbers.length];
        for (int i = 0; i < floats.length; i++)
            floats[i] = (float) numbers[i];
        return new View(DEVICE.upload(DType.F32, floats), Layout.contiguous(Shape.of(floats.length)));
    }

    private static View places(long... numbers) {
        return new View(DEVICE.upload(DType.I64, numbers), Layout.contiguous(Shape.of(numbers.length)));
    }

    private static float[] floats(View x) {
        return (float[]) DEVICE.download(x.storage(), 0, x.storage().numel());
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 3, Long.MIN_VALUE, 1L << 32})
    void gatherSaysWhichIndexIsOutside(long bad) {
        View out = numbers(9, 9);
        DEVICE.gather("indexSelect", numbers(1, 2, 3), 0, places(2, bad), out);
        assertThatThrownBy(DEVICE::synchronize).isInstanceOf(ShapeException.class)
                .hasMessageContaining("indexSelect: index " + bad + " is outside").hasMessageContaining("of size 3");
        assertThat(floats(out)).containsExactly(3, 0);
        assertThatCode(DEVICE::synchronize).doesNotThrowAnyException();
    }

    /// Few indices, many of them, and so many that they are sorted by their digits.
    @ParameterizedTest
    @ValueSource(ints = {5, 100, 5000})
    void scatterSaysWhichIndexIsOutside(int count) {
        long[] index = new long[count];
        index[count / 2] = 2;
        double[] ones = new double[count];
        Arrays.fill(ones, 1);
        View out = numbers(0, 0);
        DEVICE.scatter("indexAdd", ScatterOp.ADD, numbers(ones), 0, places(index), out);
        assertThatThrownBy(DEVICE::synchronize).isInstanceOf(ShapeException.class).hasMessageContaining("indexAdd: index 2 is outside");
        assertThat(floats(out)).containsExactly(count - 1, 0);
    }

    @ParameterizedTest
    @EnumSource(value = ScatterOp.class, names = {"ADD", "MAX"})
    void scatterOfIntegersSaysWhichIndexIsOutside(ScatterOp op) {
        View out = places(5, 7);
        long[] index = new long[40];
        index[39] = -7;
        DEVICE.scatter("scatter", op, places(new long[40]), 0, places(index), out);
        assertThatThrownBy(DEVICE::synchronize).isInstanceOf(ShapeException.class).hasMessageContaining("scatter: index -7 is outside");
        assertThat((long[]) DEVICE.download(out.storage(), 0, 2)).containsExactly(5, 7);
    }

    @Test
    void ranksOutsideTheRowAreSaid() {
        View out = places(0);
        DEVICE.ranked(numbers(3, 1, 2), 0, places(3), out);
        assertThatThrownBy(DEVICE::synchronize).isInstanceOf(ShapeException.class).hasMessageContaining("ranked: index 3 is outside");
    }

    @Test
    void pixelsOutsideTheImageAreSaid() {
        var spec = PoolSpec.of("maxPool", Shape.of(1, 1, 4), new int[] {2}, new int[] {2}, new int[] {0}, new int[] {1}, false, false);
        View x = numbers(1, 2, 3, 4);
        View out = numbers(9, 9);
        View index = new View(DEVICE.upload(DType.I32, new int[] {3, 4}), Layout.contiguous(spec.outputShape()));
        DEVICE.maxPoolGather(spec, x.as(Layout.contiguous(spec.inputShape())), index, out.as(Layout.contiguous(spec.outputShape())));
        assertThatThrownBy(DEVICE::synchronize).isInstanceOf(ShapeException.class)
                .hasMessageContaining("maxPoolGather: index 4 is outside");
        assertThat(floats(out)).containsExactly(4, 0);
    }
}
