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
        if (view != null)
            return x.as(view);
        Tensor dense = x.contiguous();
        return dense.as(Layout.contiguous(shape).at(dense.layout().offset()));
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
        int p = place("transpose", x, a);
        int q = place("transpose", x, b);
        if (x.rank() == 0)
            return x;
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
        boolean[] seen = new boolean[Math.max(1, x.rank())];
        for (int dim : dims) {
            int d = place("flip", x, dim);
            if (seen[d])
                throw new ShapeException("flip", "dimension " + dim + " is named twice", x.shape());
            seen[d] = true;
            if (x.rank() > 0)
                layout = layout.slice(d, start(x, x.size(d) - 1), x.size(d), -1);
        }
        return x.as(layout);
    }

    static Tensor squeeze(Tensor x) {
        boolean[] drop = new boolean[x.rank()];
        for (int d = 0; d < drop.length; d++)
            drop[d] = x.size(d) == 1;
        return without(x, drop);
    }

    static Tensor squeeze(Tensor x, int[] dims) {
        boolean[] seen = new boolean[Math.max(1, x.rank())];
        boolean[] drop = new boolean[x.rank()];
        for (int dim : dims) {
            int d = place("squeeze", x, dim);
            if (seen[d])
                throw new ShapeException("squeeze", "dimension " + dim + " is named twice in " + Arrays.toString(dims), x.shape());
            seen[d] = true;
            if (x.rank() > 0)
                drop[d] = x.size(d) == 1;
        }
        return without(x, drop);
    }

    private static Tensor without(Tensor x, boolean[] drop) {
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

    static Tensor expand(Tensor x, int... sizes) {
        int added = sizes.length - x.rank();
        int[] result = sizes.clone();
        for (int d = 0; d < sizes.length; d++) {
            if (sizes[d] < -1 || sizes[d] == -1 && d < added)
                throw new ShapeException("expand", "sizes must be 0 or more, or -1 where a dimension of the tensor stays as it is, got "
                        + Arrays.toString(sizes), x.shape());
            if (sizes[d] == -1 && added >= 0)
                result[d] = x.size(d - added);
        }
        if (added < 0)
            throw new ShapeException("expand", "needs at least " + x.rank() + " sizes, got " + Arrays.toString(sizes), x.shape());
        return x.expand(Shape.of(result));
    }

    static Tensor movedim(Tensor x, int[] source, int[] destination) {
        if (source.length != destination.length)
            throw new ShapeException("movedim", "as many places are needed as dimensions, got " + Arrays.toString(source) + " to "
                    + Arrays.toString(destination), x.shape());
        int[] order = new int[x.rank()];
        Arrays.fill(order, -1);
        boolean[] moved = new boolean[x.rank()];
        for (int i = 0; i < source.length; i++) {
            int from = x.shape().dim("movedim", source[i]);
            int to = x.shape().dim("movedim", destination[i]);
            if (moved[from] || order[to] >= 0)
                throw new ShapeException("movedim", "a dimension is named twice, got " + Arrays.toString(source) + " to "
                        + Arrays.toString(destination), x.shape());
            moved[from] = true;
            order[to] = from;
        }
        for (int to = 0, from = 0; to < order.length; to++)          // the others fill the places left, in their order
            if (order[to] < 0) {
                while (moved[from])
                    from++;
                order[to] = from++;
            }
        return x.permute(order);
    }

    static Tensor unflatten(Tensor x, int dim, int... sizes) {
        int d = x.shape().dim("unflatten", dim);
        if (sizes.length == 0)
            throw new ShapeException("unflatten", "needs at least one size", x.shape());
        long known = 1;
        int unknown = -1;
        for (int i = 0; i < sizes.length; i++) {
            if (sizes[i] < -1 || sizes[i] == -1 && unknown >= 0)
                throw new ShapeException("unflatten", "sizes must be 0 or more, one may be -1, got " + Arrays.toString(sizes), x.shape());
            if (sizes[i] == -1)
                unknown = i;
            else
                known *= sizes[i];
        }
        if (unknown < 0 ? known != x.size(d) : known == 0 || x.size(d) % known != 0)
            throw new ShapeException("unflatten", "size " + x.size(d) + " of dimension " + dim + " cannot become " + Arrays.toString(sizes),
                    x.shape());
        int[] result = new int[x.rank() - 1 + sizes.length];
        for (int i = 0; i < result.length; i++)
            result[i] = i < d ? x.size(i) : i < d + sizes.length ? sizes[i - d] : x.size(i - sizes.length + 1);
        if (unknown >= 0)
            result[d + unknown] = (int) (x.size(d) / known);
        return x.reshape(Shape.of(result));
    }

    static Tensor diagonal(Tensor x, int offset, int dim1, int dim2) {
        int p = x.shape().dim("diagonal", dim1);
        int q = x.shape().dim("diagonal", dim2);
        if (p == q)
            throw new ShapeException("diagonal", "the two dimensions must differ, got " + dim1 + " and " + dim2, x.shape());
        long rows = x.size(p) + Math.min(0L, offset);
        long columns = x.size(q) - Math.max(0L, offset);
        int length = (int) Math.max(0, Math.min(rows, columns));
        int step = x.layout().stride(p) + x.layout().stride(q);
        int start = length == 0 || x.numel() == 0 ? 0 : offset >= 0 ? offset * x.layout().stride(q) : -offset * x.layout().stride(p);
        int high = Math.max(p, q);
        int low = Math.min(p, q);
        Shape rest = without(without(x.shape(), high), low);
        int[] strides = without(without(x.layout().strides(), high), low);
        return x.as(Layout.strided(Shape.of(with(rest.sizes(), rest.rank(), length)), with(strides, rest.rank(), step),
                x.layout().offset() + start));
    }

    static Tensor unfold(Tensor x, int dim, int size, int step) {
        Tensor y = x.rank() == 0 ? x.reshape(1) : x;
        int d = y.shape().dim("unfold", dim);
        if (step < 1)
            throw new ShapeException("unfold", "the step must be at least 1, got " + step, x.shape());
        if (size < 0 || size > y.size(d))
            throw new ShapeException("unfold", "a window of " + size + " does not fit dimension " + dim + " of size " + y.size(d),
                    x.shape());
        int[] strides = with(y.layout().strides(), y.rank(), y.layout().stride(d));
        int count = (y.size(d) - size) / step + 1;
        strides[d] = count > 1 ? strides[d] * step : strides[d];
        Shape windows = Shape.of(with(y.shape().with(d, count).sizes(), y.rank(), size));
        Tensor all = y.as(Layout.strided(windows, strides, y.layout().offset()));
        return x.rank() == 0 ? all.squeeze(0) : all;
    }

    static Tensor atLeast(int rank, Tensor x) {
        if (x.rank() >= rank)
            return x;
        return switch (rank) {
            case 1 -> x.reshape(1);
            case 2 -> x.reshape(1, x.numel());
            default -> x.rank() == 2 ? x.unsqueeze(2) : x.reshape(1, x.numel(), 1);
        };
    }

    /// A dimension of a scalar may be named 0 or -1, as in PyTorch.
    static int place(String operation, Tensor x, int dim) {
        return x.rank() == 0 && (dim == 0 || dim == -1) ? 0 : x.shape().dim(operation, dim);
    }

    /// An empty tensor has no memory in which a view could start further on.
    private static int start(Tensor x, int from) {
        return x.numel() == 0 ? 0 : from;
    }

    private static Shape without(Shape shape, int d) {
        return Shape.of(without(shape.sizes(), d));
    }

    static int[] without(int[] values, int d) {
        int[] rest = new int[values.length - 1];
        System.arraycopy(values, 0, rest, 0, d);
        System.arraycopy(values, d + 1, rest, d, rest.length - d);
        return rest;
    }

    static int[] with(int[] values, int d, int value) {
        int[] more = new int[values.length + 1];
        System.arraycopy(values, 0, more, 0, d);
        more[d] = value;
        System.arraycopy(values, d, more, d + 1, values.length - d);
        return more;
    }
}
