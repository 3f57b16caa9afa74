package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.nn.functional.Poolings;

/// Puts values of a sequence back to where [MaxPool1d#forwardWithIndices] found them. Shapes: `[N, C, L]` to `[N, C, L']`,
/// or the same without `N`. See [MaxUnpoolNd].
public final class MaxUnpool1d extends MaxUnpoolNd {
    /// Windows side by side.
    ///
    /// @param kernel of the pooling, at least 1
    public MaxUnpool1d(int kernel) {
        this(kernel, kernel, 0);
    }

    /// @param kernel of the pooling, at least 1
    /// @param stride of the pooling, at least 1
    /// @param padding of the pooling, 0 or more
    public MaxUnpool1d(int kernel, int stride, int padding) {
        super(new int[] {kernel}, new int[] {stride}, new int[] {padding});
    }

    @Override
    Variable unpool(Variable x, Tensor index, int[] kernel, int[] stride, int[] padding, int[] outputSize) {
        return Poolings.maxUnpool1d(x, index, kernel[0], stride[0], padding[0], outputSize);
    }
}
