package dev.sunda.core.cpu;

import dev.sunda.core.cpu.Layouts64.Dense;
import dev.sunda.core.cpu.Scratch64.Role;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;

/// [ChannelNorm] of F64: the same pieces, moments about pilots and long rows.
final class ChannelNorm64 {
    private static final int CHUNK = 16 * 1024;

    private ChannelNorm64() {
    }

    static void statistics(ChannelNorm64Kernel kernel, View x, View mean, View variance) {
        Dense in = Dense.of(Layouts64.read(x));
        int channels = x.shape().size(1);
        int rows = rows(x);
        var pieces = RowPieces.of(rows, channels, 3);
        double[] parts = Scratch64.doubles(Role.PARTIAL, pieces.size());
        pieces.run((at, count, width, so) -> moments(kernel, in.data(), in.offset() + at, count, width, parts, so));
        double[] average = new double[channels];
        double[] spread = new double[channels];
        pieces.join((at, width, count) -> {
            for (int c = 0; c < channels; c++)
                average[c] += parts[at + c] * count + parts[at + width + c];
        });
        for (int c = 0; c < channels; c++)
            average[c] /= rows;
        pieces.join((at, width, count) -> {
            for (int c = 0; c < channels; c++)
                spread[c] += about(average[c], parts, at + c, width, count);
        });
        for (int c = 0; c < channels; c++)
            spread[c] /= rows;
        write(average, mean);
        write(spread, variance);
    }

    /// Three rows of sums of a piece: the mean of its first rows, and the sums of differences to it and of their squares.
    static void moments(ChannelNorm64Kernel kernel, double[] x, int xo, int rows, int width, double[] parts, int so) {
        int pilot = Math.min(rows, ChannelNorm.PILOT);
        kernel.sum(x, xo, pilot, width, parts, so);
        for (int c = so; c < so + width; c++)
            parts[c] /= pilot;
        kernel.moments(x, xo, rows, width, parts, so, parts, so + width);
    }

    /// The sum of squares of differences to `centre`, from [#moments] with the pilot at `at`.
    static double about(double centre, double[] parts, int at, int width, int rows) {
        double shift = parts[at] - centre;
        return parts[at + 2 * width] + shift * (2 * parts[at + width] + rows * shift);
    }

    static void normalize(ChannelNorm64Kernel kernel, View x, View mean, View rstd, View weight, View bias, boolean relu, View y) {
        Dense in = Dense.of(Layouts64.read(x));
        View result = Layouts64.target(y);
        Dense out = Dense.of(result);
        int channels = x.shape().size(1);
        var wide = LongRows.of(kernel.held(), channels, rows(x));
        double[] centre = wide.repeat(read(mean, channels, 0));
        double[] scale = wide.repeat(scale(rstd, weight, channels));
        double[] shift = wide.repeat(read(bias, channels, 0));
        double least = relu ? 0 : Double.NEGATIVE_INFINITY;
        forRows(wide, rows(x), (at, count, width) -> kernel.normalize(in.data(), in.offset() + at, count, width, centre, scale, shift,
                least, out.data(), out.offset() + at));
        Layouts64.finish(result, y);
    }

    static void backward(ChannelNorm64Kernel kernel, View dy, View x, View mean, View rstd, View weight, View bias, boolean relu, View dx,
            View dweight, View dbias) {
        Dense in = Dense.of(Layouts64.read(x));
        Dense gradient = Dense.of(Layouts64.read(dy));
        View result = Layouts64.target(dx);
        Dense out = Dense.of(result);
        int channels = x.shape().size(1);
        int rows = rows(x);
        var wide = LongRows.of(kernel.held(), channels, rows);
        var pieces = RowPieces.of(rows, channels, 2);
        double[] centre = wide.repeat(read(mean, channels, 0));
        double[] inverse = read(rstd, channels, 1);
        double[] scale = wide.repeat(scale(rstd, weight, channels));
        double[] lift = wide.repeat(read(bias, channels, 0));
        double[] sums = Scratch64.doubles(Role.PARTIAL, pieces.size());
        pieces.run((at, count, width, so) -> {
            int di = gradient.offset() + at, xi = in.offset() + at;
            if (relu)
                kernel.activeProducts(gradient.data(), di, in.data(), xi, count, width, centre, scale, lift, sums, so);
            else
                kernel.products(gradient.data(), di, in.data(), xi, count, width, centre, sums, so);
        });
        double[] biases = new double[channels];
        double[] weights = new double[channels];
        pieces.join((at, width, _) -> {
            for (int c = 0; c < channels; c++) {
                biases[c] += sums[at + c];
                weights[c] += sums[at + width + c];
            }
        });
        double[] slope = new double[channels];
        double[] shift = new double[channels];
        for (int c = 0; c < channels; c++) {
            weights[c] *= inverse[c];
            slope[c] = -scale[c] * inverse[c] * weights[c] / rows;
            shift[c] = -scale[c] * biases[c] / rows;
        }
        double[] slopes = wide.repeat(slope);
        double[] shifts = wide.repeat(shift);
        forRows(wide, rows, (at, count, width) -> {
            int di = gradient.offset() + at, xi = in.offset() + at, oi = out.offset() + at;
            if (relu)
                kernel.activeGradient(gradient.data(), di, in.data(), xi, count, width, centre, scale, lift, slopes, shifts, out.data(),
                        oi);
            else
                kernel.gradient(gradient.data(), di, in.data(), xi, count, width, centre, scale, slopes, shifts, out.data(), oi);
        });
        Layouts64.finish(result, dx);
        write(weights, dweight);
        write(biases, dbias);
    }

    private static int rows(View x) {
        return x.shape().numel() / Math.max(1, x.shape().size(1));
    }

    /// Runs `body` for all rows, several long ones at once, in parallel.
    private static void forRows(LongRows wide, int rows, LongRows.Body body) {
        Parallel.forChunks(rows, wide.rowsOf(CHUNK), (_, from, to) -> wide.run(to - from,
                (at, count, width) -> body.run(from * wide.channels() + at, count, width)));
    }

    private static double[] scale(View rstd, View weight, int channels) {
        double[] scale = read(rstd, channels, 1);
        double[] factor = read(weight, channels, 1);
        for (int c = 0; c < channels; c++)
            scale[c] *= factor[c];
        return scale;
    }

    static double[] read(View view, int channels, double missing) {
        double[] values = new double[channels];
        for (int c = 0; c < channels; c++)
            values[c] = view == null ? missing : view.heap().doubles()[view.layout().offset() + c * view.layout().stride(0)];
        return values;
    }

    static void write(double[] values, View to) {
        for (int c = 0; c < values.length; c++)
            to.heap().doubles()[to.layout().offset() + c * to.layout().stride(0)] = values[c];
    }
}
