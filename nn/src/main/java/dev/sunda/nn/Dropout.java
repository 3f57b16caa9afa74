package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.nn.functional.Dropouts;

/// In training mode sets each element to 0 with probability `p` and multiplies the others by `1 / (1 - p)`; in evaluation mode the
/// identity. Any shape. No parameters; the random stream is the random state `rng`.
public final class Dropout extends DropoutLayer {
    /// @param p probability of dropping, from 0 to 1
    /// @param rng gives the seed of the layer's own stream
    public Dropout(double p, Rng rng) {
        super(p, rng);
    }

    @Override
    Variable drop(Variable x, double p, Rng rng) {
        return Dropouts.dropout(x, p, rng.take(x.shape().numel()));
    }
}
