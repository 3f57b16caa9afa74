package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.type.ShapeException;

/// All dimensions but the first joined into one. Shapes: `[N, ...]` to `[N, product of the rest]`. No parameters.
public final class Flatten extends Layer {
    /// Without options.
    public Flatten() {
    }

    @Override
    protected Variable compute(Variable x) {
        if (x.rank() < 2)
            throw new ShapeException("flatten", "needs a batch dimension and at least one more", x.shape());
        return x.flatten(1, -1);
    }
}
