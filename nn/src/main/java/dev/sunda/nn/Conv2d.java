package dev.sunda.nn;

import dev.sunda.core.Rng;
import dev.sunda.core.op.Padding;
import dev.sunda.nn.functional.Convolutions;
import dev.sunda.nn.functional.PaddingMode;
import java.util.Objects;

/// Two-dimensional convolution. Shapes: `[N, in, H, W]` to `[N, out, H', W']`, or the same without `N`, with
/// `H' = floor((H + padding above and below - dilation * (kernel - 1) - 1) / stride) + 1`, `W'` likewise.
///
/// Parameters: `weight` `[out, in / groups, kernel rows, kernel columns]` and `bias` `[out]`, both uniform in `±1 / sqrt(fanIn)` at first.
/// The formula stands with [Convolutions#conv2d].
public final class Conv2d extends ConvNd {
    /// How the kernel slides.
    ///
    /// @param stride steps between outputs, at least 1
    /// @param padding around the image
    /// @param dilation distances between kernel taps, at least 1
    /// @param groups divides the channels of input and output into groups that do not see each other; as many as input channels is
    ///     depthwise
    /// @param bias whether a number is added to each output channel
    /// @param paddingMode what stands in the padding; [PaddingMode#CONSTANT] are zeros
    public record Options(Pair stride, Padding padding, Pair dilation, int groups, boolean bias,
            PaddingMode paddingMode) {
        /// Stride 1, no padding, dilation 1, one group, with bias.
        public static final Options DEFAULT = new Options(Pair.ONE, Padding.VALID, Pair.ONE, 1, true, PaddingMode.CONSTANT);

        /// Refuses null.
        public Options {
            Objects.requireNonNull(stride, "Conv2d: stride is null; use Pair.of");
            Objects.requireNonNull(padding, "Conv2d: padding is null; use Padding.VALID for none");
            Objects.requireNonNull(dilation, "Conv2d: dilation is null; use Pair.of");
            Objects.requireNonNull(paddingMode, "Conv2d: paddingMode is null; use PaddingMode.CONSTANT, REFLECT, REPLICATE or CIRCULAR");
        }

        /// These options with another stride.
        public Options withStride(int stride) {
            return withStride(Pair.of(stride));
        }

        /// These options with another stride.
        public Options withStride(Pair stride) {
            return new Options(stride, padding, dilation, groups, bias, paddingMode);
        }

        /// These options with the same padding on all sides.
        public Options withPadding(int pixels) {
            return withPadding(Padding.of(pixels));
        }

        /// These options with another padding.
        public Options withPadding(Padding padding) {
            return new Options(stride, padding, dilation, groups, bias, paddingMode);
        }

        /// These options with another dilation.
        public Options withDilation(int dilation) {
            return withDilation(Pair.of(dilation));
        }

        /// These options with another dilation.
        public Options withDilation(Pair dilation) {
            return new Options(stride, padding, dilation, groups, bias, paddingMode);
        }

        /// These options with another number of groups.
        public Options withGroups(int groups) {
            return new Options(stride, padding, dilation, groups, bias, paddingMode);
        }

        /// These options with or without bias.
        public Options withBias(boolean bias) {
            return new Options(stride, padding, dilation, groups, bias, paddingMode);
        }

        /// These options with something else than zeros in the padding.
        public Options withPaddingMode(PaddingMode paddingMode) {
            return new Options(stride, padding, dilation, groups, bias, paddingMode);
        }

        Sliding sliding() {
            return new Sliding(stride.toArray(), padding, dilation.toArray(), groups, bias, paddingMode);
        }
    }

    /// Stride 1, no padding, dilation 1, one group, with bias.
    public Conv2d(int in, int out, int kernel, Rng rng) {
        this(in, out, Pair.of(kernel), Options.DEFAULT, rng);
    }

    /// With a square kernel.
    public Conv2d(int in, int out, int kernel, Options options, Rng rng) {
        this(in, out, Pair.of(kernel), options, rng);
    }

    /// @param in channels of the input, a multiple of the groups
    /// @param out channels of the result, a multiple of the groups
    /// @param kernel sizes in pixels, at least 1
    public Conv2d(int in, int out, Pair kernel, Options options, Rng rng) {
        Objects.requireNonNull(kernel, "Conv2d: kernel is null; use Pair.of");
        Objects.requireNonNull(options, "Conv2d: options is null; use Options.DEFAULT");
        super(in, out, kernel.toArray(), options.sliding(), false, rng);
    }
}
