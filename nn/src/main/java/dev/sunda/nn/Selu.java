package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Activations;

/// `y = scale * (x above 0, elsewhere alpha (e^x - 1))` with the two numbers for which means of 0 and variances of 1 stay. Any shape. No
/// parameters. Source: Klambauer et al. 2017, arXiv:1706.02515.
public final class Selu extends Layer {
    /// Without options.
    public Selu() {
    }

    @Override
    protected Variable compute(Variable x) {
        return Activations.selu(x);
    }
}
