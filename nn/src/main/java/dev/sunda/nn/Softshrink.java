package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Activations;

/// `y = x` moved by `lambda` towards 0, 0 within `lambda` of it. Any shape. No parameters.
public final class Softshrink extends Layer {
    private final double lambda;

    /// With `lambda` 0.5.
    public Softshrink() {
        this(0.5);
    }

    /// @param lambda 0 or greater
    public Softshrink(double lambda) {
        if (!(lambda >= 0))
            throw new IllegalArgumentException("Softshrink: lambda must not be negative (got " + lambda + ")");
        this.lambda = lambda;
    }

    @Override
    protected Variable compute(Variable x) {
        return Activations.softshrink(x, lambda);
    }

    @Override
    protected String options() {
        return "lambda " + lambda;
    }
}
