package dev.sunda.core.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.op.PoolSpec;
import dev.sunda.core.op.Window;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Shape;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/// Expected numbers from PyTorch 2 where they are not plain to see.
class NaivePoolingTests {
    private static final double NAN = Double.NaN;
    private static final Offset<Double> CLOSE = Offset.offset(1e-15);

    private record Maxima(View values, View index) {
    }

    private static Maxima maxPool(PoolSpec spec, View x) {
        var result = new Maxima(Samples.empty(DType.F64, spec.outputShape()), Samples.empty(DType.I32, spec.outputShape()));
        NaivePooling.maxPool(spec, x, false, result.values, result.index);
        return result;
    }

    private static PoolSpec spec2d(int[] kernel, int[] padding, int[] dilation, boolean countPadding) {
        return PoolSpec.of("pool2d", Shape.of(1, 2, 5, 6), kernel, new int[] {2, 2}, padding, dilation, true, countPadding);
    }

    private static PoolSpec spec1d(int in, int kernel, int stride) {
        return new PoolSpec(1, 1, List.of(Window.sliding(in, kernel, stride, 1, 0, 0)), false);
    }

    @Test
    void maximaInTwoAxes() {
        PoolSpec spec = spec2d(new int[] {3, 2}, new int[] {1, 1}, new int[] {1, 2}, false);
        Maxima maxima = maxPool(spec, Samples.pattern(1, 1, 2, 5, 6));
        assertThat(Elements.doubles(maxima.values)).containsExactly(
                0.75, 1, 1, -0.5, 0.25, 1, 1.25, 1.25, -0.75, 0, 0.75, 0.75, 1, 1.25, 1.25, -0.25, 0.5, 1.25, 1.25, 1, -0.5, 0.25, 1, 1);
        assertThat(Elements.longs(maxima.index)).containsExactly(
                1, 9, 9, 5, 7, 9, 17, 17, 19, 21, 23, 23, 1, 9, 9, 5, 7, 9, 9, 23, 19, 21, 23, 23);
        View dx = Samples.empty(DType.F64, spec.inputShape());
        NaivePooling.maxPoolScatter(spec, Samples.pattern(DType.F64, 4, spec.outputShape()), maxima.index, dx);
        assertThat(Elements.doubles(dx)).containsExactly(
                0, -0.25, 0, 0, 0, -0.5, 0, 1.25, 0, -0.5, 0, 0, 0, 0, 0, 0, 0, 0.25, 0, 0, 0, -1, 0, 0.5, 0, 0, 0, 0, 0, 0, 0, -1.25, 0,
                0, 0, 1.25, 0, 0.25, 0, 0.25, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, 0, 0.75, 0, -1.5, 0, 0, 0, 0, 0, 0);
    }

    @Test
    void maximaInOneAxis() {
        PoolSpec spec = PoolSpec.of("maxPool1d", Shape.of(1, 2, 7), new int[] {3}, new int[] {2}, new int[] {1}, new int[] {1}, false,
                false);
        Maxima maxima = maxPool(spec, Samples.pattern(5, 1, 2, 7));
        assertThat(Elements.doubles(maxima.values)).containsExactly(0, 0.75, 0.5, 0.5, 1.25, 1, 1, 0.75);
        assertThat(Elements.longs(maxima.index)).containsExactly(0, 2, 5, 5, 0, 3, 3, 6);
    }

    @Test
    void maximaInThreeAxes() {
        PoolSpec spec = PoolSpec.of("maxPool3d", Shape.of(1, 1, 3, 3, 4), new int[] {2, 2, 2}, new int[] {1, 1, 1}, new int[] {0, 0, 0},
                new int[] {1, 1, 1}, false, false);
        Maxima maxima = maxPool(spec, Samples.pattern(5, 1, 1, 3, 3, 4));
        assertThat(Elements.doubles(maxima.values)).containsExactly(
                0.75, 1.25, 1.25, 1, 1.25, 1.25, 1.25, 1.25, 1.25, 1.25, 1.25, 1.25);
        assertThat(Elements.longs(maxima.index)).containsExactly(
                13, 18, 7, 21, 18, 7, 29, 18, 18, 29, 18, 18);
    }

