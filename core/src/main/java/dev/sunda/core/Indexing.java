package dev.sunda.core;

import dev.sunda.core.op.ScatterOp;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Arrays;

/// Reading and writing at positions that another tensor names. A scalar counts as a vector of one element.
final class Indexing {
    private Indexing() {
    }

    // ---------------------------------------------------------------------------------------------------------- along one dimension

    static Tensor gather(String operation, Tensor x, int dim, Tensor index) {
        if (x.rank() == 0 || index.rank() == 0 && x.rank() == 1)
            return gather(operation, x.atLeast1d(), dim, index.atLeast1d()).reshape(index.shape());
        int d = check(operation, x, dim, index);
        Tensor out = Tensor.empty(Layout.contiguous(index.shape()), x.dtype(), x.device());
        if (index.numel() > 0)                                       // the index may be smaller in the other dimensions
            x.backend().gather(operation, corner(x, d, index.shape()).view(), d, index.to(DType.I64).view(), out.view());
        return out;
    }

    static Tensor indexSelect(Tensor x, int dim, Tensor index) {
        if (x.rank() == 0) {
            if (index.numel() != 1)
                throw new ShapeException("indexSelect", "from a scalar one element can be chosen", x.shape(), index.shape());
            return indexSelect(x.reshape(1), dim, index).reshape(Shape.SCALAR);
        }
        int d = x.shape().dim("indexSelect", dim);
        return gather("indexSelect", x, d, spread("indexSelect", x, d, index));
    }

    static Tensor scatter(String operation, ScatterOp op, Tensor x, int dim, Tensor index, Tensor source) {
        if (x.rank() == 0 || index.rank() == 0 && x.rank() == 1)
            return scatter(operation, op, x.atLeast1d(), dim, index.atLeast1d(), source.atLeast1d()).reshape(x.shape());
        int d = check(operation, x, dim, index);
        checkType(operation, x, source);
        Tensor out = x.copy();
        if (index.numel() == 0)
            return out;
        for (int e = 0; e < source.rank(); e++)
            if (source.rank() != index.rank() || index.size(e) > source.size(e))
                throw new ShapeException(operation, "the index is larger than the source", index.shape(), source.shape());
        x.backend().scatter(operation, op, corner(source, -1, index.shape()).view(), d, index.to(DType.I64).view(),
                corner(out, d, index.shape()).view());
        return out;
    }

    static Tensor scatter(Tensor x, int dim, Tensor index, double value) {
        Tensor number = Tensor.scalar(Masks.fitting("scatter", x, value), x.dtype(), x.device());
        return scatter("scatter", ScatterOp.SET, x, dim, index, number.expand(index.shape()));
    }

    // ---------------------------------------------------------------------------------------------------------- whole rows

    /// Rows of `source` written to the rows that a one-dimensional index names.
    static Tensor indexed(String operation, ScatterOp op, Tensor x, int dim, Tensor index, Tensor source) {
        if (x.rank() == 0)
            return indexed(operation, op, x.reshape(1), dim, index, source.reshape(index.numel())).reshape(Shape.SCALAR);
        int d = x.shape().dim(operation, dim);
        checkType(operation, x, source);
        Tensor rows = spread(operation, x, d, index);
        if (!rows.shape().equals(source.shape()))
            throw new ShapeException(operation, "the source must be " + rows.shape() + ": this tensor with one row for each index",
                    x.shape(),
                    index.shape(), source.shape());
        return scatter(operation, op, x, d, rows, source);
    }

    /// A mask over dimension `dim`, true at the positions named; negative ones count from the end.
    static Tensor rowMask(String operation, Tensor x, int dim, Tensor index) {
        Tensor.checkSameDevice(operation, x, index);
        int d = Views.place(operation, x, dim);
        int size = x.rank() == 0 ? 1 : x.size(d);
        if (index.rank() > 1)
            throw new ShapeException(operation, "the index must have one dimension", x.shape(), index.shape());
        boolean[] named = new boolean[size];
        for (long i : positions(operation, x, "dimension " + dim, size, index))
            named[(int) i] = true;
        int[] along = new int[x.rank()];
        Arrays.fill(along, 1);
        if (x.rank() > 0)
            along[d] = size;
        return Tensor.of(named, Shape.of(along)).to(x.device());
    }

    // ---------------------------------------------------------------------------------------------------------- row-major positions

    static Tensor take(Tensor x, Tensor index) {
        Tensor places = flat("take", x, index);
        return x.reshape(-1).indexSelect(0, places).reshape(index.shape());
    }

    static Tensor put(Tensor x, Tensor index, Tensor source, boolean accumulate) {
        checkType("put", x, source);
        if (source.numel() != index.numel())
            throw new ShapeException("put", "index and source must have as many elements", index.shape(), source.shape());
        Tensor places = flat("put", x, index);
        Tensor out = Tensor.empty(Layout.contiguous(x.shape()), x.dtype(), x.device()).copyFrom(x);
        if (places.numel() > 0)
            x.backend().scatter("put", accumulate ? ScatterOp.ADD : ScatterOp.SET, source.reshape(-1).view(), 0, places.view(),
                    out.reshape(-1).view());
        return out;
    }

