package dev.sunda.core.cpu;

import dev.sunda.core.cpu.Scratch64.Role;
import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.HeapStorage;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Layout;
import java.util.Arrays;

/// [LayerNorm] of F64. A row is brought into the first cache once and read from there; rows whose elements are not neighbours are copied
/// first. The sums over rows that give the gradients of weight and bias run over chunks of rows, whose size follows from the row's length
/// alone, joined in their order.
final class LayerNorm64 {
    private static final int CHUNK_DOUBLES = 32 * 1024;
    private static final int CHUNK_COLUMNS = 512;
    private static final int LEAST_ROWS = 16;
    private static final int MOST_ROWS = 1024;

    private LayerNorm64() {
    }

    /// A matrix with contiguous rows.
    private record Rows(double[] data, int offset, int stride) {
        static Rows read(View x) {
            View rows = target(x);
            if (rows != x)
                Copy.apply(x, rows);
            return of(rows);
        }

        /// Itself or a place of its size.
        static View target(View x) {
            return x.layout().stride(1) == 1 || x.shape().size(1) < 2 ? x
                    : new View(HeapStorage.allocate(Device.CPU, DType.F64, x.shape().numel()), Layout.contiguous(x.shape()));
        }

        static Rows of(View x) {
            return new Rows(x.heap().doubles(), x.layout().offset(), x.layout().stride(0));
        }

        int at(int row) {
            return offset + row * stride;
        }
    }

    static void forward(View x, View weight, View bias, double eps, View mean, View rstd, View y) {
        forward(LayerNorm64Kernel.CHOSEN, x, weight, bias, eps, mean, rstd, y);
    }

    static void forward(LayerNorm64Kernel kernel, View x, View weight, View bias, double eps, View mean, View rstd, View y) {
        int n = x.shape().size(1);
        Rows in = Rows.read(x);
        View target = Rows.target(y);
        Rows out = Rows.of(target);
        double[] w = vector(weight, n, 1);
        double[] b = vector(bias, n, 0);
        Parallel.forChunks(x.shape().size(0), chunk(n), (_, from, to) -> {
            var lanes = new double[8];
            double sum = Reduce64.sum(in.data, in.at(from), n);
            for (int row = from; row < to; row++) {
                double centre = mean == null ? 0 : sum / n;
                double scale = 1 / Math.sqrt(kernel.squares(in.data, in.at(row), centre, n, lanes) / n + eps);
                int next = in.at(Math.min(row + 1, to - 1));
                sum = kernel.normalize(in.data, in.at(row), next, centre, scale, w, b, out.data, out.at(row), n, lanes);
                if (mean != null)
                    set(mean, row, centre);
                set(rstd, row, scale);
            }
        });
        finish(target, y);
    }

    private static void finish(View rows, View to) {
        if (rows != to)
            Copy.apply(rows, to);
    }

    static void backward(View dy, View x, View mean, View rstd, View weight, View dx, View dweight, View dbias) {
        backward(LayerNorm64Kernel.CHOSEN, dy, x, mean, rstd, weight, dx, dweight, dbias);
    }

    static void backward(LayerNorm64Kernel kernel, View dy, View x, View mean, View rstd, View weight, View dx, View dweight,
            View dbias) {
        int rows = x.shape().size(0);
        int n = x.shape().size(1);
        Rows in = Rows.read(x);
        Rows gradient = Rows.read(dy);
        View target = Rows.target(dx);
        Rows out = Rows.of(target);
        double[] w = vector(weight, n, 1);
        double[] centres = vector(mean, rows, 0);
        double[] scales = vector(rstd, rows, 1);
        int chunk = chunk(n);
        int chunks = Math.ceilDiv(rows, chunk);
        double[] sums = dweight == null ? null : Scratch64.doubles(Role.PARTIAL, Math.multiplyExact(2 * chunks, n));
        Parallel.forChunks(rows, chunk, (index, from, to) -> {
            var work = new LayerNorm64Kernel.Sums();
            double[] totals = work.totals();
            int at = 2 * index * n;
            if (sums != null)
                Arrays.fill(sums, at, at + 2 * n, 0);
            for (int row = from; row < to; row++) {
                double scale = scales[row];
                if (sums == null)
                    kernel.products(gradient.data, gradient.at(row), in.data, in.at(row), centres[row], w, work, n);
                else
                    kernel.parameterGradients(gradient.data, gradient.at(row), in.data, in.at(row), centres[row], scale, w, sums, at,
                            at + n,
                            work, n);
                double slope = -totals[1] / n * scale * scale * scale;
                double shift = mean == null ? 0 : -totals[0] / n * scale;
                kernel.gradient(gradient.data, gradient.at(row), in.data, in.at(row), centres[row], scale, w, slope, shift, out.data,
                        out.at(row), n);
            }
        });
        finish(target, dx);
        if (sums != null) {
            double[] total = joined(sums, chunks, 2 * n);
            write(total, 0, dweight);
            write(total, n, dbias);
        }
    }

    /// The sums of all chunks, added in their order.
    private static double[] joined(double[] sums, int chunks, int width) {
        var result = new double[width];
        Parallel.forChunks(width, CHUNK_COLUMNS, (_, from, to) -> {
            for (int chunk = 0; chunk < chunks; chunk++)
                Binary64.values(BinaryOp.ADD, result, from, sums, chunk * width + from, result, from, to - from);
        });
        return result;
    }

    private static void write(double[] total, int from, View to) {
        int n = to.shape().size(0);
        Strips.write(Arrays.copyOfRange(total, from, from + n), to.heap().doubles(), to.layout().offset(), to.layout().stride(0), n);
    }

    private static int chunk(int n) {
        return Math.clamp(CHUNK_DOUBLES / Math.max(1, n), LEAST_ROWS, MOST_ROWS);
    }

    private static double[] vector(View view, int n, double missing) {
        var values = new double[n];
        if (view == null)
            Arrays.fill(values, missing);
        else
            Strips.read(view.heap().doubles(), view.layout().offset(), view.layout().stride(0), values, n);
        return values;
    }

    private static void set(View rows, int row, double value) {
        rows.heap().doubles()[rows.layout().offset() + row * rows.layout().stride(0)] = value;
    }
}
