package dev.sunda.cuda.kernel;

import dev.sunda.core.op.ScatterOp;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import java.lang.ref.Reference;
import java.util.List;

/// Reading and writing at places that an index names along one dimension: `index.cu`.
public final class Indexing {
    /// Slices up to this length are walked by one thread each; those of float32 that are added up or multiplied up to the second one, as
    /// the thread looks at all pairs of indices so that it rounds once.
    private static final int SHORT = 32, SHORT_ROUNDED = 8;
    /// As many slices keep a device busy by themselves; beside them sorting does not pay.
    private static final int MANY_SLICES = 8192;
    private static final int WORD = 16;
    private static final int MAX_RANK = 8;

    private final Gpu gpu;

    public Indexing(Gpu gpu) {
        this.gpu = gpu;
    }

    // ---------------------------------------------------------------------------------------------------------- gather

    /// See `Backend.gather`.
    public void gather(String operation, View x, int dim, View index, View out) {
        int d = x.shape().dim(operation, dim);
        View slices = slices(x, d, index.shape());
        int row = rowDim(index.layout(), d, x.layout(), out.layout());
        int group = row < 0 ? 1 : group(row, index, x, out);
        List<View> views = List.of(out, index, slices);
        if (group > 1)
            views = List.of(grouped(out, row, group, group), grouped(index, row, group, 1), grouped(slices, row, group, group));
        String kernel = "gather_b" + 8 * out.dtype().bytes() * group;
        Strided.over(views, walk -> gpu.kernel("index", kernel).launch(Grid.over(walk.numel()), walk.address(2), walk.address(1),
                walk.address(0), x.shape().size(d), x.layout().stride(d) / group, gpu.faults().address(), gpu.faults().code(operation),
                walk.struct()));
    }

    /// The view under another shape that stays at position 0 of `dim`: where the slice of each index begins.
    private static View slices(View x, int dim, Shape shape) {
        int[] strides = x.layout().strides();
        strides[dim] = 0;
        return x.as(Layout.strided(shape, strides, x.layout().offset()));
    }

    /// The dimension other than `dim` along which both tensors are contiguous and the index stays the same; -1 if there is none.
    private static int rowDim(Layout index, int dim, Layout x, Layout out) {
        for (int e = 0; e < index.shape().rank(); e++)
            if (e != dim && index.shape().size(e) > 1 && index.stride(e) == 0 && x.stride(e) == 1 && out.stride(e) == 1)
                return e;
        return -1;
    }

    /// How many neighbours in dimension `row` can be moved as one word of 16 bytes; 1 if they are not aligned everywhere.
    private static int group(int row, View index, View x, View out) {
        int group = WORD / x.dtype().bytes();
        Shape shape = index.shape();
        boolean fits = shape.rank() <= MAX_RANK && shape.size(row) % group == 0 && Gpu.address(x) % WORD == 0
                && Gpu.address(out) % WORD == 0;
        for (int e = 0; e < shape.rank(); e++)
            fits &= e == row || x.layout().stride(e) % group == 0 && (shape.size(e) == 1 || out.layout().stride(e) % group == 0);
        return fits ? group : 1;
    }

    /// A view whose dimension `row` counts groups; strides are divided by `unit`. The offset stays counted in elements.
    private static View grouped(View x, int row, int group, int unit) {
        int[] strides = x.layout().strides();
        for (int e = 0; e < strides.length; e++)
            strides[e] = e == row && unit > 1 ? 1 : strides[e] / unit;
        return x.as(Layout.strided(x.shape().with(row, x.shape().size(row) / group), strides, x.layout().offset()));
    }

    // ---------------------------------------------------------------------------------------------------------- scatter

