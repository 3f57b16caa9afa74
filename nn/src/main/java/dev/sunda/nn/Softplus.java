package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Activations;

/// `y = log(1 + e^(beta x)) / beta`, `x` itself where `beta x` is above the threshold. Any shape. No parameters.
public final class Softplus extends Layer {
    private final double beta;
    private final double threshold;

    /// With `beta` 1 and threshold 20.
    public Softplus() {
        this(1, 20);
    }

    /// @param beta how sharp the bend is
    /// @param threshold of `beta x`, above which the function counts as linear
    public Softplus(double beta, double threshold) {
        this.beta = beta;
        this.threshold = threshold;
    }

    @Override
    protected Variable compute(Variable x) {
        return Activations.softplus(x, beta, threshold);
    }

    @Override
    protected String options() {
        return "beta " + beta + ", threshold " + threshold;
    }
}
