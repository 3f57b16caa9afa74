package dev.sunda.core.cpu;

import dev.sunda.core.cpu.GemmScratch.Role;
import dev.sunda.core.cpu.Layouts.Dense;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;
import java.util.Arrays;

/// Normalisation by channel (dimension 1), as in batch normalisation, in channels-last order.
///
/// Sums run in float over at most [#MOST_ROWS] rows, from there on in double, always cut and joined alike. The statistics of those rows are
/// moments about the mean of the first [#PILOT] of them, so that the rows are read once. By Cauchy and Schwarz that pilot lies at most
/// `sqrt(MOST_ROWS / PILOT)` standard deviations from the mean of all rows, so the moments cancel few digits.
final class ChannelNorm {
    /// Rows of a chunk of a sum.
    private static final int MOST_ROWS = 256;
    private static final int LEAST_ROWS = 16;
    private static final int PILOT = 16;
    private static final int CHUNK_FLOATS = 32 * 1024;

    private ChannelNorm() {
    }

    /// Computes the sums of some rows into `sums` from `so` on, several rows of sums one after another.
    @FunctionalInterface
    private interface Partial {
        void run(int firstRow, int rows, float[] sums, int so);
    }

    /// Mean and biased variance of each channel, both `[C]`: from differences to the pilots of the chunks, which are joined as
    /// in Chan, Golub, LeVeque 1983, Algorithms for Computing the Sample Variance, doi:10.2307/2683386.
    static void statistics(View x, View mean, View variance) {
        statistics(ChannelNormKernel.ACTIVE, x, mean, variance);
    }

    static void statistics(ChannelNormKernel kernel, View x, View mean, View variance) {
        Dense in = Layouts.read(x, Role.SOURCE);
        int channels = x.shape().size(1);
        int rows = rows(x);
        float[] parts = partial(rows, channels, 3, (first, count, sums, so) -> {
            int from = in.offset() + first * channels;
            int pilot = Math.min(count, PILOT);
            kernel.sum(in.data(), from, pilot, channels, sums, so);
            for (int c = so; c < so + channels; c++)
                sums[c] /= pilot;
            kernel.moments(in.data(), from, count, channels, sums, so, sums, so + channels);
        });
        double[] average = new double[channels];
        double[] spread = new double[channels];
        int most = rowsAtOnce(channels);
        for (int first = 0, at = 0; first < rows; first += most, at += 3 * channels)
            for (int c = 0; c < channels; c++)
                average[c] += (double) parts[at + c] * Math.min(most, rows - first) + parts[at + channels + c];
        for (int c = 0; c < channels; c++)
            average[c] /= rows;
        for (int first = 0, at = 0; first < rows; first += most, at += 3 * channels)
            for (int c = 0; c < channels; c++) {
                double shift = parts[at + c] - average[c];
                spread[c] += parts[at + 2 * channels + c] + shift * (2.0 * parts[at + channels + c] + Math.min(most, rows - first) * shift);
            }
        write(divided(average, 1), mean);
        write(divided(spread, rows), variance);
    }

    /// `y = (x - mean) * (rstd * weight) + bias`, with `relu` the larger of that and 0; `weight` and `bias` may be null. The difference is
    /// taken first, so that a large mean costs no digits.
    static void normalize(View x, View mean, View rstd, View weight, View bias, boolean relu, View y) {
        normalize(ChannelNormKernel.ACTIVE, x, mean, rstd, weight, bias, relu, y);
    }

    static void normalize(ChannelNormKernel kernel, View x, View mean, View rstd, View weight, View bias, boolean relu, View y) {
        Dense in = Layouts.read(x, Role.SOURCE);
        Dense out = Layouts.target(y, Role.RESULT);
        int channels = x.shape().size(1);
        float[] centre = read(mean, channels, 0);
        float[] scale = scale(rstd, weight, channels);
        float[] shift = read(bias, channels, 0);
        float least = least(relu);
        Parallel.forChunks(rows(x), Math.max(1, CHUNK_FLOATS / Math.max(1, channels)),
                (_, from, to) -> kernel.normalize(in.data(), in.offset() + from * channels, to - from, channels, centre, scale, shift,
                        least, out.data(), out.offset() + from * channels));
        Layouts.finish(out, y);
    }

    /// The gradient of batch normalisation, with `xhat = (x - mean) * rstd` and `m` rows: `dbias = sum(dy)`, `dweight = sum(dy * xhat)`,
    /// `dx = weight * rstd * (dy - dbias / m - xhat * dweight / m)`; `weight` and `bias` may be null. With `relu` the loops find out again,
    /// with the bits of [#normalize], what was positive, and take that much of `dy`: the activation costs no pass over memory.
    static void backward(View dy, View x, View mean, View rstd, View weight, View bias, boolean relu, View dx, View dweight, View dbias) {
        backward(ChannelNormKernel.ACTIVE, dy, x, mean, rstd, weight, bias, relu, dx, dweight, dbias);
    }

