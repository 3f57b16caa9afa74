package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Activations;

/// `y = x / (1 + e^-x)`, also known as swish. Any shape. No parameters. Source: Elfwing, Uchibe, Doya 2017, arXiv:1702.03118.
public final class Silu extends Layer {
    /// Without options.
    public Silu() {
    }

    @Override
    protected Variable compute(Variable x) {
        return Activations.silu(x);
    }
}
