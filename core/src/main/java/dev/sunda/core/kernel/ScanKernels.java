package dev.sunda.core.kernel;

import dev.sunda.core.Tensor;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.ShapeException;

/// Recurrences along one dimension.
public final class ScanKernels {
    private ScanKernels() {
    }

    /// `y[i] = a[i] * y[i - 1] + b[i]` along `dim` with `y[0] = b[0]`: the family that the gradients of running sums and products belong
    /// to, and its own. `a[0]` does not matter.
    ///
    /// @param a of the shape and floating type of `b`
    public static Tensor linearScan(Tensor a, Tensor b, int dim) {
        Tensor.checkSameDevice("linearScan", a, b);
        if (!a.shape().equals(b.shape()))
            throw new ShapeException("linearScan", "factors and terms differ in shape", a.shape(), b.shape());
        if (!b.dtype().isFloating() || a.dtype() != b.dtype())
            throw new DTypeException(
                    "linearScan: factors and terms must have one floating type (got " + a.describe() + ", " + b.describe() + ")");
        if (b.rank() == 0)
            return b;
        int d = b.shape().dim("linearScan", dim);
        Tensor y = Tensor.empty(Layout.dense(b.shape(), b.layout().order()), b.dtype(), b.device());
        b.backend().linearScan(a.view(), b.view(), d, y.view());
        return y;
    }
}
