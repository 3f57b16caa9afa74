package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.nn.functional.Dropouts;

/// Dropout for networks of selu, see [Dropouts#alphaDropout]; in evaluation mode the identity. Any shape. No parameters; the random stream
/// is the random state `rng`.
public final class AlphaDropout extends DropoutLayer {
    /// @param p probability of dropping, from 0 to 1
    /// @param rng gives the seed of the layer's own stream
    public AlphaDropout(double p, Rng rng) {
        super(p, rng);
    }

    @Override
    Variable drop(Variable x, double p, Rng rng) {
        return Dropouts.alphaDropout(x, p, rng.take(x.shape().numel()));
    }
}
