package dev.sunda.core;

import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.ShapeException;
import java.util.Locale;

/// Histograms with bins of any width.
final class Histograms {
    private Histograms() {
    }

    static Tensor.Histogram histogram(Tensor x, Tensor edges, Tensor weight, boolean density) {
        if (!x.dtype().isFloating() || edges.dtype() != x.dtype() || weight != null && weight.dtype() != x.dtype())
            throw new DTypeException("histogram: needs one floating type for all (got " + x.describe() + ", " + edges.describe()
                    + (weight == null ? "" : ", " + weight.describe()) + "); convert with to(DType.F32)");
        if (edges.rank() != 1 || edges.numel() < 2)
            throw new ShapeException("histogram", "needs at least two edges in one dimension", edges.shape());
        if (weight != null && !weight.shape().equals(x.shape()))
            throw new ShapeException("histogram", "needs one weight for each element", x.shape(), weight.shape());
        int bins = edges.numel() - 1;
        Tensor width = edges.narrow(0, 1, bins).sub(edges.narrow(0, 0, bins));
        if (width.ge(0).all(Dims.all()).item() == 0)
            throw new IllegalArgumentException("histogram: the edges must be in ascending order (got " + edges.describe() + ")");
        Tensor flat = x.reshape(-1);
        Tensor last = edges.narrow(0, bins, 1);
        Tensor bin = edges.searchSorted(flat, true).sub(1).sub(flat.eq(last).to(DType.I64));   // the last bin has both its edges
        Tensor inside = flat.ge(edges.narrow(0, 0, 1)).logicalAnd(flat.le(last));
        Tensor place = bin.where(inside, Tensor.scalar(bins, DType.I64, x.device()));
        Tensor counted = weight == null ? Tensor.onesLike(flat) : weight.reshape(-1);
        Tensor counts = Counting.bincount(place, counted, bins + 1).narrow(0, 0, bins);
        return new Tensor.Histogram(density ? counts.div(counts.sum()).div(width) : counts, edges);
    }

    /// Bins of equal width between two numbers, which may be equal for the range of the values.
    static Tensor edges(Tensor x, int bins, double min, double max) {
        if (bins < 1)
            throw new IllegalArgumentException("histogram: there must be at least one bin (got " + bins + ")");
        double low = min == max && x.numel() > 0 ? x.amin(Dims.all()).item() : min;
        double high = min == max && x.numel() > 0 ? x.amax(Dims.all()).item() : max;
        if (!(high >= low) || Double.isInfinite(high) || Double.isInfinite(low))
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "histogram: the range must be finite and ascending (got %s to %s)", low, high));
        if (x.numel() == 0 && low == high)
            return Tensor.linspace(low, high + 1, bins + 1, x.dtype(), x.device());
        double around = low == high ? 0.5 : 0;
        return Tensor.linspace(low - around, high + around, bins + 1, x.dtype(), x.device());
    }
}
