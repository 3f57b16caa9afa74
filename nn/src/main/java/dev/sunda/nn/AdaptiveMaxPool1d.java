package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.AdaptivePoolings;
import dev.sunda.nn.functional.Poolings;

/// The largest element of each of as many windows as the result has pixels, see [AdaptivePoolings#adaptiveMaxPool1d]. Shapes:
/// `[N, C, L]` to `[N, C, size]`, or the same without `N`. No parameters.
public final class AdaptiveMaxPool1d extends AdaptiveMaxPoolNd {
    /// @param size of the result for each axis, the outermost first, or one for all; null keeps the input's
    public AdaptiveMaxPool1d(Integer... size) {
        super(size, 1);
    }

    @Override
    Poolings.MaxPool pool(Variable x, Integer[] size) {
        return AdaptivePoolings.adaptiveMaxPool1dWithIndices(x, size);
    }
}
