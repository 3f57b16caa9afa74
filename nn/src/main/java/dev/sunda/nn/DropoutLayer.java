package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import java.util.Objects;

/// What all layers share that drop something in training mode; in evaluation mode they are the identity. No parameters; the random stream
/// is the random state `rng`.
public abstract sealed class DropoutLayer extends Layer
        permits AlphaDropout, Dropout, Dropout1d, Dropout2d, Dropout3d, FeatureAlphaDropout, StochasticDepth {
    private final double p;
    private final Rng rng;

    /// @param p probability of dropping, from 0 to 1
    /// @param rng gives the seed of the layer's own stream
    DropoutLayer(double p, Rng rng) {
        if (!(p >= 0 && p <= 1))
            throw new IllegalArgumentException(
                    getClass().getSimpleName() + ": the probability must be from 0 to 1 (got " + p + ")");
        Objects.requireNonNull(rng, () -> getClass().getSimpleName() + ": rng is null; pass new Rng(seed)");
        this.p = p;
        this.rng = randomState("rng", new Rng(rng.nextLong()));
    }

    /// @param p greater than 0
    abstract Variable drop(Variable x, double p, Rng rng);

    @Override
    protected final Variable compute(Variable x) {
        return isTraining() && p > 0 ? drop(x, p, rng) : x;
    }

    /// The first `dims` sizes of `x` multiplied.
    static long count(Variable x, int dims) {
        long count = 1;
        for (int d = 0; d < Math.min(dims, x.rank()); d++)
            count *= x.size(d);
        return count;
    }

    @Override
    protected String options() {
        return "p " + p;
    }
}
