package dev.sunda.core.kernel;

import dev.sunda.core.Tensor;
import dev.sunda.core.op.QuantileInterpolation;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.ShapeException;
import java.util.Arrays;

/// Where quantiles are found.
public final class QuantileKernels {
    private QuantileKernels() {
    }

    /// The quantile is `x[low] + (x[high] - x[low]) * weight`, each of the three with one entry a quantile in the place of the dimension.
    ///
    /// @param low places (int64) along the dimension
    /// @param high places (int64) along the dimension; null where the quantile is an element, `x[low]`
    /// @param weight in the type of `x`, or null as `high`
    public record Places(Tensor low, Tensor high, Tensor weight) {
    }

    /// Quantile `q` of `n` elements has the rank `q * (n - 1)` among them in ascending order. A row with NaN has the quantiles NaN, unless
    /// NaN is ignored.
    ///
    /// @param q from 0 to 1
    /// @param dim not empty
    public static Places places(Tensor x, double[] q, int dim, QuantileInterpolation interpolation, boolean ignoreNaN) {
        String name = ignoreNaN ? "nanQuantile" : "quantile";
        if (!x.dtype().isFloating())
            throw new DTypeException(name + ": needs a floating type (got " + x.describe() + "); convert with to(DType.F32)");
        for (double each : q)
            if (!(each >= 0 && each <= 1))
                throw new IllegalArgumentException(name + ": quantiles must be from 0 to 1 (got " + Arrays.toString(q) + ")");
        int d = x.shape().dim(name, dim);
        if (x.size(d) == 0)
            throw new ShapeException(name, "there is no value over zero elements", x.shape());
        Tensor rank = ranks(x, q, d, ignoreNaN);
        Tensor low = rank.apply(switch (interpolation) {
            case LINEAR, LOWER, MIDPOINT -> UnaryOp.FLOOR;
            case HIGHER -> UnaryOp.CEIL;
            case NEAREST -> UnaryOp.ROUND;
        });
        boolean between = interpolation == QuantileInterpolation.LINEAR || interpolation == QuantileInterpolation.MIDPOINT;
        Tensor place = places(x, d, low);
        if (!between)
            return new Places(place, null, null);
        Tensor weight = interpolation == QuantileInterpolation.MIDPOINT ? rank.mul(0).add(0.5) : rank.sub(low);
        return new Places(place, places(x, d, rank.apply(UnaryOp.CEIL)), weight.to(x.dtype()));
    }

    /// The places of the elements number `rank` in ascending order.
    private static Tensor places(Tensor x, int dim, Tensor rank) {
        Tensor out = Tensor.empty(Layout.contiguous(rank.shape()), DType.I64, x.device());
        x.backend().ranked(x.view(), dim, rank.to(DType.I64).view(), out.view());
        return out;
    }

    /// In double; sorted rows hold their numbers first and NaN last.
    private static Tensor ranks(Tensor x, double[] q, int dim, boolean ignoreNaN) {
        int[] sizes = new int[x.rank()];
        Arrays.fill(sizes, 1);
        sizes[dim] = q.length;
        Tensor quantiles = Tensor.of(q).to(x.device()).reshape(sizes);
        if (ignoreNaN) {
            Tensor numbers = x.eq(x).sum(Dims.keep(dim)).to(DType.F64);
            return numbers.sub(1).maximum(Tensor.scalar(0, DType.F64, x.device())).mul(quantiles);
        }
        Tensor last = Tensor.scalar(x.size(dim) - 1, DType.F64, x.device());
        Tensor largest = x.amax(Dims.keep(dim));
        return quantiles.mul(last).where(largest.eq(largest), last);
    }
}
