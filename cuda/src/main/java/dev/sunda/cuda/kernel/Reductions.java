package dev.sunda.cuda.kernel;

import dev.sunda.core.op.ReduceOp;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import dev.sunda.cuda.memory.DeviceStorage;
import java.util.List;

/// Folds of many elements into one, and the places of extremes: `reduce.cu`, `reduce_real.cu`, `reduce_integer.cu` and
/// `reduce_arg.cu`.
public final class Reductions {
    private static final int SIGN = 1 << 31;

    private final Gpu gpu;
    private final Fills fills;
    private final Folding folding;
    private final Folding reals;
    private final Folding integers;
    private final Folding places;

    public Reductions(Gpu gpu) {
        this.gpu = gpu;
        fills = new Fills(gpu);
        folding = new Folding(gpu, "reduce");
        reals = new Folding(gpu, "reduce_real");
        integers = new Folding(gpu, "reduce_integer");
        places = new Folding(gpu, "reduce_arg");
    }

    /// Reduces the dimensions in which `out`, of the same rank, has size 1. `out` has the type that `op` says.
    public void reduce(ReduceOp op, View x, View out) {
        Shape shape = x.shape();
        if (out.shape().numel() == 0)
            return;
        if (shape.numel() == 0) {
            fills.fill(ofNothing(op, shape), out);
            return;
        }
        View apart = firstHalf(x, out);
        if (apart != null) {
            reduce(op, x, apart);
            reduce(op, apart, out);
            return;
        }
        View stretched = out.as(out.layout().expand(shape));
        Rows.over(List.of(x, stretched), d -> out.shape().size(d) == 1 && shape.size(d) != 1, rows -> launch(op, x.dtype(), rows));
    }

    private static double ofNothing(ReduceOp op, Shape shape) {
        if (op.needsElements())
            throw new ShapeException(op.label(), "there is no largest or smallest of no elements", shape);
        return op == ReduceOp.PROD || op == ReduceOp.ALL ? 1 : 0;
    }

    /// Where to fold some of the dimensions first if there are more than one kernel can walk, else null.
    private View firstHalf(View x, View out) {
        Shape half = x.shape();
        int many = 0;
        for (int d = 0; d < half.rank(); d++)
            if (out.shape().size(d) == 1 && half.size(d) != 1 && ++many <= Rows.MAX_RANK)
                half = half.with(d, 1);
        if (many <= Rows.MAX_RANK)
            return null;
        return new View(DeviceStorage.allocate(gpu.device(), gpu.memory(), out.dtype(), half.numel()), Layout.contiguous(half));
    }

    private void launch(ReduceOp op, DType type, Rows rows) {
        long x = rows.address(0);
        long out = rows.address(1);
        if (type == DType.F32 && op == ReduceOp.SUM)
            folding.launch("reduce_sum_f32", rows, 8, 1, x, out);
        else if (type == DType.F32 && op.needsElements())
            folding.launch("reduce_extreme_f32", rows, 4, 1, x, out, op == ReduceOp.MIN ? SIGN : 0);
        else if (type.isFloating())
            reals.launch("reduce_real", rows, 8, 0, x, out, type.bytes(), op.ordinal());
        else
            integers.launch("reduce_" + Sorting.type(type), rows, 8, 1, x, out, op.ordinal());
    }

    /// Index of the first largest (or smallest) element along `dim`; NaN counts as larger (smaller) than everything.
    public void argReduce(boolean largest, View x, int dim, View out) {
        Shape shape = x.shape();
        if (out.shape().numel() == 0)
            return;
        if (shape.numel() == 0)
            throw new ShapeException(largest ? "argmax" : "argmin", "there is no largest or smallest of no elements", shape);
        View stretched = out.as(out.layout().expand(shape));
        Rows.over(List.of(x, stretched), d -> d == dim, rows -> {
            long from = rows.address(0);
            long to = rows.address(1);
            int flag = largest ? 1 : 0;
            switch (x.dtype()) {
                case F32 -> places.launch("arg_f32", rows, 8, 0, from, to, flag);
                case F64 -> places.launch("arg_f64", rows, 16, 0, from, to, flag);
                case I32, I64, BOOL -> places.launch("arg_integer", rows, 16, 0, from, to, flag, x.dtype().bytes());
            }
        });
    }
}
