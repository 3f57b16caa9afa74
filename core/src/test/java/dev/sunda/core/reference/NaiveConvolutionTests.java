package dev.sunda.core.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.op.Padding;
import dev.sunda.core.op.Window;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Expected numbers from PyTorch 2; the inputs are small multiples of 1/4, so they are exact.
class NaiveConvolutionTests {
    private static View bias(int outputs) {
        return Samples.pattern(3, outputs);
    }

    private static double[] forward(ConvSpec spec, View bias) {
        View out = Samples.empty(DType.F64, spec.outputShape());
        NaiveConvolution.conv(spec, x(spec), w(spec), bias, out);
        return Elements.doubles(out);
    }

    private static double[] inputGradient(ConvSpec spec) {
        View dx = Samples.empty(DType.F64, spec.inputShape());
        NaiveConvolution.convInput(spec, dy(spec), w(spec), null, dx);
        return Elements.doubles(dx);
    }

    private static double[] weightGradient(ConvSpec spec) {
        View dw = Samples.empty(DType.F64, spec.weightShape());
        NaiveConvolution.convWeight(spec, x(spec), dy(spec), dw);
        return Elements.doubles(dw);
    }

    private static View x(ConvSpec spec) {
        return Samples.pattern(DType.F64, 1, spec.inputShape());
    }

    private static View w(ConvSpec spec) {
        return Samples.pattern(DType.F64, 2, spec.weightShape());
    }

    private static View dy(ConvSpec spec) {
        return Samples.pattern(DType.F64, 4, spec.outputShape());
    }

    @Test
    void oneAxisWithGroupsStrideDilationAndUnevenPadding() {
        var spec = new ConvSpec(2, 4, 6, 2, List.of(Window.sliding(7, 3, 2, 2, 2, 1)));
        assertThat(forward(spec, bias(6))).containsExactly(
                -1.5625, 0.75, -1.5, 0.1875, 3.4375, 2.375, -0.8125, -0.0625, 0.0625, 0, -2.625, 0.75, 2.25, 0.125, 2.625, -1.6875,
                0.8125, -1, 0.4375, -1.875, 0.6875, 1.8125, -1.8125, 3.3125, 0.4375, -0.375, -0.25, -1.875, 0.625, -2.1875, 0, 2.125,
                -0.1875, 0.5, -1.1875, 1.125);
        assertThat(inputGradient(spec)).containsExactly(
                -0.125, 0, -0.3125, 0, -1, 0, -0.125, 3.4375, 0, 0.3125, 0, -1.4375, 0, -0.3125, 3.5625, 0, -2.1875, 0, 1.0625, 0, -0.875,
                3.4375, 0, -1.9375, 0, 1.0625, 0, -0.5, 1.1875, 0, 2.5625, 0, -1, 0, -0.625, 0.125, 0, -1, 0, -0.5625, 0, -0.375, -0.1875,
                0, 0.3125, 0, -2.625, 0, 1.9375, 0.5625, 0, 0.5, 0, -2.4375, 0, 1.375);
        assertThat(weightGradient(spec)).containsExactly(
                1.875, 2.0625, -1.4375, -0.3125, -3.3125, 2.125, -0.6875, 1.4375, -0.4375, 0, -1, -0.8125, -2.5625, 1.5, 1.25, 1, 2,
                -3.0625, -2.5625, 1.5625, 0.875, 0.4375, 1.5625, -3.25, -2.125, 2, 0.875, 0.3125, 1.5, -3.0625, -1.6875, -1, -0.5, 0.1875,
                1.4375, -0.8125);
    }

