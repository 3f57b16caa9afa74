package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.nn.functional.Dropouts;

/// In training mode sets each element to 0 with probability `p` and multiplies the others by `1 / (1 - p)`; in evaluation mode the
/// identity.
/// Any shape. No parameters; the random stream is the random state `rng`.
public final class Dropout extends Layer {
    private final double p;
    private final Rng rng;

    /// @param p probability of dropping, from 0 to 1
    /// @param rng gives the seed of the layer's own stream
    public Dropout(double p, Rng rng) {
        if (!(p >= 0 && p <= 1))
            throw new IllegalArgumentException("Dropout: the probability must be from 0 to 1 (got " + p + ")");
        this.p = p;
        this.rng = randomState("rng", new Rng(rng.nextLong()));
    }

    @Override
    protected Variable compute(Variable x) {
        return isTraining() && p > 0 ? Dropouts.dropout(x, p, rng.take(x.shape().numel())) : x;
    }

    @Override
    protected String options() {
        return "p " + p;
    }
}
