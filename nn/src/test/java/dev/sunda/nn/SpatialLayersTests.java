package dev.sunda.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.Padding;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.Convolutions;
import dev.sunda.nn.functional.Interpolation;
import dev.sunda.nn.functional.OpChecks;
import dev.sunda.nn.functional.PaddingMode;
import dev.sunda.nn.functional.Paddings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Layers that pool, pad, resize and shuffle, and the convolution layers of one and three axes.
class SpatialLayersTests {
    private static final Rng RNG = new Rng(1);

    /// Layer, input, result, description.
    private record Expected(Layer layer, Shape in, Shape out, String text) {
    }

    private static Expected of(Layer layer, Shape in, Shape out, String text) {
        return new Expected(layer, in, out, text);
    }

    @Test
    void layersGiveTheirSizesAndLetGradientsThrough() {
        Shape line = Shape.of(2, 4, 8);
        Shape image = Shape.of(2, 4, 8, 6);
        Shape volume = Shape.of(2, 4, 4, 8, 6);
        for (Expected e : List.of(
                of(new MaxPool1d(2), line, Shape.of(2, 4, 4), "MaxPool1d(kernel 2, stride 2)"),
                of(new MaxPool3d(MaxPool3d.Options.of(3).withStride(2).withPadding(1).withCeilMode(true)), volume, Shape.of(2, 4, 3, 5, 4),
                        "MaxPool3d(kernel 3, stride 2, padding 1, ceil mode)"),
                of(new AvgPool1d(AvgPool1d.Options.of(3).withPadding(1).withCountIncludePad(false)), line, Shape.of(2, 4, 3),
                        "AvgPool1d(kernel 3, stride 3, padding 1, padding not counted)"),
                of(new AvgPool3d(2), volume, Shape.of(2, 4, 2, 4, 3), "AvgPool3d(kernel 2, stride 2)"),
                of(new LpPool1d(2, 2), line, Shape.of(2, 4, 4), "LpPool1d(p 2.0, kernel 2, stride 2)"),
                of(new LpPool2d(2, new Pair(2, 3), Pair.ONE, false), image, Shape.of(2, 4, 7, 4),
                        "LpPool2d(p 2.0, kernel 2x3, stride 1)"),
                of(new LpPool3d(2, 2), volume, Shape.of(2, 4, 2, 4, 3), "LpPool3d(p 2.0, kernel 2, stride 2)"),
                of(new AdaptiveAvgPool1d(3), line, Shape.of(2, 4, 3), "AdaptiveAvgPool1d(size [3])"),
                of(new AdaptiveAvgPool2d(3, null), image, Shape.of(2, 4, 3, 6), "AdaptiveAvgPool2d(size [3, null])"),
                of(new AdaptiveAvgPool3d(1), volume, Shape.of(2, 4, 1, 1, 1), "AdaptiveAvgPool3d(size [1])"),
                of(new AdaptiveMaxPool1d(3), line, Shape.of(2, 4, 3), "AdaptiveMaxPool1d(size [3])"),
                of(new AdaptiveMaxPool2d(5), image, Shape.of(2, 4, 5, 5), "AdaptiveMaxPool2d(size [5])"),
                of(new AdaptiveMaxPool3d(1, 2, 3), volume, Shape.of(2, 4, 1, 2, 3), "AdaptiveMaxPool3d(size [1, 2, 3])"),
                of(new ZeroPad1d(1), line, Shape.of(2, 4, 10), "ZeroPad1d([1, 1])"),
                of(new ZeroPad2d(1, 0, -1, 2), image, Shape.of(2, 4, 9, 7), "ZeroPad2d([1, 0, -1, 2])"),
                of(new ZeroPad3d(1), volume, Shape.of(2, 4, 6, 10, 8), "ZeroPad3d([1, 1, 1, 1, 1, 1])"),
                of(new ConstantPad1d(2.5, 1, 0), line, Shape.of(2, 4, 9), "ConstantPad1d([1, 0], value 2.5)"),
                of(new ConstantPad2d(2.5, 1), image, Shape.of(2, 4, 10, 8), "ConstantPad2d([1, 1, 1, 1], value 2.5)"),
                of(new ConstantPad3d(-1, 1, 0, 0, 0, 0, 0), volume, Shape.of(2, 4, 4, 8, 7),
                        "ConstantPad3d([1, 0, 0, 0, 0, 0], value -1.0)"),
                of(new ReflectionPad1d(3), line, Shape.of(2, 4, 14), "ReflectionPad1d([3, 3])"),
                of(new ReflectionPad2d(1, 2, 3, 4), image, Shape.of(2, 4, 15, 9), "ReflectionPad2d([1, 2, 3, 4])"),
                of(new ReflectionPad3d(1), volume, Shape.of(2, 4, 6, 10, 8), "ReflectionPad3d([1, 1, 1, 1, 1, 1])"),
                of(new ReplicationPad1d(9), line, Shape.of(2, 4, 26), "ReplicationPad1d([9, 9])"),
                of(new ReplicationPad2d(1), image, Shape.of(2, 4, 10, 8), "ReplicationPad2d([1, 1, 1, 1])"),
                of(new ReplicationPad3d(1), volume, Shape.of(2, 4, 6, 10, 8), "ReplicationPad3d([1, 1, 1, 1, 1, 1])"),
                of(new CircularPad1d(2), line, Shape.of(2, 4, 12), "CircularPad1d([2, 2])"),
                of(new CircularPad2d(2), image, Shape.of(2, 4, 12, 10), "CircularPad2d([2, 2, 2, 2])"),
                of(new CircularPad3d(2), volume, Shape.of(2, 4, 8, 12, 10), "CircularPad3d([2, 2, 2, 2, 2, 2])"),
                of(new Upsample(Interpolation.byFactor(Interpolation.Mode.BILINEAR, 2).withAlignCorners(true)), image,
                        Shape.of(2, 4, 16, 12), "Upsample(scale factor [2.0], mode bilinear, aligned corners)"),
                of(new PixelShuffle(2), image, Shape.of(2, 1, 16, 12), "PixelShuffle(factor 2)"),
                of(new PixelUnshuffle(2), image, Shape.of(2, 16, 4, 3), "PixelUnshuffle(factor 2)"),
                of(new ChannelShuffle(2), image, image, "ChannelShuffle(groups 2)"),
                of(new Unfold(new Pair(2, 3), Pair.ONE, Pair.of(0), Pair.ONE), image, Shape.of(2, 24, 28),
                        "Unfold(kernel 2x3, dilation 1, padding 0, stride 1)"),
                of(new Fold(new Pair(4, 3), Pair.of(2), Pair.ONE, Pair.of(0), Pair.ONE), Shape.of(2, 4, 6), Shape.of(2, 1, 4, 3),
                        "Fold(size 4x3, kernel 2, dilation 1, padding 0, stride 1)"))) {
            assertThat(e.layer.describe()).isEqualTo(e.text);
            Variable x = Variable.tracked(OpChecks.distinct(e.in, RNG, 0).to(DType.F32));
            Variable y = e.layer.forward(x);
            assertThat(y.shape()).as(e.text).isEqualTo(e.out);
            Tensor dx = Variable.gradients(y.square().sum(), List.of(x), false).getFirst().data();
            assertThat(dx.abs().sum().item()).as(e.text).isFinite().isPositive();
            assertThat(e.layer.parameters()).isEmpty();
        }
    }