    @Test
    void twoAxesThatDifferInEverything() {
        ConvSpec spec = ConvSpec.of("conv2d", Shape.of(1, 2, 4, 5), Shape.of(3, 2, 3, 2), new int[] {1, 2}, Padding.of(0, 1, 1, 2),
                new int[] {1, 2}, 1);
        assertThat(forward(spec, bias(3))).containsExactly(
                -0.875, 0.4375, -1.5625, 4.3125, -4.0625, -0.9375, -2.0625, -2, 1.1875, 4.5625, -0.4375, 3.5, -0.125, 4.1875, 0.4375,
                0.0625, 0.25, -0.375, -1.6875, 4.875, -1.0625, -1.125, 2.125, -1.625, 3.5625, -1.625, 0.8125);
        assertThat(inputGradient(spec)).containsExactly(
                0, 0.4375, 0, -1.875, 0, 0, -3.1875, 0, 2.125, 0, 0, -2.375, 0, 0.5625, 0, 0, 4.125, 0, 1.8125, 0, 0, 3.5625, 0, -1.25, 0,
                0, 0.375, 0, -2.0625, 0, 0, -4.5, 0, 0.5625, 0, 0, -2.5, 0, -0.1875, 0);
        assertThat(weightGradient(spec)).containsExactly(
                -1.1875, 0.3125, -3.75, 1.4375, 0.5625, 1.125, 2.3125, -1.375, -0.25, -3, -3.4375, 1, 1.8125, -4.9375, 0.4375, -1.25,
                -1.0625, 1.5625, 0.4375, 1.5625, 1.125, -3, 0.625, -0.4375, 2.0625, 1.5, 1.875, 0.1875, 0.0625, -1.4375, -4.1875, 1.0625,
                -0.25, 1.125, 1.9375, 0.1875);
    }

    @Test
    void threeAxes() {
        ConvSpec spec = ConvSpec.of("conv3d", Shape.of(1, 1, 3, 3, 3), Shape.of(2, 1, 2, 2, 2), new int[] {1, 1, 1}, Padding.VALID,
                new int[] {1, 1, 1}, 1);
        assertThat(forward(spec, bias(2))).containsExactly(
                0.1875, -0.875, 0.4375, 0.75, -1.125, 0.5625, -0.875, -1.9375, 2.0625, 0.375, 2.5, 2.1875, 0.625, 1.6875, 0.375, -0.625);
        assertThat(inputGradient(spec)).containsExactly(
                0.1875, 1.1875, -2.5, -0.75, 1.9375, 1.1875, 0.1875, -1.125, 0.6875, -0.5, -2.625, 1.1875, 1.9375, -1.25, 0.6875, -1.5,
                3.125, -2.375, -0.3125, 0.375, -0.0625, -1.375, 1.0625, 0.25, 1.4375, -3.25, 1.4375);
        assertThat(weightGradient(spec)).containsExactly(
                -1.125, -0.6875, 0.1875, 2, -0.625, 2.5625, -0.6875, 1.125, -3.75, -1.1875, -1.5625, 2.375, -1.3125, 4, -1.1875, 3.4375);
    }

    @Test
    void withoutBias() {
        ConvSpec spec = ConvSpec.of("conv1d", Shape.of(1, 1, 3), Shape.of(1, 1, 2), new int[] {1}, Padding.VALID, new int[] {1}, 1);
        View out = Samples.f64Empty(1, 1, 2);
        NaiveConvolution.conv(spec, Samples.f64(Shape.of(1, 1, 3), 1, 2, 4), Samples.f64(Shape.of(1, 1, 2), 10, 1), null, out);
        assertThat(Elements.doubles(out)).containsExactly(12, 24);
    }

    @Test
    void roundsFloatsOnce() {
        ConvSpec spec = ConvSpec.of("conv1d", Shape.of(1, 1, 3), Shape.of(1, 1, 3), new int[] {1}, Padding.VALID, new int[] {1}, 1);
        View out = Samples.empty(DType.F32, Shape.of(1, 1, 1));
        View ones = Samples.of(DType.F32, Shape.of(1, 1, 3), 1, 1, 1);
        NaiveConvolution.conv(spec, Samples.of(DType.F32, Shape.of(1, 1, 3), 1e8, 3, -1e8), ones, null, out);
        assertThat(Elements.doubles(out)).containsExactly(3);
    }

    @Test
    void emptyBatch() {
        ConvSpec spec = ConvSpec.of("conv1d", Shape.of(0, 1, 3), Shape.of(1, 1, 2), new int[] {1}, Padding.VALID, new int[] {1}, 1);
        assertThat(forward(spec, null)).isEmpty();
        assertThat(weightGradient(spec)).containsExactly(0, 0);
    }
}
