package dev.sunda.nn;

import dev.sunda.autograd.Variable;

/// `y = max(x, 0)`. Any shape. No parameters.
public final class Relu extends Layer {
    /// Without options.
    public Relu() {
    }

    @Override
    protected Variable compute(Variable x) {
        return x.relu();
    }
}
