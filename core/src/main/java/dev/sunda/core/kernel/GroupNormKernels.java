package dev.sunda.core.kernel;

import dev.sunda.core.Tensor;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;

/// Normalisation of groups of channels, sample by sample.
public final class GroupNormKernels {
    private GroupNormKernels() {
    }

    /// @param y `[N, C, ...]`
    /// @param mean `[N, G]`
    /// @param variance `[N, G]`, biased: divided by the number of elements
    public record Normalized(Tensor y, Tensor mean, Tensor variance) {
    }

    /// @param dx `[N, C, ...]`
    /// @param dweight `[C]`
    /// @param dbias `[C]`
    public record Gradients(Tensor dx, Tensor dweight, Tensor dbias) {
    }

    /// `y = (x - mean) / sqrt(variance + eps) * weight + bias` with the statistics of each group of neighbouring channels of each sample.
    ///
    /// @param x `[N, C, ...]`
    /// @param groups divides `C`, at least 1
    /// @param weight `[C]`, or null for ones
    /// @param bias `[C]`, or null for zeros
    public static Normalized groupNorm(Tensor x, int groups, Tensor weight, Tensor bias, double eps) {
        check(x, weight, bias);
        if (groups < 1 || x.size(1) % groups != 0)
            throw new ShapeException("groupNorm", "the number of groups must divide the " + x.size(1) + " channels and be at least 1, not "
                    + groups, x.shape());
        Tensor y = like(x);
        Tensor mean = fresh(Shape.of(x.size(0), groups), x);
        Tensor variance = fresh(mean.shape(), x);
        x.backend().groupNorm(x.view(), weight == null ? null : weight.view(), bias == null ? null : bias.view(), eps, mean.view(),
                variance.view(), y.view());
        return new Normalized(y, mean, variance);
    }

    /// The gradients of [#groupNorm].
    ///
    /// @param dy of the shape of `x`
    /// @param mean `[N, G]` as [#groupNorm] gave it
    /// @param rstd `[N, G]`, `1 / sqrt(variance + eps)`
    /// @param weight `[C]`, or null for ones
    public static Gradients groupNormBackward(Tensor dy, Tensor x, Tensor mean, Tensor rstd, Tensor weight) {
        check(x, weight);
        if (!dy.shape().equals(x.shape()) || dy.dtype() != x.dtype())
            throw new ShapeException("groupNorm", "gradient and input differ", dy.shape(), x.shape());
        Tensor dx = like(x);
        Tensor dweight = fresh(Shape.of(x.size(1)), x);
        Tensor dbias = fresh(dweight.shape(), x);
        x.backend().groupNormBackward(dy.view(), x.view(), mean.view(), rstd.view(), weight == null ? null : weight.view(), dx.view(),
                dweight.view(), dbias.view());
        return new Gradients(dx, dweight, dbias);
    }

    private static Tensor like(Tensor x) {
        return Tensor.empty(Layout.dense(x.shape(), x.layout().order()), x.dtype(), x.device());
    }

    private static Tensor fresh(Shape shape, Tensor like) {
        return Tensor.empty(Layout.contiguous(shape), like.dtype(), like.device());
    }

    private static void check(Tensor x, Tensor... perChannel) {
        NormKernels.checkAll("groupNorm", x, perChannel);
    }
}
