package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.nn.functional.Poolings;
import java.util.Objects;

/// Puts values of a volume back to where [MaxPool3d#forwardWithIndices] found them. Shapes: `[N, C, D, H, W]` to `[N, C, D', H', W']`,
/// or the same without `N`. See [MaxUnpoolNd].
public final class MaxUnpool3d extends MaxUnpoolNd {
    /// Windows side by side.
    ///
    /// @param kernel of the pooling, at least 1
    public MaxUnpool3d(int kernel) {
        this(Triple.of(kernel), Triple.of(kernel), Triple.of(0));
    }

    /// @param kernel of the pooling, at least 1
    /// @param stride of the pooling, at least 1
    /// @param padding of the pooling, 0 or more
    public MaxUnpool3d(Triple kernel, Triple stride, Triple padding) {
        Objects.requireNonNull(kernel, "MaxUnpool3d: kernel is null; use Triple.of");
        Objects.requireNonNull(stride, "MaxUnpool3d: stride is null; use Triple.of");
        Objects.requireNonNull(padding, "MaxUnpool3d: padding is null; use Triple.of(0) for none");
        super(kernel.toArray(), stride.toArray(), padding.toArray());
    }

    @Override
    Variable unpool(Variable x, Tensor index, int[] kernel, int[] stride, int[] padding, int[] outputSize) {
        return Poolings.maxUnpool3d(x, index, kernel, stride, padding, outputSize);
    }
}