    @Test
    void firstOfEqualsAndLastNanWin() {
        Maxima maxima = maxPool(spec1d(9, 3, 3), Samples.f64(Shape.of(1, 1, 9), 1, 5, 5, 2, NAN, NAN, NAN, 7, 8));
        assertThat(Elements.doubles(maxima.values)).containsExactly(5, NAN, NAN);
        assertThat(Elements.longs(maxima.index)).containsExactly(1, 5, 6);
    }

    @Test
    void negativeInfinityBeatsThePadding() {
        PoolSpec spec = new PoolSpec(1, 1, List.of(Window.sliding(1, 3, 1, 1, 1, 1)), false);
        Maxima maxima = maxPool(spec, Samples.f64(Shape.of(1, 1, 1), Double.NEGATIVE_INFINITY));
        assertThat(Elements.doubles(maxima.values)).containsExactly(Double.NEGATIVE_INFINITY);
        assertThat(Elements.longs(maxima.index)).containsExactly(0);
    }

    @Test
    void windowsInsideThePaddingTakeNoPart() {
        PoolSpec spec = new PoolSpec(1, 1, List.of(Window.sliding(1, 2, 1, 2, 1, 1)), false);
        Maxima maxima = maxPool(spec, Samples.f64(Shape.of(1, 1, 1), 3));
        assertThat(Elements.doubles(maxima.values)).containsExactly(Double.NEGATIVE_INFINITY);
        assertThat(Elements.longs(maxima.index)).containsExactly(-1);
        View dx = Samples.f64Empty(1, 1, 1);
        NaivePooling.maxPoolScatter(spec, Samples.f64(Shape.of(1, 1, 1), 1), maxima.index, dx);
        assertThat(Elements.doubles(dx)).containsExactly(0);
        View mean = Samples.f64Empty(1, 1, 1);
        NaivePooling.avgPool(spec, Samples.f64(Shape.of(1, 1, 1), 3), mean);
        assertThat(Elements.doubles(mean)).containsExactly(0);
    }

    @Test
    void scatterAddsAndGatherReads() {
        PoolSpec spec = spec1d(4, 2, 1);
        View index = Samples.of(DType.I32, Shape.of(1, 1, 3), 1, 1, 3);
        View dx = Samples.f64Empty(1, 1, 4);
        NaivePooling.maxPoolScatter(spec, Samples.f64(Shape.of(1, 1, 3), 10, 20, 30), index, dx);
        assertThat(Elements.doubles(dx)).containsExactly(0, 30, 0, 30);
        View out = Samples.f64Empty(1, 1, 3);
        NaivePooling.maxPoolGather(spec, Samples.f64(Shape.of(1, 1, 4), 5, 6, 7, 8), index, out);
        assertThat(Elements.doubles(out)).containsExactly(6, 6, 8);
    }

