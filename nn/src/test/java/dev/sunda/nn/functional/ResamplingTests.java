package dev.sunda.nn.functional;

import static dev.sunda.nn.functional.OpChecks.assertClose;
import static dev.sunda.nn.functional.OpChecks.ramp;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.Interpolation.Mode;
import org.junit.jupiter.api.Test;

/// Resizing, padding, unfolding and shuffling. Expectations from PyTorch 2.13, float64.
class ResamplingTests {
    private static Tensor resized(Tensor x, Interpolation how) {
        return Interpolations.interpolate(Variable.of(x), how).data();
    }

    @Test
    void nearestPixelsAgreeWithPyTorch() {
        assertClose("before", resized(ramp(1, 1, 7), Interpolation.toSize(Mode.NEAREST, 5)), -1.25, 0.5, -0.5, 0.25, -0.75);
        assertClose("centre", resized(ramp(1, 1, 7), Interpolation.toSize(Mode.NEAREST_EXACT, 5)), -1.25, -0.5, 1.25, 0.25, 1);
    }

    @Test
    void bilinearAgreesWithPyTorch() {
        Tensor x = ramp(1, 1, 3, 4);
        assertClose("given factor", resized(x, Interpolation.byFactor(Mode.BILINEAR, 1.7, 0.6)), -0.666666666667, -0.5, -0.44362745098,
                0.073529411765, -0.100490196078, 0.955882352941, -0.269607843137, 0.301470588235, -0.416666666667, -0.25);
        assertClose("ratio of the sizes", resized(x, Interpolation.byFactor(Mode.BILINEAR, 1.7, 0.6).withRecomputedScaleFactor()), -0.375,
                0.375, -0.325, 0.425, -0.25, 0.5, -0.175, -0.25, -0.125, -0.75);
        assertClose("aligned corners", resized(x, Interpolation.toSize(Mode.BILINEAR, 4, 3).withAlignCorners(true)), -1.25, 0, 1.25, -0.25,
                0.083333333333, 0.416666666667, -0.166666666667, 0.166666666667, -0.416666666667, -1, 0.25, -1.25);
    }

    @Test
    void bicubicAgreesWithPyTorch() {
        assertClose("larger", resized(ramp(1, 1, 3, 4), Interpolation.toSize(Mode.BICUBIC, 4, 3)), -1.057391837791, -0.008972167969,
                1.039447501854, -0.216277934887, 0.037899017334, 0.607487855134, -0.098724223949, 0.276679992676, -0.3824667754,
                -0.789447501854, 0.535289764404, -1.21699114199);
        assertClose("antialias", resized(ramp(1, 1, 3, 6), Interpolation.toSize(Mode.BICUBIC, 2, 3).withAntialias()), -0.180574491091,
                0.238552681558, -0.269983612833, 0.241059255727, 0.222087780133, -0.150135664251);
    }

    @Test
    void paddingAgreesWithPyTorch() {
        Tensor x = ramp(1, 3, 4);
        int[] pads = {2, 1, 1, 2};
        assertClose("reflect", firstRows(x, pads, PaddingMode.REFLECT), 1, -0.75, 0.25, -0.75, 1, 0, 1, -0.5, 0.5, -1.25, 0.5, -0.5, 1.25,
                -0.5);
        assertClose("replicate", firstRows(x, pads, PaddingMode.REPLICATE), -1.25, -1.25, -1.25, 0.5, -0.5, 1.25, 1.25, -1.25, -1.25,
                -1.25, 0.5, -0.5, 1.25, 1.25);
        assertClose("circular", firstRows(x, pads, PaddingMode.CIRCULAR), -0.25, -1.25, -1, 0.75, -0.25, -1.25, -1, -0.5, 1.25, -1.25, 0.5,
                -0.5, 1.25, -1.25);
        assertClose("constant", Paddings.pad(Variable.of(x), new int[] {-1, 1, 0, 1}, PaddingMode.CONSTANT, 9).data(), 0.5, -0.5, 1.25, 9,
                -0.75, 1, 0, 9, 0.75, -0.25, -1.25, 9, 9, 9, 9, 9);
        assertClose("cropped, then repeated", Paddings.pad(Variable.of(ramp(1, 1, 6)), new int[] {-1, 2}, PaddingMode.CIRCULAR, 0).data(),
                0.5, -0.5, 1.25, 0.25, -0.75, 0.5, -0.5);
    }

