package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.type.ShapeException;

/// `y = e^x / sum(e^x)` over the channels, at each pixel by itself. Shapes: `[N, C, H, W]` or `[C, H, W]`, to the same. No parameters.
public final class Softmax2d extends Layer {
    /// Without options.
    public Softmax2d() {
    }

    @Override
    protected Variable compute(Variable x) {
        if (x.rank() != 3 && x.rank() != 4)
            throw new ShapeException("softmax2d", "the input must be [N, C, H, W] or [C, H, W]", x.shape());
        return x.softmax(-3);
    }
}
