package dev.sunda.core;

import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Arrays;

/// Sorting along one dimension and what follows from it. A scalar counts as a vector of one element.
final class Sorting {
    private Sorting() {
    }

    static Tensor argsort(String operation, Tensor x, int dim, boolean descending) {
        return first(operation, x, size(operation, x, dim), dim, descending);
    }

    /// The places of the first `count` elements in order; of a scalar always its one.
    private static Tensor first(String operation, Tensor x, int count, int dim, boolean descending) {
        if (x.rank() == 0)
            return first(operation, x.reshape(1), 1, 0, descending).reshape(Shape.SCALAR);
        int d = x.shape().dim(operation, dim);
        Tensor out = Tensor.empty(Layout.dense(x.shape().with(d, count), x.layout().order()), DType.I64, x.device());
        x.backend().argsort(x.view(), d, descending, out.view());
        return out;
    }

    static Tensor.Indexed topK(Tensor x, int k, int dim, boolean largest) {
        numeric("topK", x);
        int size = size("topK", x, dim);
        if (k < 0 || k > size)
            throw new ShapeException("topK", "cannot take " + k + " of the " + size + " elements along dimension " + dim, x.shape());
        return at(x, dim, first("topK", x, k, dim, largest));
    }

    static Tensor.Indexed kthValue(Tensor x, int k, int dim, boolean keepDim) {
        numeric("kthValue", x);
        int size = size("kthValue", x, dim);
        if (k < 1 || k > size)
            throw new ShapeException("kthValue", "there is no element number " + k + " among " + size + " along dimension " + dim,
                    x.shape());
        Tensor rank = Tensor.scalar(k - 1, DType.I64, x.device());
        return x.rank() == 0 ? new Tensor.Indexed(x, rank) : dropped(at(x, dim, ranked(x, dim, rank)), dim, keepDim);
    }

    /// The place of one element of each row.
    ///
    /// @param rank its number in ascending order, from 0 on: one for all rows, or one for each
    private static Tensor ranked(Tensor x, int dim, Tensor rank) {
        int d = x.shape().dim("ranked", dim);
        Tensor out = Tensor.empty(Layout.contiguous(x.shape().with(d, 1)), DType.I64, x.device());
        x.backend().ranked(x.view(), d, rank.expand(out.shape()).view(), out.view());
        return out;
    }

    /// The element in the middle of each sorted row. NaN stands at the end of it, so a row's numbers are the first ones; unless NaN is
    /// ignored, a row's first NaN is its median.
    static Tensor.Indexed median(Tensor x, int dim, boolean keepDim, boolean ignoreNaN) {
        String name = ignoreNaN ? "nanMedian" : "median";
        numeric(name, x);
        int size = size(name, x, dim);
        if (size == 0)
            throw new ShapeException(name, "there is no value over zero elements", x.shape());
        if (x.rank() == 0)
            return new Tensor.Indexed(x, Tensor.scalar(0, DType.I64, x.device()));
        Tensor middle = Tensor.scalar((size - 1) / 2, DType.I64, x.device());
        if (ignoreNaN && x.dtype().isFloating()) {
            Tensor count = x.eq(x).sum(Dims.keep(dim));
            middle = halved(count.maximum(Tensor.scalar(1, DType.I64, x.device())).sub(1));
        }
        Tensor index = ranked(x, dim, middle);
        if (!ignoreNaN && x.dtype().isFloating()) {
            Tensor last = x.argmax(dim, true);
            Tensor largest = x.gather(dim, last);
            index = index.where(largest.eq(largest), last);
        }
        return dropped(at(x, dim, index), dim, keepDim);
    }

    private static Tensor halved(Tensor x) {
        return x.to(DType.F64).mul(0.5).to(DType.I64);
    }

    /// The median of all elements; NaN over none.
    static Tensor median(Tensor x, boolean ignoreNaN) {
        if (x.numel() == 0 && x.dtype().isFloating())
            return Tensor.scalar(Double.NaN, x.dtype(), x.device());
        return median(x.reshape(-1), 0, false, ignoreNaN).values();
    }

    private static Tensor.Indexed at(Tensor x, int dim, Tensor index) {
        return new Tensor.Indexed(x.gather(dim, index), index);
    }

    /// Without `dim`, unless it is to be kept.
    static Tensor.Indexed dropped(Tensor.Indexed result, int dim, boolean keepDim) {
        if (keepDim || result.values().rank() == 0)
            return result;
        return new Tensor.Indexed(result.values().squeeze(dim), result.indices().squeeze(dim));
    }

    private static int size(String operation, Tensor x, int dim) {
        return x.rank() == 0 && (dim == 0 || dim == -1) ? 1 : x.size(x.shape().dim(operation, dim));
    }

    private static void numeric(String operation, Tensor x) {
        if (x.dtype() == DType.BOOL)
            throw new DTypeException(operation + ": not defined for bool (got " + x.describe() + "); convert with to(DType.I32)");
    }

    static Tensor searchSorted(Tensor sorted, Tensor x, boolean right) {
        Tensor.checkSameDevice("searchSorted", sorted, x);
        if (sorted.rank() == 0)
            throw new ShapeException("searchSorted", "the sorted tensor needs at least one dimension", sorted.shape(), x.shape());
        boolean oneRow = sorted.rank() == 1;
        if (!oneRow && !Arrays.equals(leading(sorted), leading(x)))
            throw new ShapeException("searchSorted", "all dimensions but the last must be equal, or the sorted tensor be one row",
                    sorted.shape(), x.shape());
        DType type = DType.promote(sorted.dtype(), x.dtype());
        Tensor out = Tensor.empty(Layout.contiguous(x.shape()), DType.I64, x.device());
        int rows = oneRow ? 1 : sorted.numel() / Math.max(1, sorted.size(-1));
        if (x.numel() == 0)
            return out;
        if (sorted.numel() == 0)
            return Tensor.zeros(x.shape(), DType.I64, x.device());
        Tensor values = x.to(type).reshape(rows, -1);
        x.backend().searchSorted(sorted.to(type).reshape(rows, -1).view(), values.view(), right, out.reshape(rows, -1).view());
        return out;
    }

    private static int[] leading(Tensor x) {
        return Arrays.copyOf(x.shape().sizes(), Math.max(0, x.rank() - 1));
    }

    static Tensor bucketize(Tensor x, Tensor boundaries, boolean right) {
        if (boundaries.rank() != 1)
            throw new ShapeException("bucketize", "the boundaries must be one row", boundaries.shape());
        return searchSorted(boundaries, x, right);
    }
}
