package dev.sunda.core.cpu;

import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;
import java.util.Arrays;

/// [LayerNorm] of F64: row by row through buffers. Sums of a row run in eight interleaved chains, the sums over rows that give the
/// gradients of weight and bias over chunks of rows, joined in their order.
final class LayerNorm64 {
    private static final int LEAST_ROWS = 16;
    private static final int MOST_ROWS = 1024;

    private LayerNorm64() {
    }

    static void forward(View x, View weight, View bias, double eps, View mean, View rstd, View y) {
        int n = x.shape().size(1);
        double[] w = vector(weight, n, 1);
        double[] b = vector(bias, n, 0);
        Parallel.forChunks(x.shape().size(0), chunk(n), (_, from, to) -> {
            var in = new double[n];
            var out = new double[n];
            for (int row = from; row < to; row++) {
                read(x, row, in);
                double centre = mean == null ? 0 : Reduce64.sum(in, 0, n) / n;
                square(in, centre, out, n);
                double scale = 1 / Math.sqrt(Reduce64.sum(out, 0, n) / n + eps);
                normalize(in, centre, scale, w, b, out, n);
                write(out, row, y);
                if (mean != null)
                    set(mean, row, centre);
                set(rstd, row, scale);
            }
        });
    }

    private static void square(double[] x, double mean, double[] out, int n) {
        Binary64.values(BinaryOp.SUB, x, 0, mean, out, 0, n);
        Binary64.values(BinaryOp.MUL, out, 0, out, 0, out, 0, n);
    }

    private static void normalize(double[] x, double mean, double rstd, double[] w, double[] b, double[] y, int n) {
        Binary64.values(BinaryOp.SUB, x, 0, mean, y, 0, n);
        Binary64.values(BinaryOp.MUL, y, 0, rstd, y, 0, n);
        Binary64.values(BinaryOp.MUL, y, 0, w, 0, y, 0, n);
        Binary64.values(BinaryOp.ADD, y, 0, b, 0, y, 0, n);
    }

    static void backward(View dy, View x, View mean, View rstd, View weight, View dx, View dweight, View dbias) {
        int rows = x.shape().size(0);
        int n = x.shape().size(1);
        double[] w = vector(weight, n, 1);
        int chunk = chunk(n);
        var parts = new double[dweight == null ? 0 : Math.ceilDiv(rows, chunk)][2][n];
        Parallel.forChunks(rows, chunk, (index, from, to) -> {
            var incoming = new double[n];
            var normal = new double[n];
            var products = new double[n];
            for (int row = from; row < to; row++) {
                double scale = get(rstd, row);
                read(dy, row, incoming);
                read(x, row, normal);
                normalize(normal, mean == null ? 0 : get(mean, row), scale, n);
                if (dweight != null)
                    add(incoming, normal, products, parts[index][0], parts[index][1], n);
                weigh(incoming, w, normal, products, n);
                double average = mean == null ? 0 : Reduce64.sum(incoming, 0, n) / n;
                gradient(incoming, normal, scale, average, Reduce64.sum(products, 0, n) / n, n);
                write(incoming, row, dx);
            }
        });
        if (dweight != null) {
            join(parts, 0, n, dweight);
            join(parts, 1, n, dbias);
        }
    }

    private static void normalize(double[] x, double mean, double rstd, int n) {
        Binary64.values(BinaryOp.SUB, x, 0, mean, x, 0, n);
        Binary64.values(BinaryOp.MUL, x, 0, rstd, x, 0, n);
    }

    private static void add(double[] dy, double[] normal, double[] products, double[] dw, double[] db, int n) {
        Binary64.values(BinaryOp.MUL, dy, 0, normal, 0, products, 0, n);
        Binary64.values(BinaryOp.ADD, dw, 0, products, 0, dw, 0, n);
        Binary64.values(BinaryOp.ADD, db, 0, dy, 0, db, 0, n);
    }

    /// `dy *= w` and its products with the normalised row.
    private static void weigh(double[] dy, double[] w, double[] normal, double[] products, int n) {
        Binary64.values(BinaryOp.MUL, dy, 0, w, 0, dy, 0, n);
        Binary64.values(BinaryOp.MUL, dy, 0, normal, 0, products, 0, n);
    }

    /// `g = rstd * (g - mean - normal * product)`; modifies `normal` too.
    private static void gradient(double[] g, double[] normal, double rstd, double mean, double product, int n) {
        Binary64.values(BinaryOp.SUB, g, 0, mean, g, 0, n);
        Binary64.values(BinaryOp.MUL, normal, 0, product, normal, 0, n);
        Binary64.values(BinaryOp.SUB, g, 0, normal, 0, g, 0, n);
        Binary64.values(BinaryOp.MUL, g, 0, rstd, g, 0, n);
    }

    private static void join(double[][][] parts, int which, int n, View to) {
        var total = new double[n];
        for (double[][] part : parts)
            for (int j = 0; j < n; j++)
                total[j] += part[which][j];
        Strips.write(total, to.heap().doubles(), to.layout().offset(), to.layout().stride(0), n);
    }

    private static int chunk(int n) {
        return Math.clamp(Nest.CHUNK / Math.max(1, n), LEAST_ROWS, MOST_ROWS);
    }

    private static double[] vector(View view, int n, double missing) {
        var values = new double[n];
        if (view == null)
            Arrays.fill(values, missing);
        else
            Strips.read(view.heap().doubles(), view.layout().offset(), view.layout().stride(0), values, n);
        return values;
    }

    private static void read(View x, int row, double[] to) {
        var layout = x.layout();
        Strips.read(x.heap().doubles(), layout.offset() + row * layout.stride(0), layout.stride(1), to, to.length);
    }

    private static void write(double[] from, int row, View y) {
        var layout = y.layout();
        Strips.write(from, y.heap().doubles(), layout.offset() + row * layout.stride(0), layout.stride(1), from.length);
    }

    private static double get(View rows, int row) {
        return rows.heap().doubles()[rows.layout().offset() + row * rows.layout().stride(0)];
    }

    private static void set(View rows, int row, double value) {
        rows.heap().doubles()[rows.layout().offset() + row * rows.layout().stride(0)] = value;
    }
}
