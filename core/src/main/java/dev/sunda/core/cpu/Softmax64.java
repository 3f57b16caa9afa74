package dev.sunda.core.cpu;

import dev.sunda.core.spi.View;
import dev.sunda.core.type.Layout;

/// [Softmax] of F64: row by row, through buffers where the elements of a row are not neighbours; sums in eight interleaved chains. Sources
/// are not modified.
final class Softmax64 {
    private static final Softmax64Kernel KERNEL = Softmax64Kernel.CHOSEN;

    private Softmax64() {
    }

    static void apply(View x, int dim, boolean log, View out) {
        int d = x.shape().dim("softmax", dim);
        int n = x.shape().size(d);
        int xs = x.layout().stride(d);
        int os = out.layout().stride(d);
        var nest = Nest.of(row(x, d), row(out, d));
        double[] from = x.heap().doubles();
        double[] to = out.heap().doubles();
        nest.forEach(Math.max(1, Nest.CHUNK / n), (at, rows) -> {
            if (xs == 1 && os == 1) {
                forward(from, at[0], nest.stride(0), to, at[1], nest.stride(1), rows, n, log);
                return;
            }
            var in = new double[n];
            var y = new double[n];
            for (int r = 0; r < rows; r++) {
                Strips.read(from, at[0] + r * nest.stride(0), xs, in, n);
                forward(in, 0, 0, y, 0, 0, 1, n, log);
                Strips.write(y, to, at[1] + r * nest.stride(1), os, n);
            }
        });
    }

    private static Layout row(View x, int dim) {
        return x.layout().slice(dim, 0, 1, 1);
    }

    /// Contiguous rows, each at a constant distance from the one before: while one is written, the next is read.
    private static void forward(double[] x, int xi, int xs, double[] y, int yi, int ys, int rows, int n, boolean log) {
        var lanes = new Softmax64Kernel.Lanes();
        double max = KERNEL.largest(x, xi, n);
        for (int r = 0; r < rows; r++) {
            int at = xi + r * xs;
            int to = yi + r * ys;
            double sum = KERNEL.exponentials(x, at, xi + Math.min(r + 1, rows - 1) * xs, max, y, to, n, lanes);
            if (log)
                KERNEL.shift(x, at, max, StrictMath.log(sum), y, to, n);
            else
                KERNEL.divide(y, to, sum, n);
            max = lanes.largest()[0];
        }
    }

    static void backward(View y, View dy, int dim, boolean log, View dx) {
        int d = y.shape().dim("softmax", dim);
        int n = y.shape().size(d);
        int[] stride = {y.layout().stride(d), dy.layout().stride(d), dx.layout().stride(d)};
        var nest = Nest.of(row(y, d), row(dy, d), row(dx, d));
        double[] outputs = y.heap().doubles();
        double[] gradients = dy.heap().doubles();
        double[] to = dx.heap().doubles();
        boolean contiguous = stride[0] == 1 && stride[1] == 1 && stride[2] == 1;
        nest.forEach(Math.max(1, Nest.CHUNK / n), (at, rows) -> {
            if (contiguous) {
                backward(outputs, at[0], nest.stride(0), gradients, at[1], nest.stride(1), to, at[2], nest.stride(2), rows, n, log);
                return;
            }
            var in = new double[n];
            var incoming = new double[n];
            var result = new double[n];
            for (int r = 0; r < rows; r++) {
                Strips.read(outputs, at[0] + r * nest.stride(0), stride[0], in, n);
                Strips.read(gradients, at[1] + r * nest.stride(1), stride[1], incoming, n);
                backward(in, 0, 0, incoming, 0, 0, result, 0, 0, 1, n, log);
                Strips.write(result, to, at[2] + r * nest.stride(2), stride[2], n);
            }
        });
    }

    /// As [#forward].
    private static void backward(double[] y, int yi, int ys, double[] dy, int di, int ds, double[] dx, int oi, int os, int rows, int n,
            boolean log) {
        var lanes = new Softmax64Kernel.Lanes();
        double total = log ? Reduce64.sum(dy, di, n) : KERNEL.dot(y, yi, dy, di, n, lanes);
        for (int r = 0; r < rows; r++) {
            int next = Math.min(r + 1, rows - 1);
            int at = yi + r * ys;
            int from = di + r * ds;
            int ahead = di + next * ds;
            int to = oi + r * os;
            total = log ? KERNEL.logBackward(y, at, dy, from, ahead, total, dx, to, n, lanes)
                    : KERNEL.backward(y, at, yi + next * ys, dy, from, ahead, total, dx, to, n, lanes);
        }
    }
}
