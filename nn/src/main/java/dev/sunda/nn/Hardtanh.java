package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Activations;

/// `y = min(max(x, min), max)`. Any shape. No parameters.
public final class Hardtanh extends Layer {
    private final double min;
    private final double max;

    /// Between -1 and 1.
    public Hardtanh() {
        this(-1, 1);
    }

    /// @param min least result
    /// @param max greatest result, above `min`
    public Hardtanh(double min, double max) {
        if (!(min < max))
            throw new IllegalArgumentException("Hardtanh: the upper bound must be above the lower one (got " + min + ", " + max + ")");
        this.min = min;
        this.max = max;
    }

    @Override
    protected Variable compute(Variable x) {
        return Activations.hardtanh(x, min, max);
    }

    @Override
    protected String options() {
        return "min " + min + ", max " + max;
    }
}
