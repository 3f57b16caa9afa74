package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.nn.functional.Dropouts;

/// [AlphaDropout] of whole channels. Shapes: `[N, C, ...]` to the same. No parameters; the random stream is the random state `rng`.
public final class FeatureAlphaDropout extends DropoutLayer {
    /// @param p probability of dropping, from 0 to 1
    /// @param rng gives the seed of the layer's own stream
    public FeatureAlphaDropout(double p, Rng rng) {
        super(p, rng);
    }

    @Override
    Variable drop(Variable x, double p, Rng rng) {
        return Dropouts.featureAlphaDropout(x, p, rng.take(count(x, 2)));
    }
}
