package dev.sunda.core.type;

import java.util.Arrays;
import java.util.Objects;

/// How the elements of a tensor lie in their storage: element `(i0, i1, ...)` is at `offset + sum of i_d * stride(d)`.
///
/// Immutable. A view of a tensor is another layout over the same storage; broadcasting is a stride of 0. Strides may be
/// negative (a flipped view); offset and strides count elements.
public final class Layout {
    private final Shape shape;
    private final int[] strides;
    private final int offset;

    private Layout(Shape shape, int[] strides, int offset) {
        this.shape = shape;
        this.strides = strides;
        this.offset = offset;
    }

    /// Row-major: the last dimension is contiguous.
    public static Layout contiguous(Shape shape) {
        Objects.requireNonNull(shape, "Layout.contiguous: shape is null");
        int[] order = new int[shape.rank()];
        Arrays.setAll(order, i -> i);
        return dense(shape, order);
    }

    /// Channels-last: of a shape `[N, C, spatial...]` the channel dimension is contiguous, as in `[N, spatial..., C]`.
    ///
    /// @throws ShapeException for fewer than three dimensions
    public static Layout channelsLast(Shape shape) {
        Objects.requireNonNull(shape, "Layout.channelsLast: shape is null");
        int rank = shape.rank();
        if (rank < 3)
            throw new ShapeException("channelsLast", "needs batch, channel and at least one spatial dimension", shape);
        int[] order = new int[rank];
        for (int i = 1; i < rank - 1; i++)
            order[i] = i + 1;
        order[rank - 1] = 1;
        return dense(shape, order);
    }

    /// Without gaps, `order[0]` being the outermost dimension in memory and the last entry the contiguous one.
    public static Layout dense(Shape shape, int... order) {
        Objects.requireNonNull(shape, "Layout.dense: shape is null");
        Objects.requireNonNull(order, "Layout.dense: order is null");
        int[] strides = new int[shape.rank()];
        int step = 1;
        for (int i = order.length - 1; i >= 0; i--) {
            strides[order[i]] = step;
            step *= Math.max(1, shape.size(order[i]));
        }
        return new Layout(shape, strides, 0);
    }

    /// Any strides; the caller vouches that they stay inside the storage.
    public static Layout strided(Shape shape, int[] strides, int offset) {
        Objects.requireNonNull(shape, "Layout.strided: shape is null");
        Objects.requireNonNull(strides, "Layout.strided: strides is null");
        if (strides.length != shape.rank())
            throw new ShapeException("Layout", "needs one stride for each dimension, got " + strides.length, shape);
        return new Layout(shape, strides.clone(), offset);
    }

    public Shape shape() {
        return shape;
    }

    /// The same strides with the first element at `offset`.
    public Layout at(int offset) {
        return offset == this.offset ? this : new Layout(shape, strides, offset);
    }

    /// Distance in elements between neighbours along `dim` (negative dimensions count from the end).
    public int stride(int dim) {
        return strides[shape.dim("stride", dim)];
    }

    /// All strides, as a fresh array.
    public int[] strides() {
        return strides.clone();
    }

    /// Index of the first element in the storage.
    public int offset() {
        return offset;
    }

    /// True if the elements lie one after another in row-major order (whatever the offset).
    public boolean isContiguous() {
        return isDense(rowMajor(shape.rank()));
    }

    /// True if the elements lie without gaps with the channel dimension innermost; sizes of 1 fit any order.
    public boolean isChannelsLast() {
        int rank = shape.rank();
        if (rank < 3)
            return false;
        int[] order = new int[rank];
        for (int i = 1; i < rank - 1; i++)
            order[i] = i + 1;
        order[rank - 1] = 1;
        return isDense(order);
    }

    /// The dimensions from the outermost to the innermost in memory if the elements fill a block without gaps or overlap,
    /// otherwise row-major order. Element-wise results are laid out in this order, so a memory format travels through a
    /// network by itself.
    public int[] order() {
        int[] order = rowMajor(shape.rank());
        if (isDense(order))
            return order;
        for (int i = 1; i < order.length; i++)                       // insertion sort: stable, rank is small
            for (int j = i; j > 0 && outer(order[j], order[j - 1]); j--) {
                int swap = order[j];
                order[j] = order[j - 1];
                order[j - 1] = swap;
            }
        return isDense(order) ? order : rowMajor(shape.rank());
    }

    private boolean outer(int d, int e) {
        return shape.size(d) != 1 && shape.size(e) != 1 && strides[d] > strides[e];
    }

