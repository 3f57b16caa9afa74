package dev.sunda.core.kernel;

import dev.sunda.core.Tensor;
import dev.sunda.core.op.RandomKey;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;

/// Operations that read random numbers.
public final class RandomKernels {
    private RandomKernels() {
    }

    /// Uniform numbers in `[0, 1)`: element `i` in row-major order is number `i` of `key`.
    public static Tensor uniform(RandomKey key, Shape shape, DType dtype, Device device) {
        if (!dtype.isFloating())
            throw new DTypeException("uniform: needs a floating type (got " + dtype + ")");
        Tensor out = Tensor.empty(Layout.contiguous(shape), dtype, device);
        out.backend().uniform(key, out.view());
        return out;
    }

    /// `x / (1 - p)` where number `i` of `key` is at least `p`, else 0; `i` counts elements in row-major order, so the mask
    /// does not depend on the memory order. Linear in `x`, and its own adjoint: the gradient is `dropout(key, p, dy)`.
    ///
    /// @param p probability of dropping, from 0 to 1
    public static Tensor dropout(RandomKey key, double p, Tensor x) {
        if (!(p >= 0 && p <= 1))
            throw new IllegalArgumentException("dropout: the probability must be from 0 to 1 (got " + p + ")");
        if (!x.dtype().isFloating())
            throw new DTypeException("dropout: needs a floating type (got " + x.describe() + "); convert with to(DType.F32)");
        Tensor y = Tensor.empty(Layout.dense(x.shape(), x.layout().order()), x.dtype(), x.device());
        x.backend().dropout(key, p, x.view(), y.view());
        return y;
    }
}
