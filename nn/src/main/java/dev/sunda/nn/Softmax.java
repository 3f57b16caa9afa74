package dev.sunda.nn;

import dev.sunda.autograd.Variable;

/// `y = e^x / sum(e^x)` along one dimension. Any shape. No parameters.
public final class Softmax extends Layer {
    private final int dim;

    /// @param dim along which the results sum to 1; negative numbers count from the end
    public Softmax(int dim) {
        this.dim = dim;
    }

    @Override
    protected Variable compute(Variable x) {
        return x.softmax(dim);
    }

    @Override
    protected String options() {
        return "dim " + dim;
    }
}
