package dev.sunda.nn.functional;

import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.wrt;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.RandomKernels;
import dev.sunda.core.op.RandomKey;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Arrays;
import java.util.Objects;

/// Dropout of elements, channels and samples, and their derivatives.
///
/// All masks are functions of a key, so the operations are linear or affine in `x` and the same key gives the same bits. An operation that
/// drops more than single elements takes one random number for each thing it drops.
public final class Dropouts {
    /// Minus the value that selu tends to on the left: the product of its `scale` and `alpha`.
    private static final double SELU_LIMIT = 1.0507009873554804934193349852946 * 1.6732632423543772848170429916717;

    private Dropouts() {
    }

    /// Each element is set to 0 with probability `p`, the others are multiplied by `1 / (1 - p)`, so that the expectation stays.
    ///
    /// The mask is a function of `key`, so the operation is linear in `x` and diagonal: its gradient is the same dropout of `dy`, with the
    /// same key, and nothing has to be remembered. Shapes: any. Source: Srivastava et al. 2014, Dropout, JMLR 15.
    ///
    /// @param p probability of dropping, from 0 to 1
    /// @param key which random numbers decide, `x.numel()` of them
    public static Variable dropout(Variable x, double p, RandomKey key) {
        Objects.requireNonNull(key, "dropout: key is null; take one from an Rng");
        return output("dropout", RandomKernels.dropout(key, p, x.data()), wrt(x, dy -> dropout(dy, p, key)));
    }

    /// Whole channels of sequences are set to 0 with probability `p`, the others are multiplied by `1 / (1 - p)`. Source: Tompson et al.
    /// 2015, Efficient Object Localization Using Convolutional Networks, arXiv:1411.4280.
    ///
    /// @param x `[N, C, L]`, or `[C, L]` for a single one
    /// @param p probability of dropping, from 0 to 1
    /// @param key which random numbers decide, one for each channel of each sample
    public static Variable dropout1d(Variable x, double p, RandomKey key) {
        Objects.requireNonNull(key, "dropout1d: key is null; take one from an Rng");
        return channelDropout("dropout1d", x, 1, p, key);
    }

    /// [#dropout1d] for images.
    ///
    /// @param x `[N, C, H, W]`, or `[C, H, W]` for a single one
    public static Variable dropout2d(Variable x, double p, RandomKey key) {
        Objects.requireNonNull(key, "dropout2d: key is null; take one from an Rng");
        return channelDropout("dropout2d", x, 2, p, key);
    }

    /// [#dropout1d] for volumes.
    ///
    /// @param x `[N, C, D, H, W]`, or `[C, D, H, W]` for a single one
    public static Variable dropout3d(Variable x, double p, RandomKey key) {
        Objects.requireNonNull(key, "dropout3d: key is null; take one from an Rng");
        return channelDropout("dropout3d", x, 3, p, key);
    }

    private static Variable channelDropout(String operation, Variable x, int axes, double p, RandomKey key) {
        if (x.rank() != axes + 1 && x.rank() != axes + 2)
            throw new ShapeException(operation, "the input must have channels and " + axes + " spatial dimension" + (axes == 1 ? "" : "s")
                    + ", with or without a batch", x.shape());
        return x.mul(Variable.of(RandomKernels.dropout(key, p, ones(x, x.rank() - axes))));
    }

    /// Dropout for networks of selu: an element becomes the value selu tends to on the left, and `a * x + b` keeps mean 0 and variance 1 of
    /// the input. With `s` that value, 1.758 below 0: `a = 1 / sqrt((1 - p) * (1 + p * s^2))` and `b = a * p * s`.
    ///
    /// Source: Klambauer et al. 2017, Self-Normalizing Neural Networks, arXiv:1706.02515.
    ///
    /// @param p probability of dropping, from 0 to 1; at 1 the result is 0
    /// @param key which random numbers decide, `x.numel()` of them
    public static Variable alphaDropout(Variable x, double p, RandomKey key) {
        return alphaDropout(x, x.rank(), p, key);
    }

    /// [#alphaDropout] of whole channels.
    ///
    /// @param x `[N, C, ...]`
    /// @param key which random numbers decide, one for each channel of each sample
    public static Variable featureAlphaDropout(Variable x, double p, RandomKey key) {
        Objects.requireNonNull(key, "featureAlphaDropout: key is null; take one from an Rng");
        if (x.rank() < 2)
            throw new ShapeException("featureAlphaDropout", "the input must be [batch, channels, ...]", x.shape());
        return alphaDropout(x, 2, p, key);
    }

    private static Variable alphaDropout(Variable x, int dims, double p, RandomKey key) {
        Objects.requireNonNull(key, "alphaDropout: key is null; take one from an Rng");
        Tensor kept = RandomKernels.dropout(key, p, ones(x, dims)).ne(0).to(x.dtype());
        double a = p == 1 ? 0 : 1 / Math.sqrt((1 - p) * (1 + p * SELU_LIMIT * SELU_LIMIT));
        Tensor shift = kept.sub(1 - p).mul(a * SELU_LIMIT);          // b - a * s where dropped, b elsewhere
        return x.mul(Variable.of(kept.mul(a))).add(Variable.of(shift));
    }

    /// What [#stochasticDepth] drops at once.
    public enum Depth {
        /// Each sample for itself.
        ROW,
        /// The whole batch.
        BATCH
    }

    /// Sets samples, or all of them, to 0 with probability `p` and multiplies the others by `1 / (1 - p)`: on the branch of a residual
    /// block this leaves the block out. Source: Huang et al. 2016, Deep Networks with Stochastic Depth, arXiv:1603.09382.
    ///
    /// @param x `[N, ...]`
    /// @param p probability of dropping, from 0 to 1
    /// @param key which random numbers decide, one for each sample or a single one
    public static Variable stochasticDepth(Variable x, double p, Depth depth, RandomKey key) {
        Objects.requireNonNull(depth, "stochasticDepth: depth is null; use Depth.ROW or BATCH");
        Objects.requireNonNull(key, "stochasticDepth: key is null; take one from an Rng");
        if (x.rank() < 1)
            throw new ShapeException("stochasticDepth", "the input must be [batch, ...]", x.shape());
        return x.mul(Variable.of(RandomKernels.dropout(key, p, ones(x, depth == Depth.ROW ? 1 : 0))));
    }

    /// Ones that have the first `dims` sizes of `x` and 1 in the other dimensions.
    private static Tensor ones(Variable x, int dims) {
        int[] sizes = x.shape().sizes();
        Arrays.fill(sizes, dims, sizes.length, 1);
        return Tensor.ones(Shape.of(sizes), x.dtype(), x.device());
    }
}
