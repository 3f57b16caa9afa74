package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.AdaptivePoolings;
import dev.sunda.nn.functional.Poolings;

/// The largest element of each of as many windows as the result has pixels, see [AdaptivePoolings#adaptiveMaxPool2d]. Shapes:
/// `[N, C, H, W]` to `[N, C, size]`, or the same without `N`. No parameters.
public final class AdaptiveMaxPool2d extends AdaptiveMaxPoolNd {
    /// @param size of the result for each axis, the outermost first, or one for all; null keeps the input's
    public AdaptiveMaxPool2d(Integer... size) {
        super(size, 2);
    }

    @Override
    Poolings.MaxPool pool(Variable x, Integer[] size) {
        return AdaptivePoolings.adaptiveMaxPool2dWithIndices(x, size);
    }
}
