package dev.sunda.nn;

import dev.sunda.autograd.Variable;

/// The input as it is: a place holder. Any shape. No parameters.
public final class Identity extends Layer {
    /// Without options.
    public Identity() {
    }

    @Override
    protected Variable compute(Variable x) {
        return x;
    }
}
