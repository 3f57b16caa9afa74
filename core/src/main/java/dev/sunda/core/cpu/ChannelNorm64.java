package dev.sunda.core.cpu;

import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;

/// [ChannelNorm] of F64: sums over chunks of rows, joined in their order; the variance from differences to the mean.
final class ChannelNorm64 {
    private static final int CHUNK = 16 * 1024;

    private ChannelNorm64() {
    }

    /// Adds what row `at` of the arrays contributes to `sums`, `channels` of each kind.
    @FunctionalInterface
    private interface Row {
        void add(int at, double[] sums);
    }

    static void statistics(View x, View mean, View variance) {
        View in = Layouts64.read(x);
        int channels = x.shape().size(1);
        int rows = x.shape().numel() / Math.max(1, channels);
        double[] values = in.heap().doubles();
        int offset = in.layout().offset();
        double[] centre = sum(rows, channels, 1, (at, sums) -> {
            for (int c = 0; c < channels; c++)
                sums[c] += values[offset + at + c];
        });
        for (int c = 0; c < channels; c++)
            centre[c] /= rows;
        double[] squares = sum(rows, channels, 1, (at, sums) -> {
            for (int c = 0; c < channels; c++) {
                double centred = values[offset + at + c] - centre[c];
                sums[c] += centred * centred;
            }
        });
        for (int c = 0; c < channels; c++)
            squares[c] /= rows;
        write(centre, 0, mean);
        write(squares, 0, variance);
    }

    static void normalize(View x, View mean, View rstd, View weight, View bias, boolean relu, View y) {
        View in = Layouts64.read(x);
        View out = Layouts64.target(y);
        int channels = x.shape().size(1);
        double[] centre = read(mean, channels, 0);
        double[] scale = read(rstd, channels, 1);
        double[] factor = read(weight, channels, 1);
        double[] shift = read(bias, channels, 0);
        for (int c = 0; c < channels; c++)
            scale[c] *= factor[c];
        double least = relu ? 0 : Double.NEGATIVE_INFINITY;
        double[] from = in.heap().doubles();
        double[] to = out.heap().doubles();
        forRows(x, channels, at -> {
            int xi = in.layout().offset() + at;
            int yi = out.layout().offset() + at;
            for (int c = 0; c < channels; c++) {
                double value = (from[xi + c] - centre[c]) * scale[c] + shift[c];
                to[yi + c] = value <= least ? least : value;         // keeps NaN
            }
        });
        Layouts64.finish(out, y);
    }

    static void backward(View dy, View x, View mean, View rstd, View weight, View bias, boolean relu, View dx, View dweight,
            View dbias) {
        View in = Layouts64.read(x);
        View incoming = Layouts64.read(dy);
        View out = Layouts64.target(dx);
        int channels = x.shape().size(1);
        int rows = x.shape().numel() / Math.max(1, channels);
        double[] centre = read(mean, channels, 0);
        double[] inverse = read(rstd, channels, 1);
        double[] scale = read(weight, channels, 1);
        for (int c = 0; c < channels; c++)
            scale[c] *= inverse[c];
        double[] shift = read(bias, channels, 0);
        double[] values = in.heap().doubles();
        double[] gradient = incoming.heap().doubles();
        double[] to = out.heap().doubles();
        int xi = in.layout().offset();
        int di = incoming.layout().offset();
        int oi = out.layout().offset();
        double[] total = sum(rows, channels, 2, (at, sums) -> {
            for (int c = 0; c < channels; c++) {
                double centred = values[xi + at + c] - centre[c];
                double d = gradient[di + at + c] * (relu ? active(centred * scale[c] + shift[c]) : 1);
                sums[c] += d;
                sums[channels + c] += d * (centred * inverse[c]);
            }
        });
        write(total, channels, dweight);
        write(total, 0, dbias);
        for (int c = 0; c < channels; c++) {
            total[c] /= rows;
            total[channels + c] *= inverse[c] / rows;
        }
        forRows(x, channels, at -> {
            for (int c = 0; c < channels; c++) {
                double centred = values[xi + at + c] - centre[c];
                double d = gradient[di + at + c] * (relu ? active(centred * scale[c] + shift[c]) : 1);
                to[oi + at + c] = scale[c] * (d - total[c] - centred * total[channels + c]);
            }
        });
        Layouts64.finish(out, dx);
    }

    /// The derivative of relu.
    private static double active(double y) {
        return y <= 0 ? 0 : 1;
    }

    /// Runs a body for the position of each row, several rows at once.
    @FunctionalInterface
    private interface Position {
        void run(int at);
    }

    private static void forRows(View x, int channels, Position body) {
        Parallel.forChunks(x.shape().numel() / Math.max(1, channels), Math.max(1, CHUNK / Math.max(1, channels)), (_, from, to) -> {
            for (int row = from; row < to; row++)
                body.run(row * channels);
        });
    }

    private static double[] sum(int rows, int channels, int kinds, Row row) {
        int most = Math.max(1, CHUNK / Math.max(1, channels));
        double[][] parts = new double[Math.ceilDiv(rows, most)][kinds * channels];
        Parallel.forChunks(rows, most, (chunk, from, to) -> {
            for (int r = from; r < to; r++)
                row.add(r * channels, parts[chunk]);
        });
        double[] total = new double[kinds * channels];
        for (double[] part : parts)
            for (int c = 0; c < total.length; c++)
                total[c] += part[c];
        return total;
    }

    private static double[] read(View view, int channels, double missing) {
        double[] values = new double[channels];
        for (int c = 0; c < channels; c++)
            values[c] = view == null ? missing : view.heap().doubles()[view.layout().offset() + c * view.layout().stride(0)];
        return values;
    }

    private static void write(double[] values, int from, View to) {
        for (int c = 0; c < to.shape().size(0); c++)
            to.heap().doubles()[to.layout().offset() + c * to.layout().stride(0)] = values[from + c];
    }
}
