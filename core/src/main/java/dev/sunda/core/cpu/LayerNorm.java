package dev.sunda.core.cpu;

import dev.sunda.core.cpu.GemmScratch.Role;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;
import java.util.Arrays;

/// Layer normalisation of F32 rows, and root-mean-square normalisation, whose mean is 0. A row is brought into the first cache once and
/// read from there; the sums over rows that give the gradients of weight and bias run in float within a chunk, whose size follows from the
/// row's length alone, and in double from there on.
final class LayerNorm {
    private static final int CHUNK_FLOATS = 32 * 1024;
    private static final int CHUNK_COLUMNS = 512;
    private static final int LEAST_ROWS = 16;
    private static final int MOST_ROWS = 1024;

    private LayerNorm() {
    }

    /// A matrix with contiguous rows.
    private record Rows(float[] data, int offset, int stride) {
        static Rows read(View x, Role role) {
            Rows rows = target(x, role);
            if (rows.data != x.heap().floats())
                Layouts.transfer(x.heap().floats(), x.layout().offset(), x.layout().stride(0), x.layout().stride(1), rows.data, 0,
                        rows.stride, 1, x.shape().size(0), x.shape().size(1));
            return rows;
        }

        static Rows target(View x, Role role) {
            return x.layout().stride(1) == 1 || x.shape().size(1) < 2
                    ? new Rows(x.heap().floats(), x.layout().offset(), x.layout().stride(0))
                    : new Rows(GemmScratch.floats(role, x.shape().numel()), 0, x.shape().size(1));
        }

        void finish(View x) {
            if (data != x.heap().floats())
                Layouts.transfer(data, 0, stride, 1, x.heap().floats(), x.layout().offset(), x.layout().stride(0), x.layout().stride(1),
                        x.shape().size(0), x.shape().size(1));
        }

        int at(int row) {
            return offset + row * stride;
        }
    }

    static void forward(View x, View weight, View bias, double eps, View mean, View rstd, View y) {
        forward(LayerNormKernel.ACTIVE, x, weight, bias, eps, mean, rstd, y);
    }

    static void forward(LayerNormKernel kernel, View x, View weight, View bias, double eps, View mean, View rstd, View y) {
        int n = x.shape().size(1);
        Rows in = Rows.read(x, Role.SOURCE);
        Rows out = Rows.target(y, Role.RESULT);
        float[] w = ChannelNorm.read(weight, n, 1);
        float[] b = ChannelNorm.read(bias, n, 0);
        float[] centres = new float[x.shape().size(0)];
        float[] scales = new float[centres.length];
        Parallel.forChunks(centres.length, chunk(n), (_, from, to) -> {
            var totals = new double[2];
            var work = new LayerNormKernel.Sums();
            totals[0] = ReduceMath.CHOSEN.longSum(in.data, in.at(from), n);
            for (int row = from; row < to; row++) {
                float centre = mean == null ? 0 : (float) (totals[0] / n);
                squares(kernel, in, row, Math.min(row + 1, to - 1), centre, work, totals, n);
                float scale = (float) (1 / Math.sqrt(totals[1] / n + eps));
                centres[row] = centre;
                scales[row] = scale;
                kernel.normalize(in.data, in.at(row), centre, scale, w, b, 0, out.data, out.at(row), n);
            }
        });
        out.finish(y);
        if (mean != null)
            ChannelNorm.write(centres, mean);
        ChannelNorm.write(scales, rstd);
    }

    /// The sum of the row `next` and the squares of `row`: blocks in float, joined in double.
    private static void squares(LayerNormKernel kernel, Rows x, int row, int next, float mean, LayerNormKernel.Sums work, double[] totals,
            int n) {
        Arrays.fill(totals, 0);
        for (int i = 0; i < n; i += ReduceMath.BLOCK) {
            kernel.squares(x.data, x.at(row) + i, x.at(next) + i, mean, Math.min(ReduceMath.BLOCK, n - i), work);
            totals[0] += work.totals()[0];
            totals[1] += work.totals()[1];
        }
    }

