package dev.sunda.core.cpu;

import dev.sunda.core.spi.View;
import dev.sunda.core.type.Layout;

/// Softmax of F32 rows, its logarithm, and their gradients. Rows that are not contiguous are brought into a buffer first; the
/// loops over one row follow each other while it is in the cache.
///
/// `softmax(x)_i = exp(x_i - m) / s` with `m` the maximum and `s = sum_j exp(x_j - m)`; its logarithm is `x_i - m - log s`.
/// Sources are not modified.
final class Softmax {
    private static final ReduceMath REDUCE = ReduceMath.CHOSEN;
    private static final SoftmaxMath MATH = SoftmaxMath.CHOSEN;

    private Softmax() {
    }

    static void apply(View x, int dim, boolean log, View out) {
        int d = x.shape().dim("softmax", dim);
        int n = x.shape().size(d);
        int xs = x.layout().stride(d);
        int os = out.layout().stride(d);
        var nest = Nest.of(row(x, d), row(out, d));
        float[] from = x.heap().floats();
        float[] to = out.heap().floats();
        nest.forEach(rowsAtOnce(n, x), (at, rows) -> {
            float[] in = xs == 1 ? from : new float[n];
            float[] y = os == 1 ? to : new float[n];
            var lanes = new float[16];
            for (int r = 0; r < rows; r++) {
                int xi = place(from, at[0] + r * nest.stride(0), xs, in, n);
                int yi = at[1] + r * nest.stride(1);
                forward(in, xi, y, os == 1 ? yi : 0, n, log, lanes);
                if (os != 1)
                    Strips.write(y, to, yi, os, n);
            }
        });
    }

    private static Layout row(View x, int dim) {
        return x.layout().slice(dim, 0, 1, 1);
    }

    private static int rowsAtOnce(int n, View x) {
        return Math.max(1, Nest.chunk(x.shape().numel()) / n);
    }

    private static void forward(float[] x, int xi, float[] y, int yi, int n, boolean log, float[] lanes) {
        float max = MATH.largest(x, xi, n);
        double sum = MATH.exponentials(x, xi, max, y, yi, n, lanes);
        if (log)
            MATH.shift(x, xi, max, (float) StrictMath.log(sum), y, yi, n);
        else
            MATH.divide(y, yi, (float) sum, n);
    }

    static void backward(View y, View dy, int dim, boolean log, View dx) {
        int d = y.shape().dim("softmax", dim);
        int n = y.shape().size(d);
        int[] stride = {y.layout().stride(d), dy.layout().stride(d), dx.layout().stride(d)};
        var nest = Nest.of(row(y, d), row(dy, d), row(dx, d));
        float[] outputs = y.heap().floats();
        float[] gradients = dy.heap().floats();
        float[] to = dx.heap().floats();
        boolean contiguous = stride[0] == 1 && stride[1] == 1 && stride[2] == 1;
        nest.forEach(rowsAtOnce(n, y), (at, rows) -> {
            if (contiguous) {
                backward(outputs, at[0], nest.stride(0), gradients, at[1], nest.stride(1), to, at[2], nest.stride(2), rows, n, log);
                return;
            }
            float[] in = stride[0] == 1 ? outputs : new float[n];
            float[] incoming = stride[1] == 1 ? gradients : new float[n];
            float[] result = stride[2] == 1 ? to : new float[n];
            for (int r = 0; r < rows; r++) {
                int yi = place(outputs, at[0] + r * nest.stride(0), stride[0], in, n);
                int di = place(gradients, at[1] + r * nest.stride(1), stride[1], incoming, n);
                int row = at[2] + r * nest.stride(2);
                int oi = stride[2] == 1 ? row : 0;
                if (log)
                    MATH.logBackward(in, yi, incoming, di, (float) REDUCE.longSum(incoming, di, n), result, oi, n);
                else
                    MATH.backward(in, yi, incoming, di, (float) REDUCE.longDot(in, yi, incoming, di, n), result, oi, n);
                if (stride[2] != 1)
                    Strips.write(result, to, row, stride[2], n);
            }
        });
    }

    /// Contiguous rows, each at a constant distance from the one before: while one is written, the next is read.
    private static void backward(float[] y, int yi, int ys, float[] dy, int di, int ds, float[] dx, int oi, int os, int rows, int n,
            boolean log) {
        var lanes = new float[16];
        double total = log ? REDUCE.longSum(dy, di, n) : REDUCE.longDot(y, yi, dy, di, n);
        for (int r = 0; r < rows; r++) {
            int next = Math.min(r + 1, rows - 1);
            float factor = (float) total;
            total = 0;
            for (int i = 0; i < n; i += ReduceMath.BLOCK) {
                int m = Math.min(ReduceMath.BLOCK, n - i);
                int at = yi + r * ys + i;
                int from = di + r * ds + i;
                int ahead = di + next * ds + i;
                int to = oi + r * os + i;
                total += log ? MATH.logBackward(y, at, dy, from, ahead, factor, dx, to, m, lanes)
                        : MATH.backward(y, at, yi + next * ys + i, dy, from, ahead, factor, dx, to, m, lanes);
            }
        }
    }

    /// Where a row starts in `strip`: it stays in its own memory if it is contiguous and is read into the strip otherwise.
    private static int place(float[] from, int at, int stride, float[] strip, int n) {
        if (stride == 1)
            return at;
        Strips.read(from, at, stride, strip, n);
        return 0;
    }
}
