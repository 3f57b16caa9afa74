package dev.sunda.nn;

import dev.sunda.core.Rng;
import dev.sunda.core.op.Padding;
import dev.sunda.nn.functional.PaddingMode;
import java.util.Objects;

/// A convolution over volumes split in two: a depthwise one that looks at each channel by itself, then a pointwise one with a kernel of 1
/// that mixes the channels; optionally a norm and an activation between them.
///
/// Shapes: `[N, in, D, H, W]` to `[N, out, D', H', W']` with the sizes of [Conv3d], or the same without `N`. With `k` kernel elements and
/// channel multiplier `m` it needs `in * m * (k + out)` multiplications a position instead of the `in * out * k` of a dense convolution.
///
/// Children: `depthwise`, `norm` and `activation` if asked for, `pointwise`. Source: Howard et al. 2017, MobileNets, arXiv:1704.04861.
public final class DepthwiseSeparableConv3d extends DepthwiseSeparableConvNd<Conv3d> {
    /// How the depthwise kernel slides, and what stands between the two convolutions.
    ///
    /// @param stride steps between outputs, at least 1
    /// @param padding zeros around the volume
    /// @param dilation distances between kernel taps, at least 1
    /// @param channelMultiplier filters for each input channel, at least 1
    /// @param bias whether the convolutions add a bias; the depthwise one does not where a norm follows, which would take it out again
    /// @param norm whether a [BatchNorm3d] follows the depthwise convolution
    /// @param activation whether a [Relu] follows the depthwise convolution (and norm)
    public record Options(Triple stride, Padding padding, Triple dilation, int channelMultiplier, boolean bias, boolean norm,
            boolean activation) {
        /// Stride 1, no padding, dilation 1, one filter for each channel, with bias, nothing in between.
        public static final Options DEFAULT = new Options(Triple.ONE, Padding.VALID, Triple.ONE, 1, true, false, false);

        /// Refuses null.
        public Options {
            Objects.requireNonNull(stride, "DepthwiseSeparableConv3d: stride is null; use Triple.of");
            Objects.requireNonNull(padding, "DepthwiseSeparableConv3d: padding is null; use Padding.VALID for none");
            Objects.requireNonNull(dilation, "DepthwiseSeparableConv3d: dilation is null; use Triple.of");
        }

        /// These options with another stride.
        public Options withStride(int stride) {
            return withStride(Triple.of(stride));
        }

        /// These options with another stride.
        public Options withStride(Triple stride) {
            return new Options(stride, padding, dilation, channelMultiplier, bias, norm, activation);
        }

        /// These options with the same padding on all sides.
        public Options withPadding(int pixels) {
            return withPadding(Padding.of(pixels));
        }

        /// These options with another padding.
        public Options withPadding(Padding padding) {
            return new Options(stride, padding, dilation, channelMultiplier, bias, norm, activation);
        }

        /// These options with another dilation.
        public Options withDilation(int dilation) {
            return withDilation(Triple.of(dilation));
        }

        /// These options with another dilation.
        public Options withDilation(Triple dilation) {
            return new Options(stride, padding, dilation, channelMultiplier, bias, norm, activation);
        }

        /// These options with another number of filters for each input channel.
        public Options withChannelMultiplier(int multiplier) {
            return new Options(stride, padding, dilation, multiplier, bias, norm, activation);
        }

        /// These options with or without bias.
        public Options withBias(boolean bias) {
            return new Options(stride, padding, dilation, channelMultiplier, bias, norm, activation);
        }

        /// These options with or without a norm in between.
        public Options withNorm(boolean norm) {
            return new Options(stride, padding, dilation, channelMultiplier, bias, norm, activation);
        }

        /// These options with or without an activation in between.
        public Options withActivation(boolean activation) {
            return new Options(stride, padding, dilation, channelMultiplier, bias, norm, activation);
        }

        private Conv3d.Options depthwise(int groups) {
            return new Conv3d.Options(stride, padding, dilation, groups, bias && !norm, PaddingMode.CONSTANT);
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
        Objects.requireNonNull(kernel, "DepthwiseSeparableConv3d: kernel is null; use Triple.of");
        Objects.requireNonNull(options, "DepthwiseSeparableConv3d: options is null; use Options.DEFAULT");
        int between = between("DepthwiseSeparableConv3d", in, options.channelMultiplier);
        super(new Conv3d(in, between, kernel, options.depthwise(in), rng), options.norm ? new BatchNorm3d(between) : null,
                options.activation,
                new Conv3d(between, out, 1, Conv3d.Options.DEFAULT.withBias(options.bias), rng));
    }
}
