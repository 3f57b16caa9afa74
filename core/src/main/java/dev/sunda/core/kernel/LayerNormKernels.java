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
    /// @param mean `[M]`
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
        check(x, weight, bias);
        Tensor y = fresh(x.shape(), x);
        Tensor mean = fresh(Shape.of(x.size(0)), x);
        Tensor rstd = fresh(mean.shape(), x);
        x.backend().layerNorm(x.view(), weight == null ? null : weight.view(), bias == null ? null : bias.view(), eps, mean.view(),
                rstd.view(), y.view());
        return new Normalized(y, mean, rstd);
    }

    /// The gradients of [#layerNorm]; those of weight and bias only if asked for.
    ///
    /// @param dy of the shape of `x`
    /// @param mean `[M]` and `rstd` `[M]` as [#layerNorm] gave them
    /// @param weight `[n]`, or null for ones
    public static Gradients layerNormBackward(Tensor dy, Tensor x, Tensor mean, Tensor rstd, Tensor weight, boolean parameters) {
        check(x, weight, null);
        if (!dy.shape().equals(x.shape()) || dy.dtype() != x.dtype())
            throw new ShapeException("layerNorm", "gradient and input differ", dy.shape(), x.shape());
        Tensor dx = fresh(x.shape(), x);
        Tensor dweight = parameters ? fresh(Shape.of(x.size(1)), x) : null;
        Tensor dbias = parameters ? fresh(Shape.of(x.size(1)), x) : null;
        x.backend().layerNormBackward(dy.view(), x.view(), mean.view(), rstd.view(), weight == null ? null : weight.view(), dx.view(),
                parameters ? dweight.view() : null, parameters ? dbias.view() : null);
        return new Gradients(dx, dweight, dbias);
    }

    private static Tensor fresh(Shape shape, Tensor like) {
        return Tensor.empty(Layout.contiguous(shape), like.dtype(), like.device());
    }

    private static void check(Tensor x, Tensor... parameters) {
        if (!x.dtype().isFloating())
            throw new DTypeException("layerNorm: needs a floating type (got " + x.describe() + "); convert with to(DType.F32)");
        if (x.rank() != 2)
            throw new ShapeException("layerNorm", "needs a matrix of rows", x.shape());
        for (Tensor p : parameters) {
            if (p == null)
                continue;
            Tensor.checkSameDevice("layerNorm", x, p);
            if (!p.shape().equals(Shape.of(x.size(1))))
                throw new ShapeException("layerNorm", "weight and bias must have the length of a row", x.shape(), p.shape());
            if (p.dtype() != x.dtype())
                throw new DTypeException("layerNorm: all operands must have one type (got " + x.describe() + ", " + p.describe()
                        + "); convert one with to(dtype)");
        }
    }
}
