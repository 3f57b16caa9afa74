package dev.sunda.core.kernel;

import dev.sunda.core.Tensor;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;

/// Layer normalisation of the rows of a matrix.
public final class LayerNormKernels {
    private LayerNormKernels() {
    }

    /// @param y `[M, n]`
    /// @param mean `[M]`, or null
    /// @param rstd `[M]`, `1 / sqrt(variance + eps)`
    public record Normalized(Tensor y, Tensor mean, Tensor rstd) {
    }

    /// @param dx `[M, n]`
    /// @param dweight `[n]` or null
    /// @param dbias `[n]` or null
    public record Gradients(Tensor dx, Tensor dweight, Tensor dbias) {
    }

    /// `y = (x - mean) * rstd * weight + bias` with the statistics of each row.
    ///
    /// @param x `[M, n]`
    /// @param weight `[n]`, or null for ones
    /// @param bias `[n]`, or null for zeros
    public static Normalized layerNorm(Tensor x, Tensor weight, Tensor bias, double eps) {
        check("layerNorm", x, weight, bias);
        Tensor y = fresh(x.shape(), x);
        Tensor mean = fresh(Shape.of(x.size(0)), x);
        Tensor rstd = fresh(mean.shape(), x);
        x.backend().layerNorm(x.view(), weight == null ? null : weight.view(), bias == null ? null : bias.view(), eps, mean.view(),
                rstd.view(), y.view());
        return new Normalized(y, mean, rstd);
    }

    /// `y = x * rstd * weight` with `rstd = 1 / sqrt(mean square + eps)` of each row; there is no mean.
    ///
    /// @param x `[M, n]`
    /// @param weight `[n]`, or null for ones
    public static Normalized rmsNorm(Tensor x, Tensor weight, double eps) {
        check("rmsNorm", x, weight);
        Tensor y = fresh(x.shape(), x);
        Tensor rstd = fresh(Shape.of(x.size(0)), x);
        x.backend().layerNorm(x.view(), weight == null ? null : weight.view(), null, eps, null, rstd.view(), y.view());
        return new Normalized(y, null, rstd);
    }

    /// The gradients of [#layerNorm], or without a mean of [#rmsNorm]; those of weight and bias only if asked for.
    ///
    /// @param dy of the shape of `x`
    /// @param mean `[M]` and `rstd` `[M]` as [#layerNorm] gave them, or null and what [#rmsNorm] gave
    /// @param weight `[n]`, or null for ones
    public static Gradients layerNormBackward(Tensor dy, Tensor x, Tensor mean, Tensor rstd, Tensor weight, boolean parameters) {
        check("layerNorm", x, weight);
        if (!dy.shape().equals(x.shape()) || dy.dtype() != x.dtype())
            throw new ShapeException("layerNorm", "gradient and input differ", dy.shape(), x.shape());
        Tensor dx = fresh(x.shape(), x);
        Tensor dweight = parameters ? fresh(Shape.of(x.size(1)), x) : null;
        Tensor dbias = parameters ? fresh(Shape.of(x.size(1)), x) : null;
        x.backend().layerNormBackward(dy.view(), x.view(), mean == null ? null : mean.view(), rstd.view(),
                weight == null ? null : weight.view(), dx.view(), parameters ? dweight.view() : null, parameters ? dbias.view() : null);
        return new Gradients(dx, dweight, dbias);
    }

    private static Tensor fresh(Shape shape, Tensor like) {
        return Tensor.empty(Layout.contiguous(shape), like.dtype(), like.device());
    }

    private static void check(String operation, Tensor x, Tensor... parameters) {
        if (!x.dtype().isFloating())
            throw new DTypeException(operation + ": needs a floating type (got " + x.describe() + "); convert with to(DType.F32)");
        if (x.rank() != 2)
            throw new ShapeException(operation, "needs a matrix of rows", x.shape());
        for (Tensor p : parameters) {
            if (p == null)
                continue;
            Tensor.checkSameDevice(operation, x, p);
            if (!p.shape().equals(Shape.of(x.size(1))))
                throw new ShapeException(operation, "weight and bias must have the length of a row", x.shape(), p.shape());
            if (p.dtype() != x.dtype())
                throw new DTypeException(operation + ": all operands must have one type (got " + x.describe() + ", " + p.describe()
                        + "); convert one with to(dtype)");
        }
    }
}
