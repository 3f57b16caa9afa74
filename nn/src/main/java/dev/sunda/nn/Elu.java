package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Activations;

/// `y = x` above 0, elsewhere `alpha (e^x - 1)`. Any shape. No parameters. Source: Clevert, Unterthiner, Hochreiter 2015, arXiv:1511.07289.
public final class Elu extends Layer {
    private final double alpha;

    /// With `alpha` 1.
    public Elu() {
        this(1);
    }

    /// @param alpha what the negative side tends to, with its sign turned over
    public Elu(double alpha) {
        this.alpha = alpha;
    }

    @Override
    protected Variable compute(Variable x) {
        return Activations.elu(x, alpha);
    }

    @Override
    protected String options() {
        return "alpha " + alpha;
    }
}
