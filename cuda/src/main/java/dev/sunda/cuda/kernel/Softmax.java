package dev.sunda.cuda.kernel;

import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.cuda.memory.DeviceStorage;
import java.lang.ref.Reference;
import java.util.List;
import java.util.function.IntPredicate;

/// Softmax, its logarithm and their gradients: `softmax.cu`.
public final class Softmax {
    /// Numbers of the views in the kernels.
    private static final int X = 0, DY = 1, OUT = 2, FIRST = 3, SECOND = 4;
    private static final int VECTORS = 3;

    private final Gpu gpu;
    private final Folding folding;

    public Softmax(Gpu gpu) {
        this.gpu = gpu;
        folding = new Folding(gpu, "softmax");
    }

    /// `softmax(x)` along `dim`, or its logarithm; shifted by the maximum, so that nothing overflows.
    public void softmax(View x, int dim, boolean log, View out) {
        IntPredicate along = d -> d == dim;
        List<Rows> all = Rows.of(Rows.present(x, null, out, null, null), along);
        if (all.stream().allMatch(rows -> grid(rows, x) != null)) {
            for (Rows rows : all)
                launch("softmax_", rows, grid(rows, x), rows.address(X), rows.address(OUT), flag(log));
            Reference.reachabilityFence(List.of(x, out));            // rows know only addresses
            return;
        }
        View largest = rowsOf(x, dim);
        View sum = rowsOf(x, dim);
        Rows.over(Rows.present(x, null, out, largest, sum), along, rows -> {
            folding.launch("softmax_statistics_" + type(x), rows, 16, 0, rows.address(X), rows.address(FIRST), rows.address(SECOND),
                    flag(log));
            folding.map("softmax_apply_" + type(x), rows, 0, rows.address(X), rows.address(OUT), rows.address(FIRST),
                    rows.address(SECOND), flag(log));
        });
    }

    /// The gradient of [#softmax] from its output `y`: `y * (dy - sum(dy * y))`, of the logarithm `dy - exp(y) * sum(dy)`.
    public void softmaxBackward(View y, View dy, int dim, boolean log, View dx) {
        IntPredicate along = d -> d == dim;
        List<Rows> all = Rows.of(Rows.present(y, dy, dx, null, null), along);
        if (all.stream().allMatch(rows -> grid(rows, y) != null)) {
            for (Rows rows : all)
                launch("softmax_backward_", rows, grid(rows, y), rows.address(X), rows.address(DY), rows.address(OUT), flag(log));
            Reference.reachabilityFence(List.of(y, dy, dx));         // rows know only addresses
            return;
        }
        View sum = rowsOf(y, dim);
        Rows.over(Rows.present(y, dy, dx, sum, null), along, rows -> {
            folding.launch("softmax_products_" + type(y), rows, 8, 0, rows.address(X), rows.address(DY), rows.address(FIRST), flag(log));
            folding.map("softmax_apply_backward_" + type(y), rows, 0, rows.address(X), rows.address(DY), rows.address(OUT),
                    rows.address(FIRST), flag(log));
        });
    }

    private void launch(String name, Rows rows, RowGrid grid, Object... arguments) {
        Object[] walk = {rows.kept().struct(), grid.places().struct()};
        gpu.kernel("softmax", name + grid.variant()).launch(grid.grid(), Folding.joined(walk, arguments));
    }

    private static RowGrid grid(Rows rows, View x) {
        return RowGrid.of(rows, x.dtype() == DType.F64, VECTORS);
    }

    /// Room for one number a row, stretched to the shape of `x`.
    private View rowsOf(View x, int dim) {
        Shape rows = x.shape().with(dim, 1);
        var storage = DeviceStorage.allocate(gpu.device(), gpu.memory(), x.dtype(), rows.numel());
        return new View(storage, Layout.contiguous(rows).expand(x.shape()));
    }

    private static String type(View x) {
        return x.dtype() == DType.F64 ? "f64" : "f32";
    }

    private static int flag(boolean on) {
        return on ? 1 : 0;
    }
}
