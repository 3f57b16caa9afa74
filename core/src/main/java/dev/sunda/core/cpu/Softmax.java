package dev.sunda.core.cpu;

import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.Layout;

/// Softmax of F32 rows, its logarithm, and their gradients. Rows that are not contiguous are brought into a buffer first.
///
/// `softmax(x)_i = exp(x_i - m) / s` with `m` the maximum and `s = sum_j exp(x_j - m)`; its logarithm is `x_i - m - log s`.
/// Sources are not modified.
final class Softmax {
    private static final ReduceMath REDUCE = ReduceMath.CHOSEN;
    private static final BinaryMath BINARY = BinaryMath.CHOSEN;
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
        nest.forEach(rowsAtOnce(n), (at, rows) -> {
            var in = new float[xs == 1 ? 0 : n];
            var y = new float[n];
            for (int r = 0; r < rows; r++) {
                int xi = at[0] + r * nest.stride(0);
                if (xs != 1)
                    Strips.read(from, xi, xs, in, n);
                if (xs == 1)
                    forward(from, xi, y, n, log);
                else
                    forward(in, 0, y, n, log);
                Strips.write(y, to, at[1] + r * nest.stride(1), os, n);
            }
        });
    }

    private static Layout row(View x, int dim) {
        return x.layout().slice(dim, 0, 1, 1);
    }

    private static int rowsAtOnce(int n) {
        return Math.max(1, Nest.CHUNK / n);
    }

    private static void forward(float[] x, int xi, float[] y, int n, boolean log) {
        float max = REDUCE.max(x, xi, n);
        MATH.expShifted(x, xi, max, y, 0, n);
        double sum = REDUCE.longSum(y, 0, n);
        if (!log) {
            BINARY.vectorScalar(BinaryOp.DIV, y, 0, (float) sum, y, 0, n);
            return;
        }
        BINARY.vectorScalar(BinaryOp.SUB, x, xi, max, y, 0, n);
        BINARY.vectorScalar(BinaryOp.SUB, y, 0, (float) StrictMath.log(sum), y, 0, n);
    }

    static void backward(View y, View dy, int dim, boolean log, View dx) {
        int d = y.shape().dim("softmax", dim);
        int n = y.shape().size(d);
        int[] stride = {y.layout().stride(d), dy.layout().stride(d), dx.layout().stride(d)};
        var nest = Nest.of(row(y, d), row(dy, d), row(dx, d));
        float[] outputs = y.heap().floats();
        float[] gradients = dy.heap().floats();
        float[] to = dx.heap().floats();
        nest.forEach(rowsAtOnce(n), (at, rows) -> {
            var in = new float[n];
            var incoming = new float[n];
            var result = new float[n];
            for (int r = 0; r < rows; r++) {
                Strips.read(outputs, at[0] + r * nest.stride(0), stride[0], in, n);
                Strips.read(gradients, at[1] + r * nest.stride(1), stride[1], incoming, n);
                if (log)
                    MATH.logBackward(in, 0, incoming, 0, (float) REDUCE.longSum(incoming, 0, n), result, 0, n);
                else
                    MATH.backward(in, 0, incoming, 0, (float) REDUCE.longDot(in, 0, incoming, 0, n), result, 0, n);
                Strips.write(result, to, at[2] + r * nest.stride(2), stride[2], n);
            }
        });
    }
}
