package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Activations;

/// `y = min(max(x, 0), 6)`. Any shape. No parameters.
public final class Relu6 extends Layer {
    /// Without options.
    public Relu6() {
    }

    @Override
    protected Variable compute(Variable x) {
        return Activations.relu6(x);
    }
}
