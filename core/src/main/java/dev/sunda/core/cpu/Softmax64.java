package dev.sunda.core.cpu;

import dev.sunda.core.spi.View;
import dev.sunda.core.type.Layout;

/// [Softmax] of F64: row by row through buffers, sums in eight interleaved chains.
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
            var in = new double[n];
            var y = new double[n];
            for (int r = 0; r < rows; r++) {
                Strips.read(from, at[0] + r * nest.stride(0), xs, in, n);
                forward(in, y, n, log);
                Strips.write(y, to, at[1] + r * nest.stride(1), os, n);
            }
        });
    }

    private static Layout row(View x, int dim) {
        return x.layout().slice(dim, 0, 1, 1);
    }

    private static void forward(double[] x, double[] y, int n, boolean log) {
        double max = FUNCTIONS.max(x, 0, n);
        FUNCTIONS.exp(x, 0, max, y, 0, n);
        double sum = Reduce64.sum(y, 0, n);
        if (log) {
            double logarithm = StrictMath.log(sum);
            for (int j = 0; j < n; j++)
                y[j] = x[j] - max - logarithm;
        } else {
            for (int j = 0; j < n; j++)
                y[j] /= sum;
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
        nest.forEach(Math.max(1, Nest.CHUNK / n), (at, rows) -> {
            var in = new double[n];
            var incoming = new double[n];
            var result = new double[n];
            for (int r = 0; r < rows; r++) {
                Strips.read(outputs, at[0] + r * nest.stride(0), stride[0], in, n);
                Strips.read(gradients, at[1] + r * nest.stride(1), stride[1], incoming, n);
                if (log)
                    logGradient(in, incoming, result, n);
                else
                    gradient(in, incoming, result, n);
                Strips.write(result, to, at[2] + r * nest.stride(2), stride[2], n);
            }
        });
    }

    private static void gradient(double[] y, double[] dy, double[] dx, int n) {
        for (int j = 0; j < n; j++)
            dx[j] = y[j] * dy[j];
        double dot = Reduce64.sum(dx, 0, n);
        for (int j = 0; j < n; j++)
            dx[j] = y[j] * (dy[j] - dot);
    }

    private static void logGradient(double[] y, double[] dy, double[] dx, int n) {
        double sum = Reduce64.sum(dy, 0, n);
        FUNCTIONS.exp(y, 0, 0, dx, 0, n);
        for (int j = 0; j < n; j++)
            dx[j] = dy[j] - dx[j] * sum;
    }
}
