package dev.sunda.core.kernel;

import dev.sunda.core.Tensor;
import dev.sunda.core.op.PoolSpec;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;

/// Pooling and its gradients.
public final class PoolKernels {
    private PoolKernels() {
    }

    /// The largest element of each window and where it was.
    ///
    /// @param values `[N, C, out...]`
    /// @param index `[N, C, out...]`, int32: row-major position within the spatial axes of the input
    public record MaxPool(Tensor values, Tensor index) {
    }

    /// @param x `[N, C, in...]`; NaN wins over everything, of equal elements the first
    /// @param relu whether values pass through relu at last, in the same pass
    public static MaxPool maxPool(PoolSpec spec, Tensor x, boolean relu) {
        check("maxPool", x, spec.inputShape());
        Layout layout = x.backend().imageLayout(spec.outputShape());
        Tensor values = Tensor.empty(layout, x.dtype(), x.device());
        Tensor index = Tensor.empty(layout, DType.I32, x.device());
        x.backend().maxPool(spec, x.view(), relu, values.view(), index.view());
        return new MaxPool(values, index);
    }

    /// The values of [#maxPool] alone, which cost less.
    public static Tensor maxPoolValues(PoolSpec spec, Tensor x, boolean relu) {
        check("maxPool", x, spec.inputShape());
        Tensor values = Tensor.empty(x.backend().imageLayout(spec.outputShape()), x.dtype(), x.device());
        x.backend().maxPool(spec, x.view(), relu, values.view(), null);
        return values;
    }

    /// `dx[n,c,index[n,c,y]] += dy[n,c,y]`: the gradient of [#maxPool].
    ///
    /// @return `[N, C, in...]`
    public static Tensor maxPoolScatter(PoolSpec spec, Tensor dy, Tensor index) {
        check("maxPoolScatter", dy, spec.outputShape());
        Tensor dx = Tensor.empty(dy.backend().imageLayout(spec.inputShape()), dy.dtype(), dy.device());
        dy.backend().maxPoolScatter(spec, dy.view(), index.view(), dx.view());
        return dx;
    }

    /// `out[n,c,y] = x[n,c,index[n,c,y]]`: the adjoint of [#maxPoolScatter].
    ///
    /// @return `[N, C, out...]`
    public static Tensor maxPoolGather(PoolSpec spec, Tensor x, Tensor index) {
        check("maxPoolGather", x, spec.inputShape());
        Tensor out = Tensor.empty(x.backend().imageLayout(spec.outputShape()), x.dtype(), x.device());
        x.backend().maxPoolGather(spec, x.view(), index.view(), out.view());
        return out;
    }

    /// The mean of each window.
    ///
    /// @param x `[N, C, in...]`
    /// @return `[N, C, out...]`
    public static Tensor avgPool(PoolSpec spec, Tensor x) {
        check("avgPool", x, spec.inputShape());
        Tensor out = Tensor.empty(x.backend().imageLayout(spec.outputShape()), x.dtype(), x.device());
        x.backend().avgPool(spec, x.view(), out.view());
        return out;
    }

    /// The gradient of [#avgPool]: each element of `dy`, divided by its window's count, is added to all elements of the window.
    ///
    /// @return `[N, C, in...]`
    public static Tensor avgPoolBackward(PoolSpec spec, Tensor dy) {
        check("avgPoolBackward", dy, spec.outputShape());
        Tensor dx = Tensor.empty(dy.backend().imageLayout(spec.inputShape()), dy.dtype(), dy.device());
        dy.backend().avgPoolBackward(spec, dy.view(), dx.view());
        return dx;
    }

    private static void check(String operation, Tensor x, Shape expected) {
        if (!x.dtype().isFloating())
            throw new DTypeException(operation + ": needs a floating type (got " + x.describe() + "); convert with to(DType.F32)");
        if (!x.shape().equals(expected))
            throw new ShapeException(operation, "expected " + expected, x.shape());
    }
}