    static void backward(ChannelNormKernel kernel, View dy, View x, View mean, View rstd, View weight, View bias, boolean relu, View dx,
            View dweight, View dbias) {
        Dense in = Layouts.read(x, Role.SOURCE);
        Dense gradient = Layouts.read(dy, Role.SECOND_SOURCE);
        Dense out = Layouts.target(dx, Role.RESULT);
        int channels = x.shape().size(1);
        int rows = rows(x);
        float[] centre = read(mean, channels, 0);
        float[] inverse = read(rstd, channels, 1);
        float[] scale = scale(rstd, weight, channels);
        float[] lift = read(bias, channels, 0);
        double[] total = sum(rows, channels, 2, (first, count, sums, so) -> {
            int di = gradient.offset() + first * channels, xi = in.offset() + first * channels;
            if (relu)
                kernel.activeProducts(gradient.data(), di, in.data(), xi, count, channels, centre, scale, lift, sums, so);
            else
                kernel.products(gradient.data(), di, in.data(), xi, count, channels, centre, sums, so);
        });
        float[] slope = new float[channels];
        float[] shift = new float[channels];
        float[] weights = new float[channels];
        for (int c = 0; c < channels; c++) {
            double xhat = total[channels + c] * inverse[c];
            weights[c] = (float) xhat;
            slope[c] = (float) (-scale[c] * inverse[c] * xhat / rows);
            shift[c] = (float) (-scale[c] * total[c] / rows);
        }
        Parallel.forChunks(rows, Math.max(1, CHUNK_FLOATS / Math.max(1, channels)), (_, from, to) -> {
            int di = gradient.offset() + from * channels, xi = in.offset() + from * channels, oi = out.offset() + from * channels;
            if (relu)
                kernel.activeGradient(gradient.data(), di, in.data(), xi, to - from, channels, centre, scale, lift, slope, shift,
                        out.data(), oi);
            else
                kernel.gradient(gradient.data(), di, in.data(), xi, to - from, channels, centre, scale, slope, shift, out.data(), oi);
        });
        Layouts.finish(out, dx);
        write(weights, dweight);
        write(divided(Arrays.copyOf(total, channels), 1), dbias);
    }

    private static int rows(View x) {
        return x.shape().numel() / Math.max(1, x.shape().size(1));
    }

    private static int rowsAtOnce(int channels) {
        return Math.clamp(CHUNK_FLOATS / Math.max(1, channels), LEAST_ROWS, MOST_ROWS);
    }

    /// The sums of all chunks, `kinds` rows of `channels` for each.
    private static float[] partial(int rows, int channels, int kinds, Partial partial) {
        int most = rowsAtOnce(channels);
        int width = kinds * channels;
        float[] sums = GemmScratch.floats(Role.PARTIAL, Math.multiplyExact(Math.ceilDiv(rows, most), width));
        Parallel.forChunks(rows, most, (chunk, from, to) -> partial.run(from, to - from, sums, chunk * width));
        return sums;
    }

    /// Sums over all chunks, in their order.
    private static double[] sum(int rows, int channels, int kinds, Partial partial) {
        float[] parts = partial(rows, channels, kinds, partial);
        int chunks = Math.ceilDiv(rows, rowsAtOnce(channels));
        double[] total = new double[kinds * channels];
        for (int chunk = 0; chunk < chunks; chunk++)
            for (int c = 0; c < total.length; c++)
                total[c] += parts[chunk * total.length + c];
        return total;
    }

    private static float[] divided(double[] total, int rows) {
        float[] result = new float[total.length];
        for (int c = 0; c < result.length; c++)
            result[c] = (float) (total[c] / rows);
        return result;
    }

    /// What [ChannelNormKernel#normalize] takes the larger of.
    static float least(boolean relu) {
        return relu ? 0 : Float.NEGATIVE_INFINITY;
    }

    static float[] scale(View rstd, View weight, int channels) {
        float[] scale = read(rstd, channels, 1);
        float[] factor = read(weight, channels, 1);
        for (int c = 0; c < channels; c++)
            scale[c] *= factor[c];
        return scale;
    }

    static float[] read(View view, int channels, float missing) {
        float[] values = new float[channels];
        for (int c = 0; c < channels; c++)
            values[c] = view == null ? missing : view.heap().floats()[view.layout().offset() + c * view.layout().stride(0)];
        return values;
    }

    static void write(float[] values, View to) {
        for (int c = 0; c < values.length; c++)
            to.heap().floats()[to.layout().offset() + c * to.layout().stride(0)] = values[c];
    }
}
