package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.nn.functional.Dropouts;
import dev.sunda.nn.functional.Dropouts.Depth;
import java.util.Objects;

/// In training mode leaves out the branch of a residual block, for single samples or for all of them, and multiplies by `1 / (1 - p)` where
/// it does not; in evaluation mode the identity. Shapes: `[N, ...]` to the same. No parameters; the random stream is the random state
/// `rng`.
public final class StochasticDepth extends DropoutLayer {
    private final Depth depth;

    /// Each sample for itself.
    public StochasticDepth(double p, Rng rng) {
        this(p, Depth.ROW, rng);
    }

    /// @param p probability of dropping, from 0 to 1
    /// @param rng gives the seed of the layer's own stream
    public StochasticDepth(double p, Depth depth, Rng rng) {
        Objects.requireNonNull(depth, "StochasticDepth: depth is null; use Depth.ROW or BATCH");
        super(p, rng);
        this.depth = depth;
    }

    @Override
    Variable drop(Variable x, double p, Rng rng) {
        return Dropouts.stochasticDepth(x, p, depth, rng.take(depth == Depth.ROW ? count(x, 1) : 1));
    }

    @Override
    protected String options() {
        return super.options() + (depth == Depth.ROW ? "" : ", whole batches");
    }
}
