package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.AdaptivePoolings;
import java.util.Arrays;

/// The mean of each of as many windows as the result has pixels, see [AdaptivePoolings#adaptiveAvgPool2d]. Shapes:
/// `[N, C, H, W]` to `[N, C, size]`, or the same without `N`. No parameters.
public final class AdaptiveAvgPool2d extends Layer {
    private final Integer[] size;

    /// @param size of the result for each axis, the outermost first, or one for all; null keeps the input's
    public AdaptiveAvgPool2d(Integer... size) {
        Images.checkSizes("AdaptiveAvgPool2d", size, 2);
        this.size = size.clone();
    }

    @Override
    protected Variable compute(Variable x) {
        return AdaptivePoolings.adaptiveAvgPool2d(x, size);
    }

    @Override
    protected String options() {
        return "size " + Arrays.toString(size);
    }
}
