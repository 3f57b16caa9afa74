package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.nn.functional.FractionalPoolings;
import dev.sunda.nn.functional.Poolings;
import java.util.Objects;

/// The largest element of each window of a volume, the windows at random distances, see [FractionalPoolings]. Shapes:
/// `[N, C, D, H, W]` to `[N, C, D', H', W']`, or the same without `N`. See [FractionalMaxPoolNd].
public final class FractionalMaxPool3d extends FractionalMaxPoolNd {
    /// @param kernel window sizes, at least 1
    /// @param size of the result, at least 1
    /// @param rng gives the seed of the layer's own stream
    public FractionalMaxPool3d(Triple kernel, Triple size, Rng rng) {
        Objects.requireNonNull(kernel, "FractionalMaxPool3d: kernel is null; use Triple.of");
        Objects.requireNonNull(size, "FractionalMaxPool3d: size is null; use Triple.of");
        super(kernel.toArray(), size.toArray(), null, rng);
    }

    /// @param kernel window sizes, at least 1
    /// @param ratio of the result's size to the input's for each axis, between 0 and 1
    /// @param rng gives the seed of the layer's own stream
    public FractionalMaxPool3d(Triple kernel, double[] ratio, Rng rng) {
        Objects.requireNonNull(kernel, "FractionalMaxPool3d: kernel is null; use Triple.of");
        Objects.requireNonNull(ratio, "FractionalMaxPool3d: ratio is null");
        super(kernel.toArray(), null, ratio.clone(), rng);
    }

    @Override
    Poolings.MaxPool pool(Variable x, int[] kernel, int[] size, Tensor samples) {
        return FractionalPoolings.fractionalMaxPool3dWithIndices(x, kernel, size, samples);
    }
}