    @Test
    void meansThatCountPaddingCutTheLastWindowAtItsEnd() {
        PoolSpec spec = spec2d(new int[] {2, 3}, new int[] {0, 1}, new int[] {1, 1}, true);
        assertThat(means(spec)).containsExactly(new double[] {
            0.20833333333333334, -0.041666666666666664, -0.20833333333333334, -0.375, 0, -0.125, 0.16666666666666666, 0.5, -0.5,
            -0.4166666666666667, 0.3333333333333333, 0.125, -0.08333333333333333, 0.20833333333333334, 0.041666666666666664, -0.25,
            0.16666666666666666, 0.125, -0.041666666666666664, -0.0625, -0.3333333333333333, -0.16666666666666666,
            -0.3333333333333333, 0.25}, CLOSE);
        assertThat(meanGradient(spec)).containsExactly(new double[] {
            -0.041666666666666664, -0.25, -0.20833333333333334, -0.125, 0.08333333333333333, -0.04166666666666667,
            -0.041666666666666664, -0.25, -0.20833333333333334, -0.125, 0.08333333333333333, -0.04166666666666667,
            0.20833333333333334, 0.25, 0.041666666666666664, -0.08333333333333334, -0.125, 0.125, 0.20833333333333334, 0.25,
            0.041666666666666664, -0.08333333333333334, -0.125, 0.125, 0, -0.3333333333333333, -0.3333333333333333,
            -0.08333333333333331, 0.25, 0.125, -0.20833333333333334, -0.125, 0.08333333333333333, 0, -0.08333333333333333,
            0.22916666666666669, -0.20833333333333334, -0.125, 0.08333333333333333, 0, -0.08333333333333333, 0.22916666666666669,
            0.041666666666666664, -0.08333333333333334, -0.125, 0.04166666666666666, 0.16666666666666666, 0.16666666666666666,
            0.041666666666666664, -0.08333333333333334, -0.125, 0.04166666666666666, 0.16666666666666666, 0.16666666666666666,
            -0.3333333333333333, -0.08333333333333331, 0.25, 0.16666666666666669, -0.08333333333333333, -0.7083333333333334}, CLOSE);
    }

    @Test
    void meansThatLeavePaddingOut() {
        PoolSpec spec = spec2d(new int[] {2, 3}, new int[] {0, 1}, new int[] {1, 1}, false);
        assertThat(means(spec)).containsExactly(new double[] {
            0.3125, -0.041666666666666664, -0.20833333333333334, -0.75, 0, -0.125, 0.16666666666666666, 1, -0.75, -0.4166666666666667,
            0.3333333333333333, 0.25, -0.125, 0.20833333333333334, 0.041666666666666664, -0.5, 0.25, 0.125, -0.041666666666666664,
            -0.125, -0.5, -0.16666666666666666, -0.3333333333333333, 0.5}, CLOSE);
        assertThat(meanGradient(spec)).containsExactly(new double[] {
            -0.0625, -0.27083333333333337, -0.20833333333333334, -0.125, 0.08333333333333333, -0.16666666666666669, -0.0625,
            -0.27083333333333337, -0.20833333333333334, -0.125, 0.08333333333333333, -0.16666666666666669, 0.3125, 0.3541666666666667,
            0.041666666666666664, -0.08333333333333334, -0.125, 0.375, 0.3125, 0.3541666666666667, 0.041666666666666664,
            -0.08333333333333334, -0.125, 0.375, 0, -0.3333333333333333, -0.3333333333333333, -0.08333333333333331, 0.25, 0, -0.3125,
            -0.22916666666666669, 0.08333333333333333, 0, -0.08333333333333333, 0.5416666666666666, -0.3125, -0.22916666666666669,
            0.08333333333333333, 0, -0.08333333333333333, 0.5416666666666666, 0.0625, -0.0625, -0.125, 0.04166666666666666,
            0.16666666666666666, 0.16666666666666666, 0.0625, -0.0625, -0.125, 0.04166666666666666, 0.16666666666666666,
            0.16666666666666666, -0.5, -0.25, 0.25, 0.16666666666666669, -0.08333333333333333, -1.3333333333333333}, CLOSE);
    }

    private static double[] means(PoolSpec spec) {
        View out = Samples.empty(DType.F64, spec.outputShape());
        NaivePooling.avgPool(spec, Samples.pattern(DType.F64, 1, spec.inputShape()), out);
        return Elements.doubles(out);
    }

    private static double[] meanGradient(PoolSpec spec) {
        View dx = Samples.empty(DType.F64, spec.inputShape());
        NaivePooling.avgPoolBackward(spec, Samples.pattern(DType.F64, 4, spec.outputShape()), dx);
        return Elements.doubles(dx);
    }
}
