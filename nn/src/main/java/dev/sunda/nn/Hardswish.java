package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Activations;

/// `y = x min(max(x + 3, 0), 6) / 6`. Any shape. No parameters. Source: Howard et al. 2019, arXiv:1905.02244.
public final class Hardswish extends Layer {
    /// Without options.
    public Hardswish() {
    }

    @Override
    protected Variable compute(Variable x) {
        return Activations.hardswish(x);
    }
}
