package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.op.Padding;
import dev.sunda.nn.functional.PaddingMode;

/// A convolution over volumes split in two: a depthwise one that looks at each channel by itself, then a pointwise one with a kernel of 1
/// that mixes the channels; optionally an activation between them.
///
/// Shapes: `[N, in, D, H, W]` to `[N, out, D', H', W']` with the sizes of [Conv3d], or the same without `N`. With `k` kernel elements and
/// channel multiplier `m` it needs `in * m * (k + out)` multiplications a position instead of the `in * out * k` of a dense convolution.
///
/// Children: `depthwise`, `activation` if asked for, `pointwise`. Source: Howard et al. 2017, MobileNets, arXiv:1704.04861.
public final class DepthwiseSeparableConv3d extends Layer {
    private final int in;
    private final int out;
    private final Triple kernel;
    private final Options options;
    private final Conv3d depthwise;
    private final Conv3d pointwise;

    /// How the depthwise kernel slides, and what stands between the two convolutions.
    ///
    /// @param stride steps between outputs, at least 1
    /// @param padding zeros around the volume
    /// @param dilation distances between kernel taps, at least 1
    /// @param channelMultiplier filters for each input channel, at least 1
    /// @param bias whether the convolutions add a bias
    /// @param activation whether a [Relu] follows the depthwise convolution
    public record Options(Triple stride, Padding padding, Triple dilation, int channelMultiplier, boolean bias, boolean activation) {
        /// Stride 1, no padding, dilation 1, one filter for each channel, with bias, nothing in between.
        public static final Options DEFAULT = new Options(Triple.ONE, Padding.VALID, Triple.ONE, 1, true, false);

        /// These options with another stride.
        public Options withStride(int stride) {
            return new Options(Triple.of(stride), padding, dilation, channelMultiplier, bias, activation);
        }

        /// These options with the same padding on all sides.
        public Options withPadding(int pixels) {
            return withPadding(Padding.of(pixels));
        }

        /// These options with another padding.
        public Options withPadding(Padding padding) {
            return new Options(stride, padding, dilation, channelMultiplier, bias, activation);
        }

        /// These options with another dilation.
        public Options withDilation(int dilation) {
            return new Options(stride, padding, Triple.of(dilation), channelMultiplier, bias, activation);
        }

        /// These options with another number of filters for each input channel.
        public Options withChannelMultiplier(int multiplier) {
            return new Options(stride, padding, dilation, multiplier, bias, activation);
        }

        /// These options with or without bias.
        public Options withBias(boolean bias) {
            return new Options(stride, padding, dilation, channelMultiplier, bias, activation);
        }

        /// These options with or without an activation in between.
        public Options withActivation(boolean activation) {
            return new Options(stride, padding, dilation, channelMultiplier, bias, activation);
        }
    }

    /// With a cubic kernel.
    public DepthwiseSeparableConv3d(int in, int out, int kernel, Options options, Rng rng) {
        this(in, out, Triple.of(kernel), options, rng);
    }

    /// @param in channels of the input, at least 1
    /// @param out channels of the result, at least 1
    /// @param kernel sizes of the depthwise kernel, at least 1
    public DepthwiseSeparableConv3d(int in, int out, Triple kernel, Options options, Rng rng) {
        Require.atLeast("DepthwiseSeparableConv3d", "channel multiplier", options.channelMultiplier, 1);
        Require.atLeast("DepthwiseSeparableConv3d", "number of input channels", in, 1);
        this.in = in;
        this.out = out;
        this.kernel = kernel;
        this.options = options;
        int between = Math.multiplyExact(in, options.channelMultiplier);
        depthwise = child("depthwise", new Conv3d(in, between, kernel, sliding(in), rng));
        if (options.activation)
            child("activation", new Relu());
        pointwise = child("pointwise", new Conv3d(between, out, 1, Conv3d.Options.DEFAULT.withBias(options.bias), rng));
    }

    private Conv3d.Options sliding(int groups) {
        return new Conv3d.Options(options.stride, options.padding, options.dilation, groups, options.bias, PaddingMode.CONSTANT);
    }

    /// The convolution of each channel by itself.
    public Conv3d depthwise() {
        return depthwise;
    }

    /// The convolution that mixes channels.
    public Conv3d pointwise() {
        return pointwise;
    }

    @Override
    protected Variable compute(Variable x) {
        return Fusion.forward(children(), x);
    }

    @Override
    protected String options() {
        return in + " -> " + out + ", kernel " + kernel
                + (options.channelMultiplier == 1 ? "" : ", channel multiplier " + options.channelMultiplier)
                + sliding(1).sliding().text();
    }
}