    /// See `Backend.scatter`.
    public void scatter(String operation, ScatterOp op, View source, int dim, View index, View out) {
        if (index.shape().numel() == 0)
            return;
        int d = out.shape().dim(operation, dim);
        boolean isInteger = out.dtype() == DType.I32 || out.dtype() == DType.I64;
        boolean isRounded = out.dtype() == DType.F32 && (op == ScatterOp.ADD || op == ScatterOp.MULTIPLY);
        int length = index.shape().size(d);
        int slices = index.shape().numel() / length;
        if (length > SHORT && isInteger && (op == ScatterOp.ADD || op == ScatterOp.MAX || op == ScatterOp.MIN))
            integers(operation, op, source, d, index, out);
        else if (length <= (isRounded ? SHORT_ROUNDED : SHORT)
                || !isRounded && slices >= MANY_SLICES && slices == numel(rows(index, d, index.layout())))
            slices(operation, op, source, d, index, out);
        else
            sorted(operation, op, source, d, index, out);
    }

    private void integers(String operation, ScatterOp op, View source, int d, View index, View out) {
        Strided.over(List.of(slices(out, d, index.shape()), source, index),
                walk -> gpu.kernel("index", "scatter_integers_" + Sorting.type(out.dtype())).launch(Grid.over(walk.numel()),
                        walk.address(1), walk.address(2), walk.address(0), call(operation, op, source, d, index, out), walk.struct()));
    }

    private void slices(String operation, ScatterOp op, View source, int d, View index, View out) {
        Strided.over(List.of(start(out, d), start(source, d), start(index, d)),
                walk -> gpu.kernel("index", "scatter_slices_" + Sorting.type(out.dtype())).launch(Grid.over(walk.numel()), walk.address(1),
                        walk.address(2), walk.address(0), call(operation, op, source, d, index, out), walk.struct()));
    }

    private static View start(View x, int d) {
        return x.as(x.layout().slice(d, 0, 1, 1));
    }

    /// Rows of indices are sorted; columns are the dimensions along which an index stays the same.
    private void sorted(String operation, ScatterOp op, View source, int d, View index, View out) {
        int[] call = call(operation, op, source, d, index, out);
        Layout like = index.layout();
        int length = index.shape().size(d);
        int code = gpu.faults().code(operation);
        Kernel kernel = gpu.kernel("index", "scatter_sorted_" + Sorting.type(out.dtype()));
        Strided.over(List.of(rows(out, d, like), rows(source, d, like), rows(index, d, like)),
                rows -> RowSort.indices(gpu, rows, length, like.stride(d), out.shape().size(d), code).each(
                        (row, count, keys, places) -> Strided.over(List.of(columns(out, d, like), columns(source, d, like)), columns -> {
                            long all = (long) count * length * columns.numel();
                            kernel.launch(Grid.over((int) all), keys, places, rows.address(1) + columns.address(1) - Gpu.address(source),
                                    rows.address(0) + columns.address(0) - Gpu.address(out), call, columns.numel(), row, count,
                                    rows.struct(), columns.struct());
                        })));
        Reference.reachabilityFence(List.of(source, index));         // their memory must not become one of the intermediate results
    }

    /// The start of each row: position 0 of `dim` and of the dimensions along which an index stays the same.
    private static View rows(View x, int dim, Layout index) {
        return cut(x, dim, index, true);
    }

    /// The start of each column: position 0 of `dim` and of the dimensions along which the index changes.
    private static View columns(View x, int dim, Layout index) {
        return cut(x, dim, index, false);
    }

    private static View cut(View x, int dim, Layout index, boolean constant) {
        Layout layout = x.layout();
        for (int e = 0; e < index.shape().rank(); e++)
            if (e == dim || (index.stride(e) == 0 || index.shape().size(e) == 1) == constant)
                layout = layout.slice(e, 0, 1, 1);
        return x.as(layout);
    }

    private static int numel(View x) {
        return x.shape().numel();
    }

    /// `struct Scatter` of index.cu.
    private int[] call(String operation, ScatterOp op, View source, int d, View index, View out) {
        long fault = gpu.faults().address();
        return new int[] {op.ordinal(), index.shape().size(d), out.shape().size(d), out.layout().stride(d), source.layout().stride(d),
            index.layout().stride(d), gpu.faults().code(operation), 0, (int) fault, (int) (fault >> 32)};
    }
}
