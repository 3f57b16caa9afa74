package dev.sunda.core.reference;

import dev.sunda.core.op.ScatterOp;
import dev.sunda.core.spi.HeapStorage;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.ShapeException;

/// Reading and writing at computed places along one dimension.
final class NaiveIndexing {
    private NaiveIndexing() {
    }

    /// `out[i][j] = x[i][index[i][j]]`.
    static void gather(String operation, View x, int dim, View index, View out) {
        int d = x.shape().dim(operation, dim);
        long[] chosen = checked(operation, x, d, index);
        HeapStorage from = x.heap();
        HeapStorage to = out.heap();
        var start = new Walk(startOfSlice(x, d, index));
        var at = new Walk(out.layout());
        for (long i : chosen) {
            int source = start.next() + (int) i * x.layout().stride(d);
            if (x.dtype().isFloating())
                to.setDouble(at.next(), from.getDouble(source));
            else
                to.setLong(at.next(), from.getLong(source));
        }
    }

    /// `out[i][index[i][j]] = op(out[i][index[i][j]], source[i][j])`, in row-major order of `source`. Computes in double and rounds once at
    /// the end.
    static void scatter(String operation, ScatterOp op, View source, int dim, View index, View out) {
        int d = out.shape().dim(operation, dim);
        long[] chosen = checked(operation, out, d, index);
        View results = out.as(Layout.contiguous(out.shape()));
        var start = new Walk(startOfSlice(results, d, index));
        int step = results.layout().stride(d);
        if (out.dtype().isFloating()) {
            double[] values = Elements.doubles(source);
            double[] result = Elements.doubles(out);
            for (int i = 0; i < values.length; i++) {
                int at = start.next() + (int) chosen[i] * step;
                result[at] = op.apply(result[at], values[i]);
            }
            Elements.store(result, out);
        } else {
            long[] values = Elements.longs(source);
            long[] result = Elements.longs(out);
            for (int i = 0; i < values.length; i++) {
                int at = start.next() + (int) chosen[i] * step;
                result[at] = op.apply(result[at], values[i]);
            }
            Elements.store(result, out);
        }
    }

    private static long[] checked(String operation, View x, int dim, View index) {
        long[] chosen = Elements.longs(index);
        int size = x.shape().size(dim);
        for (long i : chosen)
            if (i < 0 || i >= size)
                throw new ShapeException(operation, "index " + i + " is outside dimension " + dim + " of size " + size, x.shape(),
                        index.shape());
        return chosen;
    }

    /// A layout of the shape of `index` over `x` that stays at position 0 of `dim`: where the slice of each index begins.
    private static Layout startOfSlice(View x, int dim, View index) {
        int[] strides = x.layout().strides();
        strides[dim] = 0;
        return Layout.strided(index.shape(), strides, x.layout().offset());
    }
}
