package dev.sunda.nn;

import dev.sunda.core.Rng;
import dev.sunda.core.op.Padding;
import dev.sunda.nn.functional.Convolutions;
import dev.sunda.nn.functional.PaddingMode;
import java.util.Objects;

/// Three-dimensional convolution, over volumes or films. Shapes: `[N, in, D, H, W]` to `[N, out, D', H', W']`, or the same without `N`,
/// with `D' = floor((D + padding in front and behind - dilation * (kernel - 1) - 1) / stride) + 1`, `H'` and `W'` likewise.
///
/// Parameters: `weight` `[out, in / groups, kernel depth, kernel rows, kernel columns]` and `bias` `[out]`, both uniform in
/// `±1 / sqrt(fanIn)` at first. The formula stands with [Convolutions#conv3d].
public final class Conv3d extends ConvNd {
    /// How the kernel slides.
    ///
    /// @param stride steps between outputs, at least 1
    /// @param padding around the volume
    /// @param dilation distances between kernel taps, at least 1
    /// @param groups divides the channels of input and output into groups that do not see each other; as many as input channels is
    ///     depthwise
    /// @param bias whether a number is added to each output channel
    /// @param paddingMode what stands in the padding; [PaddingMode#CONSTANT] are zeros
    public record Options(Triple stride, Padding padding, Triple dilation, int groups, boolean bias,
            PaddingMode paddingMode) {
        /// Stride 1, no padding, dilation 1, one group, with bias.
        public static final Options DEFAULT = new Options(Triple.ONE, Padding.VALID, Triple.ONE, 1, true, PaddingMode.CONSTANT);

        /// Refuses null.
        public Options {
            Objects.requireNonNull(stride, "Conv3d: stride is null; use Triple.of");
            Objects.requireNonNull(padding, "Conv3d: padding is null; use Padding.VALID for none");
            Objects.requireNonNull(dilation, "Conv3d: dilation is null; use Triple.of");
            Objects.requireNonNull(paddingMode, "Conv3d: paddingMode is null; use PaddingMode.CONSTANT, REFLECT, REPLICATE or CIRCULAR");
        }

        /// These options with another stride.
        public Options withStride(int stride) {
            return withStride(Triple.of(stride));
        }

        /// These options with another stride.
        public Options withStride(Triple stride) {
            return new Options(stride, padding, dilation, groups, bias, paddingMode);
        }

        /// These options with the same padding on all sides.
        public Options withPadding(int positions) {
            return withPadding(Padding.of(positions));
        }

        /// These options with another padding.
        public Options withPadding(Padding padding) {
            return new Options(stride, padding, dilation, groups, bias, paddingMode);
        }

        /// These options with another dilation.
        public Options withDilation(int dilation) {
            return withDilation(Triple.of(dilation));
        }

        /// These options with another dilation.
        public Options withDilation(Triple dilation) {
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
    public Conv3d(int in, int out, int kernel, Rng rng) {
        this(in, out, Triple.of(kernel), Options.DEFAULT, rng);
    }

    /// With a cubic kernel.
    public Conv3d(int in, int out, int kernel, Options options, Rng rng) {
        this(in, out, Triple.of(kernel), options, rng);
    }

    /// @param in channels of the input, a multiple of the groups
    /// @param out channels of the result, a multiple of the groups
    /// @param kernel sizes, at least 1
    public Conv3d(int in, int out, Triple kernel, Options options, Rng rng) {
        Objects.requireNonNull(kernel, "Conv3d: kernel is null; use Triple.of");
        Objects.requireNonNull(options, "Conv3d: options is null; use Options.DEFAULT");
        super(in, out, kernel.toArray(), options.sliding(), false, rng);
    }
}
