package dev.sunda.core.cpu;

import dev.sunda.core.cpu.GemmScratch.Role;
import dev.sunda.core.cpu.Layouts.Dense;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;
import java.util.Arrays;

/// Normalisation by channel (dimension 1), as in batch normalisation, in channels-last order.
///
/// Sums run in float over the rows of a piece, 256 at most, from there on in double, always cut and joined alike ([RowPieces]). The
/// statistics of those rows are moments about the mean of the first [#PILOT] of them, so that the rows are read once. By Cauchy and Schwarz
/// that pilot lies at most `sqrt(256 / PILOT)` standard deviations from the mean of all rows, so the moments cancel few digits.
///
/// Few channels are many in [LongRows]: rows then means long rows, and sums have a chain for each row of a long one.
final class ChannelNorm {
    /// Rows whose mean the differences of a piece are taken to.
    static final int PILOT = 16;
    private static final int CHUNK_FLOATS = 32 * 1024;

    private ChannelNorm() {
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
        var pieces = RowPieces.of(rows, channels, 3);
        float[] parts = GemmScratch.floats(Role.PARTIAL, pieces.size());
        pieces.run((at, count, width, so) -> {
            int pilot = Math.min(count, PILOT);
            kernel.sum(in.data(), in.offset() + at, pilot, width, parts, so);
            for (int c = so; c < so + width; c++)
                parts[c] /= pilot;
            kernel.moments(in.data(), in.offset() + at, count, width, parts, so, parts, so + width);
        });
        double[] average = new double[channels];
        double[] spread = new double[channels];
        pieces.join((at, width, count) -> {
            for (int c = 0; c < channels; c++)
                average[c] += (double) parts[at + c] * count + parts[at + width + c];
        });
        for (int c = 0; c < channels; c++)
            average[c] /= rows;
        pieces.join((at, width, count) -> {
            for (int c = 0; c < channels; c++) {
                double shift = parts[at + c] - average[c];
                spread[c] += parts[at + 2 * width + c] + shift * (2.0 * parts[at + width + c] + count * shift);
            }
        });
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
        var wide = LongRows.of(kernel.held(), channels, rows(x));
        float[] centre = wide.repeat(read(mean, channels, 0));
        float[] scale = wide.repeat(scale(rstd, weight, channels));
        float[] shift = wide.repeat(read(bias, channels, 0));
        float least = least(relu);
        forRows(wide, rows(x), (at, count, width) -> kernel.normalize(in.data(), in.offset() + at, count, width, centre, scale, shift,
                least, out.data(), out.offset() + at));
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
        var wide = LongRows.of(kernel.held(), channels, rows);
        float[] centre = wide.repeat(read(mean, channels, 0));
        float[] inverse = read(rstd, channels, 1);
        float[] scale = wide.repeat(scale(rstd, weight, channels));
        float[] lift = wide.repeat(read(bias, channels, 0));
        double[] total = new double[2 * channels];
        var pieces = RowPieces.of(rows, channels, 2);
        float[] sums = GemmScratch.floats(Role.PARTIAL, pieces.size());
        pieces.run((at, count, width, so) -> {
            int di = gradient.offset() + at, xi = in.offset() + at;
            if (relu)
                kernel.activeProducts(gradient.data(), di, in.data(), xi, count, width, centre, scale, lift, sums, so);
            else
                kernel.products(gradient.data(), di, in.data(), xi, count, width, centre, sums, so);
        });
        pieces.join((at, width, _) -> {
            for (int c = 0; c < channels; c++) {
                total[c] += sums[at + c];
                total[channels + c] += sums[at + width + c];
            }
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
        float[] slopes = wide.repeat(slope);
        float[] shifts = wide.repeat(shift);
        forRows(wide, rows, (at, count, width) -> {
            int di = gradient.offset() + at, xi = in.offset() + at, oi = out.offset() + at;
            if (relu)
                kernel.activeGradient(gradient.data(), di, in.data(), xi, count, width, centre, scale, lift, slopes, shifts, out.data(),
                        oi);
            else
                kernel.gradient(gradient.data(), di, in.data(), xi, count, width, centre, scale, slopes, shifts, out.data(), oi);
        });
        Layouts.finish(out, dx);
        write(weights, dweight);
        write(divided(Arrays.copyOf(total, channels), 1), dbias);
    }

    private static int rows(View x) {
        return x.shape().numel() / Math.max(1, x.shape().size(1));
    }

    /// Runs `body` for all rows, several long ones at once, in parallel.
    private static void forRows(LongRows wide, int rows, LongRows.Body body) {
        Parallel.forChunks(rows, wide.rowsOf(CHUNK_FLOATS), (_, from, to) -> wide.run(to - from,
                (at, count, width) -> body.run(from * wide.channels() + at, count, width)));
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
