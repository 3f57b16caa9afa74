package dev.sunda.core.cpu;

import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.Layout;

/// [Softmax] of F64: row by row, through buffers where the elements of a row are not neighbours; sums in eight interleaved chains.
final class Softmax64 {
    private static final Functions64 FUNCTIONS = Functions64.CHOSEN;

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
            var row = new double[n];
            for (int r = 0; r < rows; r++) {
                int xi = at[0] + r * nest.stride(0);
                int yi = at[1] + r * nest.stride(1);
                if (xs == 1 && os == 1) {
                    forward(from, xi, row, to, yi, n, log);
                    continue;
                }
                var y = new double[n];
                Strips.read(from, xi, xs, y, n);
                forward(y, 0, row, y, 0, n, log);
                Strips.write(y, to, yi, os, n);
            }
        });
    }

    private static Layout row(View x, int dim) {
        return x.layout().slice(dim, 0, 1, 1);
    }

    /// @param work modified; `y` may be `x`
    private static void forward(double[] x, int xi, double[] work, double[] y, int yi, int n, boolean log) {
        double max = Reduce64.max(x, xi, n);
        FUNCTIONS.exp(x, xi, max, work, 0, n);
        double sum = Reduce64.sum(work, 0, n);
        if (log) {
            Binary64.values(BinaryOp.SUB, x, xi, max, work, 0, n);
            Binary64.values(BinaryOp.SUB, work, 0, StrictMath.log(sum), y, yi, n);
        } else
            Binary64.values(BinaryOp.DIV, work, 0, sum, y, yi, n);
    }

    static void backward(View y, View dy, int dim, boolean log, View dx) {
        int d = y.shape().dim("softmax", dim);
        int n = y.shape().size(d);
        int[] stride = {y.layout().stride(d), dy.layout().stride(d), dx.layout().stride(d)};
        var nest = Nest.of(row(y, d), row(dy, d), row(dx, d));
        double[] outputs = y.heap().doubles();
        double[] gradients = dy.heap().doubles();
        double[] to = dx.heap().doubles();
        nest.forEach(Math.max(1, Nest.CHUNK / n), (at, rows) -> {
            var work = new double[n];
            for (int r = 0; r < rows; r++) {
                int yi = at[0] + r * nest.stride(0);
                int di = at[1] + r * nest.stride(1);
                int oi = at[2] + r * nest.stride(2);
                if (stride[0] == 1 && stride[1] == 1 && stride[2] == 1) {
                    backward(outputs, yi, gradients, di, work, to, oi, n, log);
                    continue;
                }
                var in = new double[n];
                var incoming = new double[n];
                Strips.read(outputs, yi, stride[0], in, n);
                Strips.read(gradients, di, stride[1], incoming, n);
                backward(in, 0, incoming, 0, work, incoming, 0, n, log);
                Strips.write(incoming, to, oi, stride[2], n);
            }
        });
    }

    /// @param work modified; `dx` may be `y` or `dy`
    private static void backward(double[] y, int yi, double[] dy, int di, double[] work, double[] dx, int oi, int n, boolean log) {
        if (log) {
            double sum = Reduce64.sum(dy, di, n);
            FUNCTIONS.exp(y, yi, 0, work, 0, n);
            Binary64.values(BinaryOp.MUL, work, 0, sum, work, 0, n);
            Binary64.values(BinaryOp.SUB, dy, di, work, 0, dx, oi, n);
        } else {
            Binary64.values(BinaryOp.MUL, y, yi, dy, di, work, 0, n);
            double dot = Reduce64.sum(work, 0, n);
            Binary64.values(BinaryOp.SUB, dy, di, dot, work, 0, n);
            Binary64.values(BinaryOp.MUL, y, yi, work, 0, dx, oi, n);
        }
    }
}
