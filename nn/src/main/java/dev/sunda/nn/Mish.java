package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Activations;

/// `y = x tanh(log(1 + e^x))`. Any shape. No parameters. Source: Misra 2019, arXiv:1908.08681.
public final class Mish extends Layer {
    /// Without options.
    public Mish() {
    }

    @Override
    protected Variable compute(Variable x) {
        return Activations.mish(x);
    }
}
