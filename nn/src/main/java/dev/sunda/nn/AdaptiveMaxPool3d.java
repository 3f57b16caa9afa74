package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.AdaptivePoolings;
import java.util.Arrays;

/// The largest element of each of as many windows as the result has pixels, see [AdaptivePoolings#adaptiveMaxPool3d]. Shapes:
/// `[N, C, D, H, W]` to `[N, C, size]`, or the same without `N`. No parameters.
public final class AdaptiveMaxPool3d extends Layer {
    private final Integer[] size;

    /// @param size of the result for each axis, the outermost first, or one for all; null keeps the input's
    public AdaptiveMaxPool3d(Integer... size) {
        Images.checkSizes("AdaptiveMaxPool3d", size, 3);
        this.size = size.clone();
    }

    @Override
    protected Variable compute(Variable x) {
        return AdaptivePoolings.adaptiveMaxPool3d(x, size);
    }

    @Override
    protected String options() {
        return "size " + Arrays.toString(size);
    }
}