    @Test
    void optionsAreCheckedOnEntry() {
        assertThatThrownBy(() -> new MaxPool3d(0)).hasMessage("MaxPool3d: the kernel size must be at least 1 (got 0)");
        assertThatThrownBy(() -> new AvgPool1d(AvgPool1d.Options.of(2).withStride(0)))
                .hasMessage("AvgPool1d: the stride must be at least 1 (got 0)");
        assertThatThrownBy(() -> new ZeroPad2d(1, 2)).hasMessage("ZeroPad2d: there must be one number or 4 (got [1, 2])");
        assertThatThrownBy(() -> new AdaptiveAvgPool2d(1, 2, 3))
                .hasMessage("AdaptiveAvgPool2d: the size must be one number or one for each of 2 axes, 0 or more (got [1, 2, 3])");
        assertThatThrownBy(() -> new LpPool2d(0, 2)).hasMessage("LpPool2d: the power must not be 0 (got 0)");
        assertThatThrownBy(() -> new ReflectionPad1d(3).forward(Tensor.zeros(1, 1, 3)))
                .hasMessageContaining("mode 'reflect' can pad a size of 3 by at most 2, got 3");
    }

    /// A convolution with a padding mode is the padding, then the convolution, whatever stands behind it.
    @Test
    void convolutionsTakeOtherPaddings() {
        Tensor x = OpChecks.ramp(2, 3, 5, 6).to(DType.F32);
        for (PaddingMode mode : List.of(PaddingMode.REFLECT, PaddingMode.REPLICATE, PaddingMode.CIRCULAR)) {
            var options = Conv2d.Options.DEFAULT.withPadding(Padding.of(1, 2)).withPaddingMode(mode);
            var conv = new Conv2d(3, 2, 3, options, RNG);
            assertThat(conv.describe()).isEqualTo("Conv2d(3 -> 2, kernel 3, padding [1, 1, 2, 2], padding mode " + mode + ")");
            Variable padded = Paddings.pad(Variable.of(x), new int[] {2, 2, 1, 1}, mode, 0);
            Tensor expected = Convolutions.conv2d(padded, conv.weight(), conv.bias(), new int[] {1, 1}, Padding.VALID, new int[] {1, 1}, 1)
                    .data();
            OpChecks.assertClose("alone", conv.forward(x).data(), expected, 1e-6);
            OpChecks.assertClose("with relu", new Sequential(conv, new Relu()).forward(x).data(), expected.relu(), 1e-6);
            var normed = new Sequential(conv, new BatchNorm2d(2));
            normed.eval();
            OpChecks.assertClose("with norm", normed.forward(x).data(), expected, 1e-4);
        }
        var line = new Conv1d(2, 2, 3, Conv1d.Options.DEFAULT.withPadding(Padding.SAME).withPaddingMode(PaddingMode.CIRCULAR), RNG);
        assertThat(line.forward(Tensor.zeros(2, 5)).shape()).isEqualTo(Shape.of(2, 5));
        var volume = new Conv3d(2, 2, 3, Conv3d.Options.DEFAULT.withPadding(1).withPaddingMode(PaddingMode.REFLECT), RNG);
        assertThat(volume.forward(Tensor.zeros(1, 2, 3, 3, 3)).shape()).isEqualTo(Shape.of(1, 2, 3, 3, 3));
        assertThatThrownBy(() -> new ConvTranspose2d(1, 1, 3, Conv2d.Options.DEFAULT.withPaddingMode(PaddingMode.REFLECT), RNG))
                .hasMessage("ConvTranspose2d: the padding is cut off, so its mode must be constant (got reflect)");
    }

