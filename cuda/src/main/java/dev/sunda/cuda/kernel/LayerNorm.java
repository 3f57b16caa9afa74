package dev.sunda.cuda.kernel;

import dev.sunda.core.op.ReduceOp;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.cuda.memory.DeviceStorage;
import java.util.List;
import java.util.function.IntPredicate;

/// Layer normalisation of the rows of a matrix: `layer_norm.cu`, `layer_norm_gradients.cu`.
public final class LayerNorm {
    private static final int BLOCKS = 256;                           // that go through the rows for all gradients, if there are enough
    private static final int MOST_THREADS = 512;                     // of a row; mirrors layer_norm_gradients.cu
    private static final int ITEM = 16;                              // bytes of four floats

    /// Numbers of the views in the kernels.
    private static final int X = 0, DY = 1, Y = 2, WEIGHT = 3, BIAS = 4, MEAN = 5, RSTD = 6, FIRST = 7, SECOND = 8;
    private static final int VECTORS = 5;
    private static final IntPredicate COLUMN = d -> d == 1, ROW = d -> d == 0;

    private final Gpu gpu;
    private final Folding folding;
    private final Fills fills;
    private final Reductions reductions;

    public LayerNorm(Gpu gpu) {
        this.gpu = gpu;
        folding = new Folding(gpu, "layer_norm");
        fills = new Fills(gpu);
        reductions = new Reductions(gpu);
    }

    /// `y = (x - mean) * rstd * weight + bias` row by row; without a mean, root-mean-square normalisation.
    public void layerNorm(View x, View weight, View bias, double eps, View mean, View rstd, View y) {
        Shape shape = x.shape();
        if (shape.numel() == 0) {
            if (mean != null)
                fills.fill(Double.NaN, mean);
            fills.fill(Double.NaN, rstd);
            return;
        }
        View w = along(shape, 1, weight);
        View b = along(shape, 1, bias);
        View rest = mean == null ? null : room(x);                   // what the mean lacks, for rows that leave the registers
        Rows.over(Rows.present(x, null, y, w, b, along(shape, 0, mean), along(shape, 0, rstd), along(shape, 0, rest), null), COLUMN,
                rows -> forward(rows, x.dtype(), weight != null, bias != null, mean != null, eps));
    }

    private void forward(Rows rows, DType type, boolean weight, boolean bias, boolean mean, double eps) {
        boolean wide = type == DType.F64;
        Object epsilon = wide ? (Object) eps : (Object) (float) eps;
        Object x = rows.address(X);
        Object y = rows.address(Y);
        Object w = address(weight, rows, WEIGHT);
        Object b = address(bias, rows, BIAS);
        Object m = address(mean, rows, MEAN);
        Object r = rows.address(RSTD);
        Object rest = address(mean, rows, FIRST);
        RowGrid grid = RowGrid.of(rows, wide, VECTORS);
        if (grid != null) {
            launch("layer_norm_", rows, grid, x, y, w, b, m, r, epsilon);
        } else {
            folding.launch("layer_norm_statistics_" + name(type), rows, 5 * type.bytes(), 0, x, m, rest, r, epsilon);
            folding.map("layer_norm_apply_" + name(type), rows, 0, x, y, w, b, m, rest, r);
        }
    }

    /// The gradient of [#layerNorm], as `Backend` states it.
    public void layerNormBackward(View dy, View x, View mean, View rstd, View weight, View dx, View dweight, View dbias) {
        Shape shape = x.shape();
        if (shape.numel() == 0) {
            if (dweight != null) {
                fills.fill(0, dweight);
                fills.fill(0, dbias);
            }
            return;
        }
        View w = along(shape, 1, weight);
        View m = along(shape, 0, mean);
        View r = along(shape, 0, rstd);
        View first = room(x);
        View second = room(x);
        var left = new boolean[] {dweight != null};                  // sums of columns to be made
        Rows.over(Rows.present(x, dy, dx, w, null, m, r, along(shape, 0, first), along(shape, 0, second)), COLUMN, rows -> {
            if (left[0] && together(rows, x.dtype(), weight != null, mean != null, dweight, dbias))
                left[0] = false;
            else
                backward(rows, x.dtype(), weight != null, mean != null);
        });
        if (!left[0])
            return;
        List<View> columns = Rows.present(x, dy, null, null, null, m, r, along(shape, 1, dbias), along(shape, 1, dweight));
        Rows.over(columns, ROW,
                rows -> folding.launch("layer_norm_sums_" + name(x.dtype()), rows, 16, 0, rows.address(X), rows.address(DY), null,
                        address(mean != null, rows, MEAN), rows.address(RSTD), rows.address(FIRST), rows.address(SECOND)));
    }

