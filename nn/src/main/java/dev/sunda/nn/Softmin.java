package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Activations;

/// `y = e^-x / sum(e^-x)` along one dimension. Any shape. No parameters.
public final class Softmin extends Layer {
    private final int dim;

    /// @param dim along which the results sum to 1; negative numbers count from the end
    public Softmin(int dim) {
        this.dim = dim;
    }

    @Override
    protected Variable compute(Variable x) {
        return Activations.softmin(x, dim);
    }

    @Override
    protected String options() {
        return "dim " + dim;
    }
}
