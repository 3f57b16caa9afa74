package dev.sunda.core;

import dev.sunda.core.op.GridOrder;
import dev.sunda.core.op.ReduceOp;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// Tensors put together, dimensions put together, and broadcasting undone.
final class Joining {
    private Joining() {
    }

    static Tensor cat(List<Tensor> all, int dim) {
        for (Tensor x : some("cat", all))
            if (x.rank() == 0)
                throw new ShapeException("cat", "scalars cannot be joined; use stack", x.shape());
        List<Tensor> shaped = all.stream().filter(x -> x.rank() != 1 || x.numel() > 0).toList();
        List<Tensor> tensors = shaped.isEmpty() ? all : shaped;
        Tensor first = tensors.getFirst();
        int d = first.shape().dim("cat", dim);
        DType type = first.dtype();
        int total = 0;
        for (Tensor x : tensors) {
            Tensor.checkSameDevice("cat", first, x);
            if (x.rank() != first.rank() || !x.shape().with(d, 1).equals(first.shape().with(d, 1)))
                throw new ShapeException("cat", "all sizes but that of dimension " + dim + " must be equal", first.shape(), x.shape());
            type = DType.promote(type, x.dtype());
            total = Math.addExact(total, x.size(d));
        }
        Shape shape = first.shape().with(d, total);
        Tensor out = Tensor.empty(Layout.dense(shape, first.layout().order()), type, first.device());
        int at = 0;
        for (Tensor x : tensors) {
            out.narrow(d, at, x.size(d)).copyFrom(x);
            at += x.size(d);
        }
        return out;
    }

    static Tensor stack(List<Tensor> tensors, int dim) {
        Shape first = some("stack", tensors).getFirst().shape();
        if (dim < -first.rank() - 1 || dim > first.rank())
            throw new ShapeException("stack", "position " + dim + " is not among the " + (first.rank() + 1) + " places of a new dimension",
                    first);
        for (Tensor x : tensors)
            if (!x.shape().equals(first))
                throw new ShapeException("stack", "all shapes must be equal", first, x.shape());
        return cat(tensors.stream().map(x -> x.unsqueeze(dim)).toList(), dim);
    }

    /// Side by side: vectors end to end, others along dimension 1.
    static Tensor hstack(List<Tensor> tensors) {
        List<Tensor> rows = some("hstack", tensors).stream().map(Tensor::atLeast1d).toList();
        return cat(rows, rows.getFirst().rank() == 1 ? 0 : 1);
    }

    static List<Tensor> broadcast(List<Tensor> tensors) {
        Shape shape = Shape.SCALAR;
        for (Tensor x : some("broadcastTensors", tensors))
            shape = Shape.broadcast("broadcastTensors", shape, x.shape());
        Shape target = shape;
        return tensors.stream().map(x -> x.expand(target)).toList();
    }

    static List<Tensor> meshgrid(List<Tensor> vectors, GridOrder order) {
        Objects.requireNonNull(order, "meshgrid: order is null; use GridOrder.IJ or XY");
        Tensor first = some("meshgrid", vectors).getFirst();
        int n = vectors.size();
        int[] sizes = new int[n];
        for (int i = 0; i < n; i++) {
            Tensor x = vectors.get(i);
            Tensor.checkSameDevice("meshgrid", first, x);
            if (x.rank() > 1)
                throw new ShapeException("meshgrid", "needs vectors or scalars", x.shape());
            if (x.dtype() != first.dtype())
                throw new DTypeException("meshgrid: all must have one type (got " + first.describe() + ", " + x.describe() + ")");
            sizes[order.place(i, n)] = x.numel();
        }
        Shape grid = Shape.of(sizes);
        var grids = new ArrayList<Tensor>();
        for (int i = 0; i < n; i++) {
            int[] along = new int[n];
            Arrays.fill(along, 1);
            along[order.place(i, n)] = vectors.get(i).numel();
            grids.add(vectors.get(i).reshape(Shape.of(along)).expand(grid));
        }
        return List.copyOf(grids);
    }

    /// @throws ShapeException if there is none
    static List<Tensor> some(String operation, List<Tensor> tensors) {
        if (tensors.isEmpty())
            throw new ShapeException(operation + ": needs at least one tensor (got none)");
        return tensors;
    }

    static Tensor sumTo(Tensor x, Shape target) {
        if (x.shape().equals(target))
            return x;
        int lead = x.rank() - target.rank();
        if (lead < 0)
            throw new ShapeException("sumTo", "the target has more dimensions", x.shape(), target);
        int[] dims = new int[x.rank()];
        int n = 0;
        for (int d = 0; d < x.rank(); d++) {
            int size = d < lead ? 1 : target.size(d - lead);
            if (size != 1 && size != x.size(d))
                throw new ShapeException("sumTo", "the target cannot be broadcast to this shape", x.shape(), target);
            if (d < lead || size == 1 && x.size(d) != 1)
                dims[n++] = d;
        }
        Tensor sum = n == 0 ? x : x.reduce(ReduceOp.SUM, Dims.keep(Arrays.copyOf(dims, n)));
        return sum.to(x.dtype()).reshape(target);
    }

    static Shape flattened(Shape shape, int startDim, int endDim) {
        if (shape.rank() == 0)
            return Shape.of(1);
        int from = shape.dim("flatten", startDim);
        int to = shape.dim("flatten", endDim);
        if (from > to)
            throw new ShapeException("flatten", "the first dimension " + startDim + " lies behind the last one " + endDim, shape);
        int[] sizes = new int[shape.rank() - (to - from)];
        int joined = 1;
        for (int d = 0, i = 0; d < shape.rank(); d++) {
            if (d < from || d > to)
                sizes[i++] = shape.size(d);
            else {
                joined *= shape.size(d);
                if (d == to)
                    sizes[i++] = joined;
            }
        }
        return Shape.of(sizes);
    }
}
