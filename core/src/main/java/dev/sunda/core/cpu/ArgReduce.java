package dev.sunda.core.cpu;

import dev.sunda.core.spi.View;

/// Index of the first largest or smallest element of F32 rows of any stride; NaN wins over everything. `x` is not modified.
final class ArgReduce {
    private ArgReduce() {
    }

    static void apply(boolean largest, View x, int dim, View out) {
        int d = x.shape().dim("argReduce", dim);
        int size = x.shape().size(d);
        int stride = x.layout().stride(d);
        var nest = Nest.of(x.layout().slice(d, 0, 1, 1), out.layout());
        float[] values = x.heap().floats();
        long[] to = out.heap().longs();
        nest.forEach(Math.max(1, 2 * Nest.CHUNK / size), (at, n) -> {
            for (int j = 0; j < n; j++) {
                int row = at[0] + j * nest.stride(0);
                to[at[1] + j * nest.stride(1)] = largest ? largest(values, row, stride, size) : smallest(values, row, stride, size);
            }
        });
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
