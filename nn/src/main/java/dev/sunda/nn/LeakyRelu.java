package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Activations;

/// `y = x` above 0, elsewhere `negativeSlope * x`. Any shape. No parameters. Source: Maas, Hannun, Ng 2013.
public final class LeakyRelu extends Layer {
    private final double negativeSlope;

    /// With slope 0.01.
    public LeakyRelu() {
        this(0.01);
    }

    /// @param negativeSlope slope of the negative side
    public LeakyRelu(double negativeSlope) {
        this.negativeSlope = negativeSlope;
    }

    @Override
    protected Variable compute(Variable x) {
        return Activations.leakyRelu(x, negativeSlope);
    }

    @Override
    protected String options() {
        return "negativeSlope " + negativeSlope;
    }
}
