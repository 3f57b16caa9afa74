package dev.sunda.nn;

import dev.sunda.core.Rng;
import dev.sunda.core.op.Padding;
import dev.sunda.nn.functional.Convolutions;
import dev.sunda.nn.functional.PaddingMode;
import java.util.Objects;

/// One-dimensional convolution, over time or text. Shapes: `[N, in, L]` to `[N, out, L']`, or the same without `N`, with
/// `L' = floor((L + padding before and after - dilation * (kernel - 1) - 1) / stride) + 1`.
///
/// With [Padding#CAUSAL] no output sees what comes after it: a stack of these, with dilations 1, 2, 4, ..., is a temporal convolutional
/// network. Source: Bai, Kolter, Koltun 2018, arXiv:1803.01271.
///
/// Parameters: `weight` `[out, in / groups, kernel]` and `bias` `[out]`, both uniform in `±1 / sqrt(fanIn)` at first.
/// The formula stands with [Convolutions#conv1d].
public final class Conv1d extends ConvNd {
    /// How the kernel slides.
    ///
    /// @param stride step between outputs, at least 1
    /// @param padding at the ends of the sequence
    /// @param dilation distance between kernel taps, at least 1
    /// @param groups divides the channels of input and output into groups that do not see each other; as many as input channels is
    ///     depthwise
    /// @param bias whether a number is added to each output channel
    /// @param paddingMode what stands in the padding; [PaddingMode#CONSTANT] are zeros
    public record Options(int stride, Padding padding, int dilation, int groups, boolean bias,
            PaddingMode paddingMode) {
        /// Stride 1, no padding, dilation 1, one group, with bias.
        public static final Options DEFAULT = new Options(1, Padding.VALID, 1, 1, true, PaddingMode.CONSTANT);

        /// Refuses null.
        public Options {
            Objects.requireNonNull(padding, "Conv1d: padding is null; use Padding.VALID for none");
            Objects.requireNonNull(paddingMode, "Conv1d: paddingMode is null; use PaddingMode.CONSTANT, REFLECT, REPLICATE or CIRCULAR");
        }

        /// These options with another stride.
        public Options withStride(int stride) {
            return new Options(stride, padding, dilation, groups, bias, paddingMode);
        }

        /// These options with the same padding at both ends.
        public Options withPadding(int positions) {
            return withPadding(Padding.of(positions));
        }

        /// These options with another padding.
        public Options withPadding(Padding padding) {
            return new Options(stride, padding, dilation, groups, bias, paddingMode);
        }

        /// These options with another dilation.
        public Options withDilation(int dilation) {
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
            return new Sliding(new int[] {stride}, padding, new int[] {dilation}, groups, bias, paddingMode);
        }
    }

    /// Stride 1, no padding, dilation 1, one group, with bias.
    public Conv1d(int in, int out, int kernel, Rng rng) {
        this(in, out, kernel, Options.DEFAULT, rng);
    }

    /// @param in channels of the input, a multiple of the groups
    /// @param out channels of the result, a multiple of the groups
    /// @param kernel size, at least 1
    public Conv1d(int in, int out, int kernel, Options options, Rng rng) {
        Objects.requireNonNull(options, "Conv1d: options is null; use Options.DEFAULT");
        super(in, out, new int[] {kernel}, options.sliding(), false, rng);
    }
}
