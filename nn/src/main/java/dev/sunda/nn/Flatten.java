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

    /// The same numbers pixel by pixel, `[N, C, spatial...]` to `[N, spatial * C]`: of images that lie channels-last a view.
    static Variable byPixels(Variable x) {
        int[] order = new int[x.rank()];
        for (int d = 1; d + 1 < order.length; d++)
            order[d] = d + 1;
        order[order.length - 1] = 1;
        return x.permute(order).reshape(x.size(0), -1);
    }
}
