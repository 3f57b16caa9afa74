package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.nn.functional.Dropouts;

/// In training mode sets whole channels of sequences to 0 with probability `p` and multiplies the others by `1 / (1 - p)`; in evaluation
/// mode the identity. Shapes: `[N, C, L]` or `[C, L]` to the same. No parameters; the random stream is the random state `rng`.
public final class Dropout1d extends DropoutLayer {
    /// @param p probability of dropping, from 0 to 1
    /// @param rng gives the seed of the layer's own stream
    public Dropout1d(double p, Rng rng) {
        super(p, rng);
    }

    @Override
    Variable drop(Variable x, double p, Rng rng) {
        return Dropouts.dropout1d(x, p, rng.take(count(x, x.rank() - 1)));
    }
}
