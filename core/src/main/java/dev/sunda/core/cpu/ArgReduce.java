package dev.sunda.core.cpu;

import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;

/// Index of the first largest or smallest element of F32 or F64 rows of any stride; NaN wins over everything. `x` is not modified.
final class ArgReduce {
    private static final ReduceMath MATH = ReduceMath.CHOSEN;

    private ArgReduce() {
    }

    static void apply(boolean largest, View x, int dim, View out) {
        int d = x.shape().dim("argReduce", dim);
        int size = x.shape().size(d);
        int stride = x.layout().stride(d);
        var nest = Nest.of(x.layout().slice(d, 0, 1, 1), out.layout());
        long[] to = out.heap().longs();
        if (x.dtype() == DType.F64) {
            apply64(largest, x.heap().doubles(), stride, size, nest, to);
            return;
        }
        float[] values = x.heap().floats();
        nest.forEach(Math.max(1, 2 * Nest.CHUNK / size), (at, n) -> {
            for (int j = 0; j < n; j++) {
                int row = at[0] + j * nest.stride(0);
                to[at[1] + j * nest.stride(1)] =
                        stride == 1 ? first(values, row, size, largest ? MATH.max(values, row, size) : MATH.min(values, row, size))
                                : largest ? largest(values, row, stride, size) : smallest(values, row, stride, size);
            }
        });
    }

    private static void apply64(boolean largest, double[] values, int stride, int size, Nest nest, long[] to) {
        nest.forEach(Math.max(1, 2 * Nest.CHUNK / size), (at, n) -> {
            var row = new double[size];
            for (int j = 0; j < n; j++) {
                Strips.read(values, at[0] + j * nest.stride(0), stride, row, size);
                to[at[1] + j * nest.stride(1)] = first(row, largest ? Reduce64.max(row, 0, size) : Reduce64.min(row, 0, size));
            }
        });
    }

    private static int first(double[] row, double value) {
        boolean number = value == value;
        for (int i = 0; i < row.length - 1; i++)
            if (number ? row[i] == value : row[i] != row[i])
                return i;
        return row.length - 1;
    }

    /// The first element that equals `value`; NaN equals NaN here.
    private static int first(float[] x, int at, int n, float value) {
        boolean number = value == value;
        for (int i = 0; i < n - 1; i++)
            if (number ? x[at + i] == value : x[at + i] != x[at + i])
                return i;
        return n - 1;
    }

    private static int largest(float[] x, int at, int stride, int n) {
        int best = 0;
        float most = x[at];
        for (int i = 1; i < n && most == most; i++) {
            float value = x[at + i * stride];
            if (!(value <= most)) {                                  // also true for NaN
                most = value;
                best = i;
            }
        }
        return best;
    }

    private static int smallest(float[] x, int at, int stride, int n) {
        int best = 0;
        float least = x[at];
        for (int i = 1; i < n && least == least; i++) {
            float value = x[at + i * stride];
            if (!(value >= least)) {
                least = value;
                best = i;
            }
        }
        return best;
    }
}
