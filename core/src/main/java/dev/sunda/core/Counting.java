package dev.sunda.core;

import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.List;
import java.util.Locale;

/// How often values occur: counts, histograms and sets of distinct values. Sizes that depend on values are read back from the device.
final class Counting {
    private Counting() {
    }

    static Tensor bincount(Tensor x, Tensor weights, int minLength) {
        if (x.rank() != 1)
            throw new ShapeException("bincount", "needs one dimension", x.shape());
        if (!x.dtype().isInteger())
            throw new DTypeException("bincount: needs int64 or int32 (got " + x.describe() + ")");
        if (minLength < 0)
            throw new IllegalArgumentException("bincount: the least length must not be negative (got " + minLength + ")");
        if (weights != null && !weights.shape().equals(x.shape()))
            throw new ShapeException("bincount", "needs one weight for each element", x.shape(), weights.shape());
        long least = x.numel() == 0 ? 0 : x.amin(Dims.all()).toLongArray()[0];
        long most = x.numel() == 0 ? -1 : x.amax(Dims.all()).toLongArray()[0];
        if (least < 0 || most >= Integer.MAX_VALUE)
            throw new IllegalArgumentException("bincount: values must be from 0 to 2^31 - 2 (got " + (least < 0 ? least : most) + ")");
        Shape bins = Shape.of(Math.max(minLength, (int) most + 1));
        if (weights == null)
            return Tensor.zeros(bins, DType.I64, x.device()).scatterAdd(0, x, Tensor.scalar(1, DType.I64, x.device()).expand(x.shape()));
        Tensor added = weights.dtype().isFloating() ? weights : weights.to(DType.F64);
        return Tensor.zeros(bins, added.dtype(), x.device()).scatterAdd(0, x, added);
    }

    /// @param min lower end, which with an equal upper end stands for the range of the values
    static Tensor histc(Tensor x, int bins, double min, double max) {
        if (!x.dtype().isFloating())
            throw new DTypeException("histc: needs a floating type (got " + x.describe() + "); convert with to(DType.F32)");
        if (bins < 1)
            throw new IllegalArgumentException("histc: there must be at least one bin (got " + bins + ")");
        double low = min;
        double high = max;
        if (min == max && x.numel() > 0) {
            low = x.amin(Dims.all()).item();
            high = x.amax(Dims.all()).item();
        }
        if (low == high) {
            low -= 1;
            high += 1;
        }
        if (!(high > low) || Double.isInfinite(low) || Double.isInfinite(high))
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "histc: the range must be finite and ascending (got %s to %s)", low, high));
        Tensor flat = x.reshape(-1);
        Tensor inside = flat.ge(low).logicalAnd(flat.le(high));
        Tensor place = flat.sub(low).mul(bins).div(high - low);
        Tensor outside = Tensor.scalar(bins, DType.I64, x.device());
        Tensor bin = place.to(DType.I64).minimum(Tensor.scalar(bins - 1, DType.I64, x.device())).where(inside, outside);
        return bincount(bin, null, bins + 1).narrow(0, 0, bins).to(x.dtype());
    }

    static Tensor.Unique unique(Tensor x) {
        Tensor flat = x.reshape(-1);
        Tensor order = flat.argsort(0, false);
        Tensor.Unique runs = runs(flat.gather(0, order));
        Tensor inverse = Tensor.zeros(flat.shape(), DType.I64, x.device()).scatterAdd(0, order, runs.inverse());
        return new Tensor.Unique(runs.values(), inverse.reshape(x.shape()), runs.counts());
    }

    static Tensor.Unique uniqueConsecutive(Tensor x) {
        Tensor.Unique runs = runs(x.reshape(-1));
        return new Tensor.Unique(runs.values(), runs.inverse().reshape(x.shape()), runs.counts());
    }

    /// The runs of equal neighbours of a vector; NaN differs from itself.
    private static Tensor.Unique runs(Tensor x) {
        int n = x.numel();
        if (n == 0) {
            Tensor none = Tensor.zeros(Shape.of(0), DType.I64, x.device());
            return new Tensor.Unique(x, none, none);
        }
        Tensor starts = x.narrow(0, 1, n - 1).ne(x.narrow(0, 0, n - 1)).to(DType.I64);
        Tensor run = Tensor.cat(List.of(Tensor.zeros(Shape.of(1), DType.I64, x.device()), starts), 0).cumsum(0);
        Tensor counts = bincount(run, null, 0);
        Tensor first = counts.cumsum(0).sub(counts);
        return new Tensor.Unique(x.indexSelect(0, first), run, counts);
    }
}
