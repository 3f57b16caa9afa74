package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.op.Window;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.Poolings;
import java.util.List;

/// The mean of each channel over the whole image. Shapes: `[N, C, H, W]` to `[N, C, 1, 1]`. No parameters.
public final class GlobalAvgPool2d extends Layer {
    /// Without options.
    public GlobalAvgPool2d() {
    }

    @Override
    protected Variable compute(Variable x) {
        return Poolings.globalAvgPool2d(x);
    }

    @Override
    protected List<Window> windows(Shape in) {
        return List.of(Window.sliding(in.size(-2), in.size(-2), 1, 1, 0, 0), Window.sliding(in.size(-1), in.size(-1), 1, 1, 0, 0));
    }
}
