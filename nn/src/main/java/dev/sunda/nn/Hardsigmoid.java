package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Activations;

/// `y = min(max(x + 3, 0), 6) / 6`. Any shape. No parameters.
public final class Hardsigmoid extends Layer {
    /// Without options.
    public Hardsigmoid() {
    }

    @Override
    protected Variable compute(Variable x) {
        return Activations.hardsigmoid(x);
    }
}