    /// The index as a vector of row-major positions from 0 on.
    static Tensor flat(String operation, Tensor x, Tensor index) {
        Tensor.checkSameDevice(operation, x, index);
        return Tensor.of(positions(operation, x, "the elements", x.numel(), index)).to(x.device());
    }

    /// As [#gather] after the other dimensions of both have been broadcast.
    static Tensor takeAlongDim(Tensor x, Tensor index, int dim) {
        return gather("takeAlongDim", x.expand(aroundDim(x, index, dim)), dim, alongDim(x, index, dim));
    }

    /// The shape of `x` with its other dimensions broadcast against those of the index.
    static Shape aroundDim(Tensor x, Tensor index, int dim) {
        if (x.rank() != index.rank() || x.rank() == 0)
            throw new ShapeException("takeAlongDim", "the index must have as many dimensions as the tensor, at least one", x.shape(),
                    index.shape());
        int d = x.shape().dim("takeAlongDim", dim);
        return Shape.broadcast("takeAlongDim", x.shape().with(d, 1), index.shape().with(d, 1)).with(d, x.size(d));
    }

    /// The index broadcast likewise.
    static Tensor alongDim(Tensor x, Tensor index, int dim) {
        int d = x.shape().dim("takeAlongDim", dim);
        return index.expand(aroundDim(x, index, dim).with(d, index.size(d)));
    }

    static Tensor oneHot(Tensor index, int classes) {
        if (!index.dtype().isInteger())
            throw new DTypeException("oneHot: needs int64 or int32 (got " + index.describe() + ")");
        int largest = -1;
        for (long i : index.toLongArray()) {
            if (i < 0 || classes >= 0 && i >= classes || i > Integer.MAX_VALUE - 9)
                throw new ShapeException("oneHot", "class " + i + " is not one of " + (classes < 0 ? "those from 0 on" : "the " + classes),
                        index.shape());
            largest = Math.max(largest, (int) i);
        }
        if (classes < 0 && largest < 0)
            throw new ShapeException("oneHot", "no elements do not tell the number of classes", index.shape());
        int n = classes < 0 ? largest + 1 : classes;
        Tensor rows = Tensor.zeros(Shape.of(index.numel(), n), DType.I64, index.device());
        int[] sizes = Arrays.copyOf(index.shape().sizes(), index.rank() + 1);
        sizes[index.rank()] = n;
        return scatter(rows, 1, index.reshape(index.numel(), 1), 1).reshape(Shape.of(sizes));
    }

    // ---------------------------------------------------------------------------------------------------------- checks

    private static int check(String operation, Tensor x, int dim, Tensor index) {
        checkIndex(operation, x, index);
        int d = x.shape().dim(operation, dim);
        if (index.numel() == 0)
            return d;
        if (index.rank() != x.rank())
            throw new ShapeException(operation, "the index must have as many dimensions as the tensor", x.shape(), index.shape());
        for (int e = 0; e < x.rank(); e++)
            if (e != d && index.size(e) > x.size(e))
                throw new ShapeException(operation, "the index is larger than the tensor in dimension " + e, x.shape(), index.shape());
        return d;
    }

    private static void checkIndex(String operation, Tensor x, Tensor index) {
        Tensor.checkSameDevice(operation, x, index);
        if (!index.dtype().isInteger())
            throw new DTypeException(operation + ": the index must be int64 or int32 (got " + index.describe() + ")");
    }

    private static void checkType(String operation, Tensor x, Tensor source) {
        Tensor.checkSameDevice(operation, x, source);
        if (source.dtype() != x.dtype())
            throw new DTypeException(
                    operation + ": the source must have this tensor's type (got " + x.describe() + ", " + source.describe() + ")");
    }

    /// The first part of every dimension but `whole`, as large as in `shape`.
    private static Tensor corner(Tensor x, int whole, Shape shape) {
        Tensor part = x;
        for (int e = 0; e < x.rank(); e++)
            if (e != whole && shape.size(e) != x.size(e))
                part = part.narrow(e, 0, shape.size(e));
        return part;
    }

    /// A one-dimensional index for every element of the rows it names.
    private static Tensor spread(String operation, Tensor x, int dim, Tensor index) {
        checkIndex(operation, x, index);
        if (index.rank() > 1)
            throw new ShapeException(operation, "the index must have one dimension", x.shape(), index.shape());
        int[] sizes = new int[x.rank()];
        Arrays.fill(sizes, 1);
        sizes[dim] = index.numel();
        return index.reshape(Shape.of(sizes)).expand(x.shape().with(dim, index.numel()));
    }

    /// The positions from 0 on; negative ones count from the end.
    private static long[] positions(String operation, Tensor x, String where, int size, Tensor index) {
        checkIndex(operation, x, index);
        long[] positions = index.toLongArray();
        for (int i = 0; i < positions.length; i++) {
            if (positions[i] < -size || positions[i] >= size)
                throw new ShapeException(operation, "index " + positions[i] + " is outside " + where + " of size " + size, x.shape(),
                        index.shape());
            if (positions[i] < 0)
                positions[i] += size;
        }
        return positions;
    }
}
