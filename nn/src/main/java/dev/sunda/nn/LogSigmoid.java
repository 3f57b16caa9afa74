package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Activations;

/// `y = log(1 / (1 + e^-x))`. Any shape. No parameters.
public final class LogSigmoid extends Layer {
    /// Without options.
    public LogSigmoid() {
    }

    @Override
    protected Variable compute(Variable x) {
        return Activations.logSigmoid(x);
    }
}