    /// All gradients in one pass over `x` and `dy`, if there is a kernel for it.
    private boolean together(Rows rows, DType type, boolean weight, boolean mean, View dweight, View dbias) {
        RowGrid form = RowGrid.of(rows, type == DType.F64, VECTORS);
        if (form == null || !form.variant().startsWith("f32x4_") || form.grid().threadsX() > MOST_THREADS)
            return false;
        int lanes = form.grid().threadsX();
        int height = form.grid().threadsY();
        int each = Grid.ceil(rows.count(), BLOCKS * height);
        int blocks = Grid.ceil(rows.count(), each * height);
        int slots = Integer.parseInt(form.variant().substring("f32x4_".length()));
        int n = rows.length();
        int partial = Grid.count("layerNorm: the partial sums of the gradients", 2L * blocks * n);
        var sums = DeviceStorage.allocate(gpu.device(), gpu.memory(), type, partial);
        gpu.kernel("layer_norm_gradients", "layer_norm_gradients_" + form.variant()).launch(
                Grid.of(blocks, 1).threads(lanes, height).shared(height == 1 ? 0 : lanes * height * slots * ITEM), rows.kept().struct(),
                form.places().struct(), each, rows.address(X), rows.address(DY), rows.address(Y), address(weight, rows, WEIGHT),
                address(mean, rows, MEAN), rows.address(RSTD), sums.address());
        addUp(sums, 0, blocks, dbias);
        addUp(sums, blocks * n, blocks, dweight);
        sums.release();
        return true;
    }

    /// The sum of some rows in memory, from place `from` on.
    private void addUp(DeviceStorage sums, int from, int count, View out) {
        int n = out.shape().size(0);
        View rows = new View(sums, Layout.strided(Shape.of(count, n), new int[] {n, 1}, from));
        reductions.reduce(ReduceOp.SUM, rows, out.as(Layout.strided(Shape.of(1, n), new int[] {0, out.layout().stride(0)},
                out.layout().offset())));
    }

    private void backward(Rows rows, DType type, boolean weight, boolean mean) {
        Object x = rows.address(X);
        Object dy = rows.address(DY);
        Object dx = rows.address(Y);
        Object w = address(weight, rows, WEIGHT);
        Object m = address(mean, rows, MEAN);
        Object r = rows.address(RSTD);
        Object first = rows.address(FIRST);
        Object second = rows.address(SECOND);
        RowGrid grid = RowGrid.of(rows, type == DType.F64, VECTORS);
        if (grid != null) {
            launch("layer_norm_backward_", rows, grid, x, dy, dx, w, m, r);
        } else {
            folding.launch("layer_norm_sums_" + name(type), rows, 16, 0, x, dy, w, m, r, first, second);
            folding.map("layer_norm_apply_backward_" + name(type), rows, 0, x, dy, dx, w, m, r, first, second, rows.length());
        }
    }

    private void launch(String name, Rows rows, RowGrid grid, Object... arguments) {
        Object[] walk = {rows.kept().struct(), grid.places().struct()};
        gpu.kernel("layer_norm", name + grid.variant()).launch(grid.grid(), Folding.joined(walk, arguments));
    }

    private static Object address(boolean there, Rows rows, int view) {
        return there ? (Object) rows.address(view) : null;
    }

    /// A vector along one dimension of a matrix, for all of the other.
    private static View along(Shape matrix, int dim, View vector) {
        if (vector == null)
            return null;
        var strides = new int[2];
        strides[dim] = vector.layout().stride(0);
        return vector.as(Layout.strided(matrix, strides, vector.layout().offset()));
    }

    /// Room for one number a row.
    private View room(View x) {
        Shape rows = Shape.of(x.shape().size(0));
        return new View(DeviceStorage.allocate(gpu.device(), gpu.memory(), x.dtype(), rows.numel()), Layout.contiguous(rows));
    }

    private static String name(DType type) {
        return type == DType.F64 ? "f64" : "f32";
    }
}
