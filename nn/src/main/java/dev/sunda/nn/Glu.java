package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Activations;

/// The first half of a dimension times the logistic function of the second. Shapes: `[.., 2 n, ..]` to `[.., n, ..]`. No parameters.
/// Source: Dauphin, Fan, Auli, Grangier 2016, arXiv:1612.08083.
public final class Glu extends Layer {
    private final int dim;

    /// Of the last dimension.
    public Glu() {
        this(-1);
    }

    /// @param dim which dimension is halved; negative numbers count from the end
    public Glu(int dim) {
        this.dim = dim;
    }

    @Override
    protected Variable compute(Variable x) {
        return Activations.glu(x, dim);
    }

    @Override
    protected String options() {
        return "dim " + dim;
    }
}
