package dev.sunda.nn;

import dev.sunda.core.Rng;
import dev.sunda.nn.functional.Convolutions;
import java.util.Objects;

/// One-dimensional transposed convolution: the gradient of a [Conv1d] with the same options with respect to its input, as a layer.
/// It makes longer sequences out of short ones: where that one takes steps of `stride`, this one puts its kernels down at a distance of
/// `stride`.
///
/// Shapes: `[N, in, L]` to `[N, out, L']`, or the same without `N`, with
/// `L' = (L - 1) * stride - padBefore - padAfter + dilation * (kernel - 1) + outputPadding + 1`.
///
/// Parameters: `weight` `[in, out / groups, kernel]` and `bias` `[out]`, both uniform in
/// `±1 / sqrt(fanIn)` at first, with `fanIn = out / groups * kernel` as in PyTorch. The formula stands with
/// [Convolutions#convTranspose1d]. Source: Dumoulin, Visin 2016, arXiv:1603.07285.
public final class ConvTranspose1d extends ConvTransposeNd {
    /// Stride 1, no padding, dilation 1, one group, with bias.
    public ConvTranspose1d(int in, int out, int kernel, Rng rng) {
        this(in, out, kernel, Conv1d.Options.DEFAULT, rng);
    }

    /// Without output padding.
    public ConvTranspose1d(int in, int out, int kernel, Conv1d.Options options, Rng rng) {
        this(in, out, kernel, options, 0, rng);
    }

    /// @param in channels of the input, a multiple of the groups
    /// @param out channels of the result, a multiple of the groups
    /// @param kernel size, at least 1
    /// @param options of the convolution this is the transpose of; its padding, as numbers, is cut off the result
    /// @param outputPadding what is added to the end of the result, below the stride or the dilation: with a stride, inputs
    ///     of several sizes have a convolution of one size, and this picks which of them comes back
    public ConvTranspose1d(int in, int out, int kernel, Conv1d.Options options, int outputPadding, Rng rng) {
        Objects.requireNonNull(options, "ConvTranspose1d: options is null; use Options.DEFAULT");
        super(in, out, new int[] {kernel}, options.sliding(), new int[] {outputPadding}, rng);
    }
}