    private static Tensor firstRows(Tensor x, int[] pads, PaddingMode mode) {
        return Paddings.pad(Variable.of(x), pads, mode, 0).data().narrow(1, 0, 2);
    }

    @Test
    void integersAndBooleansArePaddedToo() {
        Variable x = Variable.of(Tensor.of(1L, 2L, 3L));
        assertThat(Paddings.pad(x, new int[] {1, 1}, PaddingMode.CONSTANT, 2.7).data().toLongArray()).containsExactly(2, 1, 2, 3, 2);
        assertThat(Paddings.pad(x.reshape(1, 3), new int[] {2, 1}, PaddingMode.REFLECT, 0).data().toLongArray())
                .containsExactly(3, 2, 1, 2, 3, 2);
        assertThat(Paddings.pad(Variable.of(Tensor.of(true, false)), 0, 1).data().toBooleanArray()).containsExactly(true, false, false);
    }

    @Test
    void emptyBatchesKeepTheirShape() {
        assertThat(Paddings.pad(Variable.of(Tensor.zeros(0, 2, 3)), new int[] {1, 2}, PaddingMode.REFLECT, 0).shape())
                .isEqualTo(Shape.of(0, 2, 6));
        assertThat(Paddings.pad(Variable.of(Tensor.zeros(2, 3, 0)), 1, 1).shape()).isEqualTo(Shape.of(2, 3, 2));
        assertThat(resized(Tensor.zeros(0, 1, 4, 4), Interpolation.toSize(Mode.BICUBIC, 3)).shape()).isEqualTo(Shape.of(0, 1, 3, 3));
        assertThat(Unfoldings.unfold(Variable.of(Tensor.zeros(0, 1, 4, 4)), new int[] {2, 2}, new int[] {1, 1}, new int[2],
                new int[] {1, 1}).shape()).isEqualTo(Shape.of(0, 4, 9));
        assertThat(Shuffles.pixelUnshuffle(Variable.of(Tensor.zeros(1, 0, 2, 2)), 2).shape()).isEqualTo(Shape.of(1, 0, 1, 1));
    }

    @Test
    void unfoldingAndFoldingAgreeWithPyTorch() {
        int[] kernel = {2, 3};
        int[] padding = {1, 0};
        int[] stride = {2, 1};
        int[] ones = {1, 1};
        assertClose("unfold", Unfoldings.unfold(Variable.of(ramp(1, 1, 3, 4)), kernel, ones, padding, stride).data(), 0, 0, 0.25, -0.75, 0,
                0, -0.75, 1, 0, 0, 1, 0, -1.25, 0.5, -1, 0.75, 0.5, -0.5, 0.75, -0.25, -0.5, 1.25, -0.25, -1.25);
        assertClose("fold", Unfoldings.fold(Variable.of(ramp(1, 6, 4)), new int[] {3, 4}, kernel, ones, padding, stride).data(), 0.5, -1.25,
                1.75, -0.25, -0.5, 2.25, -0.25, -1.25, 1.25, 0.25, -2.25, 0.5);
    }

    @Test
    void shufflesAgreeWithPyTorch() {
        assertClose("pixels", Shuffles.pixelShuffle(Variable.of(ramp(1, 4, 2, 2)), 2).data(), -1.25, 0.25, 0.5, -0.75, -1, 0.5, 0.75, -0.5,
                -0.5, 1, 1.25, 0, -0.25, 1.25, -1.25, 0.25);
        assertClose("back", Shuffles.pixelUnshuffle(Variable.of(ramp(1, 1, 2, 4)), 2).data(), -1.25, -0.5, 0.5, 1.25, 0.25, 1, -0.75, 0);
        assertClose("channels", Shuffles.channelShuffle(Variable.of(ramp(1, 6, 1)), 3).data(), -1.25, -0.5, 0.25, 0.5, 1.25, -0.75);
    }
}
