package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Activations;

/// `y = x - tanh x`. Any shape. No parameters.
public final class Tanhshrink extends Layer {
    /// Without options.
    public Tanhshrink() {
    }

    @Override
    protected Variable compute(Variable x) {
        return Activations.tanhshrink(x);
    }
}
