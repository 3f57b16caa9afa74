package dev.sunda.nn;

import dev.sunda.core.Rng;
import dev.sunda.nn.functional.Convolutions;
import java.util.Objects;

/// Two-dimensional transposed convolution: the gradient of a [Conv2d] with the same options with respect to its input, as a layer.
/// It makes larger images out of small ones: where that one takes steps of `stride`, this one puts its kernels down at a distance of
/// `stride`.
///
/// Shapes: `[N, in, H, W]` to `[N, out, H', W']`, or the same without `N`, with
/// `H' = (H - 1) * stride - padBefore - padAfter + dilation * (kernel - 1) + outputPadding + 1`, `W'` likewise.
///
/// Parameters: `weight` `[in, out / groups, kernel rows, kernel columns]` and `bias` `[out]`, both uniform in
/// `±1 / sqrt(fanIn)` at first, with `fanIn = out / groups * kernel` as in PyTorch. The formula stands with
/// [Convolutions#convTranspose2d]. Source: Dumoulin, Visin 2016, arXiv:1603.07285.
public final class ConvTranspose2d extends ConvTransposeNd {
    /// Stride 1, no padding, dilation 1, one group, with bias.
    public ConvTranspose2d(int in, int out, int kernel, Rng rng) {
        this(in, out, kernel, Conv2d.Options.DEFAULT, rng);
    }

    /// With a square kernel and no output padding.
    public ConvTranspose2d(int in, int out, int kernel, Conv2d.Options options, Rng rng) {
        this(in, out, Pair.of(kernel), options, Pair.of(0), rng);
    }

    /// @param in channels of the input, a multiple of the groups
    /// @param out channels of the result, a multiple of the groups
    /// @param kernel sizes, at least 1
    /// @param options of the convolution this is the transpose of; its padding, as numbers, is cut off the result
    /// @param outputPadding what is added to the end of each axis of the result, below the stride or the dilation: with a stride, inputs
    ///     of several sizes have a convolution of one size, and this picks which of them comes back
    public ConvTranspose2d(int in, int out, Pair kernel, Conv2d.Options options, Pair outputPadding, Rng rng) {
        Objects.requireNonNull(kernel, "ConvTranspose2d: kernel is null; use Pair.of");
        Objects.requireNonNull(options, "ConvTranspose2d: options is null; use Options.DEFAULT");
        Objects.requireNonNull(outputPadding, "ConvTranspose2d: outputPadding is null; use Pair.of");
        super(in, out, kernel.toArray(), options.sliding(), outputPadding.toArray(), rng);
    }
}
