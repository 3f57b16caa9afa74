package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.nn.functional.Activations;
import java.util.Objects;

/// `y = x` above 0, elsewhere `x` times a slope: in training mode a random one for each element, uniform between the bounds, in evaluation
/// mode their mean. Any shape. No parameters; the random stream is the random state `rng`.
/// Source: Xu, Wang, Chen, Li 2015, arXiv:1505.00853.
public final class RRelu extends Layer {
    private final double lower;
    private final double upper;
    private final Rng rng;

    /// Slopes from 1/8 to 1/3.
    ///
    /// @param rng gives the seed of the layer's own stream
    public RRelu(Rng rng) {
        this(1.0 / 8, 1.0 / 3, rng);
    }

    /// @param lower least slope
    /// @param upper greatest slope, not below `lower`
    /// @param rng gives the seed of the layer's own stream
    public RRelu(double lower, double upper, Rng rng) {
        if (!(lower <= upper))
            throw new IllegalArgumentException(
                    "RRelu: the lower bound must not be above the upper one (got " + lower + ", " + upper + ")");
        Objects.requireNonNull(rng, "RRelu: rng is null; pass new Rng(seed)");
        this.lower = lower;
        this.upper = upper;
        this.rng = randomState("rng", new Rng(rng.nextLong()));
    }

    @Override
    protected Variable compute(Variable x) {
        if (isTraining())
            return Activations.rrelu(x, lower, upper, rng.take(x.shape().numel()));
        return Activations.leakyRelu(x, (lower + upper) / 2);
    }

    @Override
    protected String options() {
        return "lower " + lower + ", upper " + upper;
    }
}
