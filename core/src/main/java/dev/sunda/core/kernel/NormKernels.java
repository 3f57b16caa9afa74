package dev.sunda.core.kernel;

import dev.sunda.core.Tensor;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;

/// Statistics and normalisation of channels (dimension 1), the parts of batch normalisation.
public final class NormKernels {
    private NormKernels() {
    }

    /// @param mean `[C]`
    /// @param variance `[C]`, biased: divided by the number of elements
    /// @param rstd `[C]`, `1 / sqrt(variance + eps)`
    public record Statistics(Tensor mean, Tensor variance, Tensor rstd) {
    }

    /// @param dx `[N, C, ...]`
    /// @param dweight `[C]`
    /// @param dbias `[C]`
    public record Gradients(Tensor dx, Tensor dweight, Tensor dbias) {
    }

    /// Mean and biased variance of each channel over all other dimensions. Running statistics follow them.
    ///
    /// @param x `[N, C, ...]`
    /// @param running null if there are none
    public static Statistics channelStatistics(Tensor x, double eps, Running running) {
        Shape channels = channels("channelStatistics", x);
        if (running != null)
            running.check(channels);
        var result = new Statistics(perChannel(x), perChannel(x), perChannel(x));
        int count = x.numel() / Math.max(1, x.size(1));
        double correction = (double) count / (count - 1);
        boolean together = running != null && running.takes(x);
        x.backend().channelStatistics(x.view(), eps, together ? running.following(correction) : null, result.mean.view(),
                result.variance.view(), result.rstd.view());
        if (together)
            running.changed();
        else if (running != null)
            running.follow(result.mean, result.variance, correction);
        return result;
    }

    private static Tensor perChannel(Tensor x) {
        return Tensor.empty(Layout.contiguous(Shape.of(x.size(1))), x.dtype(), x.device());
    }

    /// `1 / sqrt(variance + eps)`.
    public static Tensor rstd(Tensor variance, double eps) {
        Tensor rstd = Tensor.empty(Layout.contiguous(variance.shape()), variance.dtype(), variance.device());
        variance.backend().rstd(variance.view(), eps, rstd.view());
        return rstd;
    }

    /// `y = (x - mean) * rstd * weight + bias`, channel by channel, or `max(that, 0)`.
    ///
    /// @param x `[N, C, ...]`
    /// @param mean `[C]`, like `rstd`, `weight` and `bias`; the last two may be null (1 and 0)
    /// @param relu whether relu follows in the same pass
    public static Tensor channelNormalize(Tensor x, Tensor mean, Tensor rstd, Tensor weight, Tensor bias, boolean relu) {
        checkAll("channelNormalize", x, mean, rstd, weight, bias);
        Tensor y = Tensor.empty(Layout.dense(x.shape(), x.layout().order()), x.dtype(), x.device());
        x.backend().channelNormalize(x.view(), mean.view(), rstd.view(), weight == null ? null : weight.view(),
                bias == null ? null : bias.view(), relu, y.view());
        return y;
    }

    /// The gradient of batch normalisation whose statistics came from the batch itself.
    ///
    /// With `xhat = (x - mean) * rstd` and `m` elements a channel: `dbias = sum(dy)`, `dweight = sum(dy * xhat)`,
    /// `dx = weight * rstd * (dy - dbias / m - xhat * dweight / m)`.
    ///
    /// With `relu` the result passed through relu: then `dy * (xhat * weight + bias > 0)` stands in the place of `dy`.
    ///
    /// @param weight `[C]` or null (1)
    /// @param bias `[C]` or null (0); without `relu` it does not matter
    public static Gradients batchNormBackward(Tensor dy, Tensor x, Tensor mean, Tensor rstd, Tensor weight, Tensor bias, boolean relu) {
        checkAll("batchNormBackward", x, mean, rstd, weight, bias);
        if (!dy.shape().equals(x.shape()) || dy.dtype() != x.dtype())
            throw new ShapeException("batchNormBackward", "gradient and input differ", dy.shape(), x.shape());
        Tensor dx = Tensor.empty(Layout.dense(x.shape(), x.layout().order()), x.dtype(), x.device());
        Tensor dweight = Tensor.empty(Layout.contiguous(mean.shape()), x.dtype(), x.device());
        Tensor dbias = Tensor.empty(Layout.contiguous(mean.shape()), x.dtype(), x.device());
        x.backend().batchNormBackward(dy.view(), x.view(), mean.view(), rstd.view(), weight == null ? null : weight.view(),
                bias == null ? null : bias.view(), relu, dx.view(), dweight.view(), dbias.view());
        return new Gradients(dx, dweight, dbias);
    }

    private static Shape channels(String operation, Tensor x) {
        if (!x.dtype().isFloating())
            throw new DTypeException(operation + ": needs a floating type (got " + x.describe() + "); convert with to(DType.F32)");
        if (x.rank() < 2)
            throw new ShapeException(operation, "needs batch and channel dimensions", x.shape());
        return Shape.of(x.size(1));
    }

    static void checkAll(String operation, Tensor x, Tensor... perChannel) {
        Shape channels = channels(operation, x);
        for (Tensor c : perChannel) {
            if (c == null)
                continue;
            Tensor.checkSameDevice(operation, x, c);
            if (!c.shape().equals(channels))
                throw new ShapeException(operation,
                        "input has " + x.size(1) + " channels, so statistics, weight and bias must be " + channels,
                        x.shape(), c.shape());
            if (c.dtype() != x.dtype())
                throw new DTypeException(operation + ": all operands must have one type (got " + x.describe() + ", " + c.describe()
                        + "); convert one with to(dtype)");
        }
    }
}