    static void backward(View dy, View x, View mean, View rstd, View weight, View dx, View dweight, View dbias) {
        backward(LayerNormKernel.ACTIVE, dy, x, mean, rstd, weight, dx, dweight, dbias);
    }

    static void backward(LayerNormKernel kernel, View dy, View x, View mean, View rstd, View weight, View dx, View dweight, View dbias) {
        int rows = x.shape().size(0);
        int n = x.shape().size(1);
        Rows in = Rows.read(x, Role.SOURCE);
        Rows gradient = Rows.read(dy, Role.SECOND_SOURCE);
        Rows out = Rows.target(dx, Role.RESULT);
        float[] w = ChannelNorm.read(weight, n, 1);
        float[] centres = ChannelNorm.read(mean, rows, 0);
        float[] scales = ChannelNorm.read(rstd, rows, 1);
        int chunk = chunk(n);
        int chunks = Math.ceilDiv(rows, chunk);
        float[] sums = dweight == null ? null : GemmScratch.zeros(Role.PARTIAL, Math.multiplyExact(2 * chunks, n));
        Parallel.forChunks(rows, chunk, (index, from, to) -> {
            var totals = new double[2];
            var work = new LayerNormKernel.Sums();
            for (int row = from; row < to; row++) {
                float scale = scales[row];
                products(kernel, gradient, in, row, centres[row], scale, w, sums, 2 * index * n, work, totals, n);
                float slope = (float) (-totals[1] / n * scale * scale * scale);
                float shift = mean == null ? 0 : (float) (-totals[0] / n * scale);
                kernel.gradient(gradient.data, gradient.at(row), in.data, in.at(row), centres[row], scale, w, slope, shift, out.data,
                        out.at(row), n);
            }
        });
        out.finish(dx);
        if (sums != null) {
            float[] total = joined(sums, chunks, 2 * n);
            ChannelNorm.write(Arrays.copyOf(total, n), dweight);
            ChannelNorm.write(Arrays.copyOfRange(total, n, 2 * n), dbias);
        }
    }

    /// `sum of g` and `sum of g * (x - mean)` with `g = dy * w`, of which `dx = rstd * (g - mean(g) - xhat * mean(g * xhat))` is made; and
    /// the gradients of weight and bias added to `sums` from `at` on, unless it is null. All that a row needs from memory is read here, and
    /// all that goes there is written afterwards: the processor fetches the next row meanwhile by itself.
    private static void products(LayerNormKernel kernel, Rows dy, Rows x, int row, float mean, float rstd, float[] w, float[] sums, int at,
            LayerNormKernel.Sums work, double[] totals, int n) {
        Arrays.fill(totals, 0);
        for (int i = 0; i < n; i += ReduceMath.BLOCK) {
            int count = Math.min(ReduceMath.BLOCK, n - i);
            if (sums == null)
                kernel.products(dy.data, dy.at(row) + i, x.data, x.at(row) + i, mean, w, i, work, count);
            else
                kernel.parameterGradients(dy.data, dy.at(row) + i, x.data, x.at(row) + i, mean, rstd, w, i, sums, at + i, at + n + i, work,
                        count);
            totals[0] += work.totals()[0];
            totals[1] += work.totals()[1];
        }
    }

    /// The sums of all chunks, added in their order.
    private static float[] joined(float[] sums, int chunks, int width) {
        var result = new float[width];
        Parallel.forChunks(width, CHUNK_COLUMNS, (_, from, to) -> {
            var total = new double[to - from];
            for (int chunk = 0; chunk < chunks; chunk++)
                for (int j = 0; j < total.length; j++)
                    total[j] += sums[chunk * width + from + j];
            for (int j = 0; j < total.length; j++)
                result[from + j] = (float) total[j];
        });
        return result;
    }

    private static int chunk(int n) {
        return Math.clamp(CHUNK_FLOATS / Math.max(1, n), LEAST_ROWS, MOST_ROWS);
    }
}
