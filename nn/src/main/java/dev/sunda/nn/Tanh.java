package dev.sunda.nn;

import dev.sunda.autograd.Variable;

/// `y = tanh x`. Any shape. No parameters.
public final class Tanh extends Layer {
    /// Without options.
    public Tanh() {
    }

    @Override
    protected Variable compute(Variable x) {
        return x.tanh();
    }
}
