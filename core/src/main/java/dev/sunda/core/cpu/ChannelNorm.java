package dev.sunda.core.cpu;

import dev.sunda.core.cpu.GemmScratch.Role;
import dev.sunda.core.cpu.Layouts.Dense;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;

/// Normalisation by channel (dimension 1), as in batch normalisation, in channels-last order.
///
/// Sums run in float over at most [#ROWS] rows, from there on in double, always cut and joined alike.
final class ChannelNorm {
    /// Rows of a chunk of a sum.
    private static final int ROWS = 256;
    private static final int CHUNK_FLOATS = 32 * 1024;

    private ChannelNorm() {
    }

    /// Computes the sums of some rows into `sums` from `so` on.
    @FunctionalInterface
    private interface Partial {
        void run(int firstRow, int rows, float[] sums, int so);
    }

    /// Mean and biased variance of each channel, both `[C]`: the variance from differences to the mean.
    static void statistics(View x, View mean, View variance) {
        statistics(ChannelNormKernel.ACTIVE, x, mean, variance);
    }

    static void statistics(ChannelNormKernel kernel, View x, View mean, View variance) {
        Dense in = Layouts.read(x, Role.SOURCE);
        int channels = x.shape().size(1);
        int rows = rows(x);
        double[] total = sum(rows, channels,
                (first, count, sums, so) -> kernel.sum(in.data(), in.offset() + first * channels, count, channels, sums, so));
        float[] centre = divided(total, rows);
        double[] squares = sum(rows, channels,
                (first, count, sums, so) -> kernel.squares(in.data(), in.offset() + first * channels, count, channels, centre, sums, so));
        write(centre, mean);
        write(divided(squares, rows), variance);
    }

    /// `y = (x - mean) * (rstd * weight) + bias`; `weight` and `bias` may be null. The difference is taken first, so that a large mean
    /// costs no digits.
    static void normalize(View x, View mean, View rstd, View weight, View bias, View y) {
        normalize(ChannelNormKernel.ACTIVE, x, mean, rstd, weight, bias, y);
    }

    static void normalize(ChannelNormKernel kernel, View x, View mean, View rstd, View weight, View bias, View y) {
        Dense in = Layouts.read(x, Role.SOURCE);
        Dense out = Layouts.target(y, Role.RESULT);
        int channels = x.shape().size(1);
        float[] centre = read(mean, channels, 0);
        float[] scale = scale(rstd, weight, channels);
        float[] shift = read(bias, channels, 0);
        Parallel.forChunks(rows(x), Math.max(1, CHUNK_FLOATS / Math.max(1, channels)),
                (_, from, to) -> kernel.normalize(in.data(), in.offset() + from * channels, to - from, channels, centre, scale, shift,
                        out.data(),
                        out.offset() + from * channels));
        Layouts.finish(out, y);
    }

    /// The gradient of batch normalisation, with `xhat = (x - mean) * rstd` and `m` rows: `dbias = sum(dy)`, `dweight = sum(dy * xhat)`,
    /// `dx = weight * rstd * (dy - dbias / m - xhat * dweight / m)`; `weight` may be null.
    static void backward(View dy, View x, View mean, View rstd, View weight, View dx, View dweight, View dbias) {
        backward(ChannelNormKernel.ACTIVE, dy, x, mean, rstd, weight, dx, dweight, dbias);
    }

    static void backward(ChannelNormKernel kernel, View dy, View x, View mean, View rstd, View weight, View dx, View dweight, View dbias) {
        Dense in = Layouts.read(x, Role.SOURCE);
        Dense gradient = Layouts.read(dy, Role.SECOND_SOURCE);
        Dense out = Layouts.target(dx, Role.RESULT);
        int channels = x.shape().size(1);
        int rows = rows(x);
        float[] centre = read(mean, channels, 0);
        float[] inverse = read(rstd, channels, 1);
        double[] bias = sum(rows, channels,
                (first, count, sums, so) -> kernel.sum(gradient.data(), gradient.offset() + first * channels, count, channels, sums, so));
        double[] products = sum(rows, channels, (first, count, sums, so) -> kernel.products(gradient.data(),
                gradient.offset() + first * channels, in.data(), in.offset() + first * channels, count, channels, centre, sums, so));
        float[] scale = scale(rstd, weight, channels);
        float[] slope = new float[channels];
        float[] shift = new float[channels];
        float[] weights = new float[channels];
        for (int c = 0; c < channels; c++) {
            double xhat = products[c] * inverse[c];
            weights[c] = (float) xhat;
            slope[c] = (float) (-scale[c] * inverse[c] * xhat / rows);
            shift[c] = (float) (-scale[c] * bias[c] / rows);
        }
        Parallel.forChunks(rows, Math.max(1, CHUNK_FLOATS / Math.max(1, channels)),
                (_, from, to) -> kernel.gradient(gradient.data(), gradient.offset() + from * channels, in.data(),
                        in.offset() + from * channels, to - from,
                        channels, centre, scale, slope, shift, out.data(), out.offset() + from * channels));
        Layouts.finish(out, dx);
        write(weights, dweight);
        write(divided(bias, 1), dbias);
    }

    private static int rows(View x) {
        return x.shape().numel() / Math.max(1, x.shape().size(1));
    }

    private static double[] sum(int rows, int channels, Partial partial) {
        int chunks = Math.ceilDiv(rows, ROWS);
        float[] sums = GemmScratch.floats(Role.PARTIAL, Math.multiplyExact(chunks, channels));
        Parallel.forChunks(rows, ROWS, (chunk, from, to) -> partial.run(from, to - from, sums, chunk * channels));
        double[] total = new double[channels];
        for (int chunk = 0; chunk < chunks; chunk++)
            for (int c = 0; c < channels; c++)
                total[c] += sums[chunk * channels + c];
        return total;
    }

    private static float[] divided(double[] total, int rows) {
        float[] result = new float[total.length];
        for (int c = 0; c < result.length; c++)
            result[c] = (float) (total[c] / rows);
        return result;
    }

    private static float[] scale(View rstd, View weight, int channels) {
        float[] scale = read(rstd, channels, 1);
        float[] factor = read(weight, channels, 1);
        for (int c = 0; c < channels; c++)
            scale[c] *= factor[c];
        return scale;
    }

    private static float[] read(View view, int channels, float missing) {
        float[] values = new float[channels];
        for (int c = 0; c < channels; c++)
            values[c] = view == null ? missing : view.heap().floats()[view.layout().offset() + c * view.layout().stride(0)];
        return values;
    }

    private static void write(float[] values, View to) {
        for (int c = 0; c < values.length; c++)
            to.heap().floats()[to.layout().offset() + c * to.layout().stride(0)] = values[c];
    }
}
