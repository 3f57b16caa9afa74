package dev.sunda.nn;

import dev.sunda.autograd.Variable;

/// `y = x - log(sum(e^x))` along one dimension, the logarithm of [Softmax]. Any shape. No parameters.
public final class LogSoftmax extends Layer {
    private final int dim;

    /// @param dim along which the sum runs; negative numbers count from the end
    public LogSoftmax(int dim) {
        this.dim = dim;
    }

    @Override
    protected Variable compute(Variable x) {
        return x.logSoftmax(dim);
    }

    @Override
    protected String options() {
        return "dim " + dim;
    }
}
