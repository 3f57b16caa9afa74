package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Activations;

/// `y = x` above the threshold, elsewhere `value`. Any shape. No parameters.
public final class Threshold extends Layer {
    private final double threshold;
    private final double value;

    /// @param threshold what `x` has to exceed
    /// @param value what takes the place of the others
    public Threshold(double threshold, double value) {
        this.threshold = threshold;
        this.value = value;
    }

    @Override
    protected Variable compute(Variable x) {
        return Activations.threshold(x, threshold, value);
    }

    @Override
    protected String options() {
        return "threshold " + threshold + ", value " + value;
    }
}