    /// With a norm between them, the depthwise convolution has no bias that the norm would take out again.
    @Test
    void separableConvolutionsTakeANormInAnyNumberOfAxes() {
        var layers = new LinkedHashMap<Layer, Shape>();
        layers.put(new DepthwiseSeparableConv1d(3, 5, 3, DepthwiseSeparableConv1d.Options.DEFAULT.withNorm(true).withActivation(true), RNG),
                Shape.of(2, 3, 7));
        layers.put(new DepthwiseSeparableConv2d(3, 5, 3, DepthwiseSeparableConv2d.Options.DEFAULT.withNorm(true).withActivation(true), RNG),
                Shape.of(2, 3, 7, 6));
        layers.put(new DepthwiseSeparableConv3d(3, 5, 2, DepthwiseSeparableConv3d.Options.DEFAULT.withNorm(true)
                .withStride(new Triple(1, 2, 1)).withDilation(new Triple(2, 1, 1)), RNG), Shape.of(2, 3, 4, 4, 3));
        layers.forEach((layer, shape) -> {
            assertThat(layer.namedParameters().keySet()).containsExactly("depthwise.weight", "norm.weight", "norm.bias", "pointwise.weight",
                    "pointwise.bias");
            Variable y = layer.forward(Tensor.randn(shape, RNG));
            y.square().mean().backward();
            layer.namedParameters().forEach((name, p) -> assertThat(p.grad().abs().sum().item()).as(name).isFinite().isPositive());
        });
        assertThat(layers.lastEntry().getKey().describe())
                .isEqualTo("DepthwiseSeparableConv3d(3 -> 5, kernel 2, stride 1x2x1, dilation 2x1x1)");
        assertThat(layers.lastEntry().getKey().forward(Tensor.zeros(2, 3, 4, 4, 3)).shape()).isEqualTo(Shape.of(2, 5, 2, 2, 2));
    }

    /// Depthwise with two filters a channel, in one to three axes: the pair of convolutions, and every parameter is trained.
    @Test
    void separableConvolutionsTrainInAnyNumberOfAxes() {
        var layers = new LinkedHashMap<Layer, Shape>();
        layers.put(new DepthwiseSeparableConv1d(3, 5, 3, DepthwiseSeparableConv1d.Options.DEFAULT.withChannelMultiplier(2)
                .withPadding(Padding.CAUSAL).withDilation(2).withActivation(true), RNG), Shape.of(2, 3, 7));
        layers.put(new DepthwiseSeparableConv2d(3, 5, 3, DepthwiseSeparableConv2d.Options.DEFAULT.withChannelMultiplier(2).withStride(2),
                RNG), Shape.of(2, 3, 7, 6));
        layers.put(new DepthwiseSeparableConv3d(3, 5, 2, DepthwiseSeparableConv3d.Options.DEFAULT.withChannelMultiplier(2).withPadding(1),
                RNG), Shape.of(1, 3, 3, 4, 3));
        for (Map.Entry<Layer, Shape> entry : layers.entrySet()) {
            Layer layer = entry.getKey();
            assertThat(layer.namedParameters().keySet()).containsExactly("depthwise.weight", "depthwise.bias", "pointwise.weight",
                    "pointwise.bias");
            assertThat(layer.namedParameters().get("depthwise.weight").shape().size(0)).isEqualTo(6);
            layer.forward(Tensor.randn(entry.getValue(), RNG)).square().mean().backward();
            layer.namedParameters().forEach((name, p) -> assertThat(p.grad().abs().sum().item()).as(name).isFinite().isPositive());
        }
        var causal = (DepthwiseSeparableConv1d) layers.keySet().iterator().next();
        assertThat(causal.describe())
                .isEqualTo("DepthwiseSeparableConv1d(3 -> 5, kernel 3, channel multiplier 2, padding causal, dilation 2)");
        Tensor x = Tensor.randn(Shape.of(1, 3, 7), RNG);
        Tensor later = x.copy();
        later.narrow(2, 5, 2).copyFrom(Tensor.zeros(1, 3, 2));
        assertThat(causal.forward(later).data().narrow(2, 0, 5).toFloatArray())
                .isEqualTo(causal.forward(x).data().narrow(2, 0, 5).toFloatArray());
    }
}
