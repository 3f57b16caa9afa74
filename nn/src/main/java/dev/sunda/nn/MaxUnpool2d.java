package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.nn.functional.Poolings;
import java.util.Objects;

/// Puts values of an image back to where [MaxPool2d#forwardWithIndices] found them. Shapes: `[N, C, H, W]` to `[N, C, H', W']`,
/// or the same without `N`. See [MaxUnpoolNd].
public final class MaxUnpool2d extends MaxUnpoolNd {
    /// Windows side by side.
    ///
    /// @param kernel of the pooling, at least 1
    public MaxUnpool2d(int kernel) {
        this(Pair.of(kernel), Pair.of(kernel), Pair.of(0));
    }

    /// @param kernel of the pooling, at least 1
    /// @param stride of the pooling, at least 1
    /// @param padding of the pooling, 0 or more
    public MaxUnpool2d(Pair kernel, Pair stride, Pair padding) {
        Objects.requireNonNull(kernel, "MaxUnpool2d: kernel is null; use Pair.of");
        Objects.requireNonNull(stride, "MaxUnpool2d: stride is null; use Pair.of");
        Objects.requireNonNull(padding, "MaxUnpool2d: padding is null; use Pair.of(0) for none");
        super(kernel.toArray(), stride.toArray(), padding.toArray());
    }

    @Override
    Variable unpool(Variable x, Tensor index, int[] kernel, int[] stride, int[] padding, int[] outputSize) {
        return Poolings.maxUnpool2d(x, index, kernel, stride, padding, outputSize);
    }
}