    /// True if the elements fill a block of memory without gaps or overlap in some order of the dimensions.
    public boolean isDense() {
        return isDense(order());
    }

    private boolean isDense(int[] order) {
        if (shape.numel() == 0)
            return true;
        int step = 1;
        for (int i = order.length - 1; i >= 0; i--) {
            int size = shape.size(order[i]);
            if (size != 1 && strides[order[i]] != step)
                return false;
            step *= size;
        }
        return true;
    }

    private static int[] rowMajor(int rank) {
        int[] order = new int[rank];
        Arrays.setAll(order, i -> i);
        return order;
    }

    /// Stretches dimensions of size 1 (stride 0) and adds leading ones, so that the shape becomes `target`.
    ///
    /// @throws ShapeException if a size other than 1 would have to change
    public Layout expand(Shape target) {
        Objects.requireNonNull(target, "Layout.expand: target is null");
        if (shape.equals(target))
            return this;
        int lead = target.rank() - shape.rank();
        if (lead < 0)
            throw new ShapeException("expand", "the target has fewer dimensions", shape, target);
        int[] result = new int[target.rank()];
        for (int d = 0; d < shape.rank(); d++) {
            int size = shape.size(d);
            if (size != target.size(d + lead) && size != 1)
                throw new ShapeException("expand", "size " + size + " of dimension " + d + " cannot become " + target.size(d + lead)
                        + "; only a size of 1 can be stretched", shape, target);
            result[d + lead] = size == target.size(d + lead) ? strides[d] : 0;
        }
        return new Layout(target, result, offset);
    }

    /// Dimension `i` of the result is dimension `dims[i]` of this layout. `dims` is a permutation, already checked.
    public Layout permute(int... dims) {
        Objects.requireNonNull(dims, "Layout.permute: dims is null");
        int[] sizes = new int[dims.length];
        int[] moved = new int[dims.length];
        for (int i = 0; i < dims.length; i++) {
            sizes[i] = shape.size(dims[i]);
            moved[i] = strides[dims[i]];
        }
        return new Layout(Shape.of(sizes), moved, offset);
    }

    /// Elements `start, start + step, ...` of one dimension, `length` of them; `step` may be negative.
    public Layout slice(int dim, int start, int length, int step) {
        int[] changed = strides.clone();
        changed[dim] = strides[dim] * step;
        return new Layout(shape.with(dim, length), changed, length == 0 ? offset : offset + start * strides[dim]);
    }

    /// The same elements in row-major order under another shape, or null if that takes a copy.
    public Layout reshape(Shape target) {
        Objects.requireNonNull(target, "Layout.reshape: target is null");
        if (target.numel() != shape.numel())
            throw new ShapeException("reshape", shape.numel() + " elements cannot become " + target.numel(), shape, target);
        if (isContiguous())
            return new Layout(target, contiguous(target).strides, offset);
        int[] result = new int[target.rank()];
        int from = 0;
        int to = 0;
        while (from < shape.rank() && to < target.rank()) {          // match groups of dimensions with equal products
            int fromEnd = from + 1;
            int toEnd = to + 1;
            long p = shape.size(from);
            long q = target.size(to);
            while (p != q)
                if (p < q)
                    p *= shape.size(fromEnd++);
                else
                q *= target.size(toEnd++);
            if (!isRun(from, fromEnd))
                return null;
            int step = lastStride(from, fromEnd);
            for (int d = toEnd - 1; d >= to; d--) {
                result[d] = step;
                step *= target.size(d);
            }
            from = fromEnd;
            to = toEnd;
        }
        return new Layout(target, result, offset);                   // what is left has size 1: stride 0 is as good as any
    }

    private boolean isRun(int from, int end) {
        int expected = 0;
        boolean any = false;
        for (int d = end - 1; d >= from; d--) {
            if (shape.size(d) == 1)
                continue;
            if (any && strides[d] != expected)
                return false;
            any = true;
            expected = strides[d] * shape.size(d);
        }
        return true;
    }

    private int lastStride(int from, int end) {
        for (int d = end - 1; d >= from; d--)
            if (shape.size(d) != 1)
                return strides[d];
        return 1;
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || other instanceof Layout that && offset == that.offset && shape.equals(that.shape)
                        && Arrays.equals(strides, that.strides);
    }

    @Override
    public int hashCode() {
        return 31 * shape.hashCode() + Arrays.hashCode(strides) + offset;
    }

    @Override
    public String toString() {
        return shape + " strides " + Arrays.toString(strides) + (offset == 0 ? "" : " offset " + offset);
    }
}
