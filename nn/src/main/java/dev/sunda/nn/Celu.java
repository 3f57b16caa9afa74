package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Activations;

/// `y = x` above 0, elsewhere `alpha (e^(x / alpha) - 1)`. Any shape. No parameters. Source: Barron 2017, arXiv:1704.07483.
public final class Celu extends Layer {
    private final double alpha;

    /// With `alpha` 1.
    public Celu() {
        this(1);
    }

    /// @param alpha what the negative side tends to, with its sign turned over; not 0
    public Celu(double alpha) {
        if (alpha == 0)
            throw new IllegalArgumentException("Celu: alpha must not be 0 (got " + alpha + ")");
        this.alpha = alpha;
    }

    @Override
    protected Variable compute(Variable x) {
        return Activations.celu(x, alpha);
    }

    @Override
    protected String options() {
        return "alpha " + alpha;
    }
}
