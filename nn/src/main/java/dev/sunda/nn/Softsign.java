package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Activations;

/// `y = x / (1 + |x|)`. Any shape. No parameters.
public final class Softsign extends Layer {
    /// Without options.
    public Softsign() {
    }

    @Override
    protected Variable compute(Variable x) {
        return Activations.softsign(x);
    }
}
