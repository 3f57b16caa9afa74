package dev.sunda.core.cpu;

import dev.sunda.core.cpu.GemmScratch.Role;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;

/// Layer normalisation of F32 rows. A row is brought into the first cache once and read from there; the sums over rows that give the
/// gradients of weight and bias run in float within a chunk, whose size follows from the row's length alone, and in double from there on.
final class LayerNorm {
    private static final int CHUNK_FLOATS = 32 * 1024;
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
            for (int row = from; row < to; row++) {
                int at = in.at(row);
                float centre = (float) (ReduceMath.CHOSEN.longSum(in.data, at, n) / n);
                float scale = (float) (1 / Math.sqrt(squares(kernel, in.data, at, centre, n) / n + eps));
                centres[row] = centre;
                scales[row] = scale;
                kernel.normalize(in.data, at, centre, scale, w, b, out.data, out.at(row), n);
            }
        });
        out.finish(y);
        ChannelNorm.write(centres, mean);
        ChannelNorm.write(scales, rstd);
    }

    /// Blocks in float, joined in double.
    private static double squares(LayerNormKernel kernel, float[] x, int xi, float mean, int n) {
        double total = 0;
        for (int i = 0; i < n; i += ReduceMath.BLOCK)
            total += kernel.squares(x, xi + i, mean, Math.min(ReduceMath.BLOCK, n - i));
        return total;
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
        boolean parameters = dweight != null;
        float[] sums = parameters ? GemmScratch.zeros(Role.PARTIAL, Math.multiplyExact(2 * chunks, n)) : null;
        Parallel.forChunks(rows, chunk, (index, from, to) -> {
            var products = new float[2];
            for (int row = from; row < to; row++) {
                dx(kernel, gradient, in, row, centres[row], scales[row], w, products, out, n);
                if (parameters)
                    kernel.parameters(gradient.data, gradient.at(row), in.data, in.at(row), centres[row], scales[row], sums,
                            2 * index * n, sums, (2 * index + 1) * n, n);
            }
        });
        out.finish(dx);
        if (parameters) {
            ChannelNorm.write(joined(sums, 0, chunks, n), dweight);
            ChannelNorm.write(joined(sums, 1, chunks, n), dbias);
        }
    }

    /// `dx = rstd * (g - mean(g) - xhat * mean(g * xhat))` of one row, with `g = dy * w`.
    private static void dx(LayerNormKernel kernel, Rows dy, Rows x, int row, float mean, float rstd, float[] w, float[] products, Rows dx,
            int n) {
        double sum = 0;
        double centred = 0;
        for (int i = 0; i < n; i += ReduceMath.BLOCK) {
            kernel.products(dy.data, dy.at(row) + i, x.data, x.at(row) + i, mean, w, i, products, Math.min(ReduceMath.BLOCK, n - i));
            sum += products[0];
            centred += products[1];
        }
        float slope = (float) (-centred / n * rstd * rstd * rstd);
        float shift = (float) (-sum / n * rstd);
        kernel.gradient(dy.data, dy.at(row), x.data, x.at(row), mean, rstd, w, slope, shift, dx.data, dx.at(row), n);
    }

    private static float[] joined(float[] sums, int part, int chunks, int n) {
        var total = new double[n];
        for (int chunk = 0; chunk < chunks; chunk++)
            for (int j = 0; j < n; j++)
                total[j] += sums[(2 * chunk + part) * n + j];
        var result = new float[n];
        for (int j = 0; j < n; j++)
            result[j] = (float) total[j];
        return result;
    }

    private static int chunk(int n) {
        return Math.clamp(CHUNK_FLOATS / Math.max(1, n), LEAST_ROWS, MOST_ROWS);
    }
}
