package dev.sunda.nn;

import dev.sunda.autograd.Variable;

/// `y = 1 / (1 + e^-x)`. Any shape. No parameters.
public final class Sigmoid extends Layer {
    /// Without options.
    public Sigmoid() {
    }

    @Override
    protected Variable compute(Variable x) {
        return x.sigmoid();
    }
}
