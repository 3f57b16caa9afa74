package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Activations;

/// `y = x`, but 0 within `lambda` of 0. Any shape. No parameters.
public final class Hardshrink extends Layer {
    private final double lambda;

    /// With `lambda` 0.5.
    public Hardshrink() {
        this(0.5);
    }

    /// @param lambda half the width of the gap
    public Hardshrink(double lambda) {
        this.lambda = lambda;
    }

    @Override
    protected Variable compute(Variable x) {
        return Activations.hardshrink(x, lambda);
    }

    @Override
    protected String options() {
        return "lambda " + lambda;
    }
}
