package dev.sunda.core;

import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Arrays;

/// Operations that give another look at the same memory: arguments are checked here, the arithmetic is [Layout]'s.
final class Views {
    private Views() {
    }

    /// Replaces a single -1 by the size that makes the number of elements fit.
    static Shape inferred(Tensor x, int... sizes) {
        int[] result = sizes.clone();
        int unknown = -1;
        long known = 1;
        for (int d = 0; d < sizes.length; d++) {
            if (sizes[d] == -1 && unknown < 0)
                unknown = d;
            else if (sizes[d] < 0)
                throw new ShapeException("reshape", "sizes must be 0 or more, one may be -1, got " + Arrays.toString(sizes), x.shape());
            else
                known *= sizes[d];
        }
        if (unknown >= 0) {
            if (known == 0 || x.numel() % known != 0)
                throw new ShapeException("reshape", x.numel() + " elements cannot become " + Arrays.toString(sizes), x.shape());
            result[unknown] = (int) (x.numel() / known);
        } else if (known != x.numel()) {
            throw new ShapeException("reshape", x.numel() + " elements cannot become " + Arrays.toString(sizes), x.shape());
        }
        return Shape.of(result);
    }

    static Tensor reshape(Tensor x, Shape shape) {
        Layout view = x.layout().reshape(shape);
        return view != null ? x.as(view) : x.contiguous().as(Layout.contiguous(shape));
    }

    static Tensor permute(Tensor x, int... dims) {
        boolean[] seen = new boolean[x.rank()];
        int[] positive = new int[dims.length];
        if (dims.length != x.rank())
            throw new ShapeException("permute", "needs each of " + x.rank() + " dimensions once, got " + Arrays.toString(dims), x.shape());
        for (int i = 0; i < dims.length; i++) {
            positive[i] = x.shape().dim("permute", dims[i]);
            if (seen[positive[i]])
                throw new ShapeException("permute", "dimension " + dims[i] + " is named twice in " + Arrays.toString(dims), x.shape());
            seen[positive[i]] = true;
        }
        return x.as(x.layout().permute(positive));
    }

    static Tensor transpose(Tensor x, int a, int b) {
        int[] dims = new int[x.rank()];
        Arrays.setAll(dims, d -> d);
        int p = x.shape().dim("transpose", a);
        int q = x.shape().dim("transpose", b);
        dims[p] = q;
        dims[q] = p;
        return x.as(x.layout().permute(dims));
    }

    static Tensor slice(Tensor x, int dim, int start, int end, int step) {
        int d = x.shape().dim("slice", dim);
        if (step < 1)
            throw new IllegalArgumentException("slice: the step must be at least 1 (got " + step + "); use flip to reverse");
        int size = x.size(d);
        int from = Math.clamp(start < 0 ? (long) start + size : start, 0, size);
        int to = Math.clamp(end < 0 ? (long) end + size : end, from, size);
        return x.as(x.layout().slice(d, start(x, from), Math.ceilDiv(to - from, step), step));
    }

    static Tensor narrow(Tensor x, int dim, int start, int length) {
        int d = x.shape().dim("narrow", dim);
        int from = start < 0 ? start + x.size(d) : start;
        if (from < 0 || length < 0 || (long) from + length > x.size(d))
            throw new ShapeException("narrow", "start " + start + " and length " + length + " reach outside dimension " + dim + " of size "
                    + x.size(d), x.shape());
        return x.as(x.layout().slice(d, start(x, from), length, 1));
    }

    static Tensor select(Tensor x, int dim, int index) {
        int d = x.shape().dim("select", dim);
        int i = index < 0 ? index + x.size(d) : index;
        if (i < 0 || i >= x.size(d))
            throw new ShapeException("select", "index " + index + " is outside dimension " + dim + " of size " + x.size(d), x.shape());
        Layout row = x.layout().slice(d, start(x, i), 1, 1);
        return x.as(Layout.strided(without(row.shape(), d), without(row.strides(), d), row.offset()));
    }

    static Tensor flip(Tensor x, int... dims) {
        Layout layout = x.layout();
        boolean[] seen = new boolean[x.rank()];
        for (int dim : dims) {
            int d = x.shape().dim("flip", dim);
            if (seen[d])
                throw new ShapeException("flip", "dimension " + dim + " is named twice", x.shape());
            seen[d] = true;
            layout = layout.slice(d, start(x, x.size(d) - 1), x.size(d), -1);
        }
        return x.as(layout);
    }

    static Tensor squeeze(Tensor x, int... dims) {
        boolean[] drop = new boolean[x.rank()];
        for (int dim : dims) {
            int d = x.shape().dim("squeeze", dim);
            drop[d] = x.size(d) == 1;
        }
        if (dims.length == 0)
            for (int d = 0; d < drop.length; d++)
                drop[d] = x.size(d) == 1;
        Layout layout = x.layout();
        for (int d = x.rank() - 1; d >= 0; d--)
            if (drop[d])
                layout = Layout.strided(without(layout.shape(), d), without(layout.strides(), d), layout.offset());
        return x.as(layout);
    }

    static Tensor unsqueeze(Tensor x, int dim) {
        int d = dim < 0 ? dim + x.rank() + 1 : dim;
        if (d < 0 || d > x.rank())
            throw new ShapeException("unsqueeze", "position " + dim + " is not among the " + (x.rank() + 1) + " places of a new dimension",
                    x.shape());
        int[] sizes = with(x.shape().sizes(), d, 1);
        int[] strides = with(x.layout().strides(), d, d < x.rank() ? x.size(d) * x.layout().stride(d) : 1);
        return x.as(Layout.strided(Shape.of(sizes), strides, x.layout().offset()));
    }

    /// An empty tensor has no memory in which a view could start further on.
    private static int start(Tensor x, int from) {
        return x.numel() == 0 ? 0 : from;
    }

    private static Shape without(Shape shape, int d) {
        return Shape.of(without(shape.sizes(), d));
    }

    private static int[] without(int[] values, int d) {
        int[] rest = new int[values.length - 1];
        System.arraycopy(values, 0, rest, 0, d);
        System.arraycopy(values, d + 1, rest, d, rest.length - d);
        return rest;
    }

    private static int[] with(int[] values, int d, int value) {
        int[] more = new int[values.length + 1];
        System.arraycopy(values, 0, more, 0, d);
        more[d] = value;
        System.arraycopy(values, d, more, d + 1, values.length - d);
        return more;
    }
}
