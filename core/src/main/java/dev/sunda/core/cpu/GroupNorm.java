package dev.sunda.core.cpu;

import dev.sunda.core.cpu.GemmScratch.Role;
import dev.sunda.core.cpu.Layouts.Dense;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;
import java.util.function.IntConsumer;

/// Group normalisation of F32 in channels-last order, with the loops of [ChannelNorm]: a sample is a matrix `[pixels, channels]`, and sums
/// of its channels are joined to sums of groups.
///
/// The rows of a sample are cut into pieces of one size, which follows from the number of channels alone. Sums run in float within a piece
/// and in double from there on, in the order of the pieces.
final class GroupNorm {
    private static final int CHUNK_FLOATS = 32 * 1024;
    /// From so many samples on they are handed out as a whole.
    private static final int LEAST_SAMPLES = 8;

    private final int samples;
    private final int channels;
    private final int groups;
    private final int pixels;
    private final int rows;                                          // of a piece
    private final int pieces;                                        // of a sample
    private final LongRows wide;

    private GroupNorm(ChannelNormKernel kernel, View x, View mean) {
        samples = x.shape().size(0);
        channels = x.shape().size(1);
        groups = mean.shape().size(1);
        pixels = x.shape().numel() / Math.max(1, samples * channels);
        rows = RowPieces.mostRows(channels);
        pieces = Math.ceilDiv(pixels, rows);
        wide = LongRows.of(kernel.held(), channels, Math.min(rows, pixels));
    }

    /// Works on some rows of a sample.
    @FunctionalInterface
    private interface Piece {
        /// @param index of the piece, counted through all samples
        /// @param at where the first row lies behind the beginning of the samples
        void run(int index, int sample, int at, int rows);
    }

    /// Works on some long rows, element by element.
    @FunctionalInterface
    private interface Map {
        void run(int sample, int at, int rows, int width);
    }

    static void forward(View x, View weight, View bias, double eps, View mean, View variance, View y) {
        forward(ChannelNormKernel.ACTIVE, x, weight, bias, eps, mean, variance, y);
    }

    static void forward(ChannelNormKernel kernel, View x, View weight, View bias, double eps, View mean, View variance, View y) {
        var call = new GroupNorm(kernel, x, mean);
        Dense in = Layouts.read(x, Role.SOURCE);
        Dense out = Layouts.target(y, Role.RESULT);
        float[] w = ChannelNorm.read(weight, call.channels, 1);
        float[] shift = call.wide.repeat(ChannelNorm.read(bias, call.channels, 0));
        float[] parts = GemmScratch.floats(Role.PARTIAL, Math.multiplyExact(call.samples * call.pieces, 3 * call.channels));
        var centre = new float[call.samples][];
        var scale = new float[call.samples][];
        call.forSamples((index, _, at, count) -> call.moments(kernel, in, index, at, count, parts), n -> {
            var means = new float[call.channels];
            var factors = new float[call.channels];
            for (int g = 0; g < call.groups; g++) {
                double average = call.average(parts, n, g);
                double spread = call.spread(parts, n, g, average);
                put(average, mean, n, g);
                put(spread, variance, n, g);
                float rstd = (float) (1 / Math.sqrt(spread + eps));
                for (int c = call.first(g); c < call.first(g + 1); c++) {
                    means[c] = (float) average;
                    factors[c] = rstd * w[c];
                }
            }
            centre[n] = call.wide.repeat(means);
            scale[n] = call.wide.repeat(factors);
        }, (n, at, count, width) -> kernel.normalize(in.data(), in.offset() + at, count, width, centre[n], scale[n], shift,
                Float.NEGATIVE_INFINITY, out.data(), out.offset() + at));
        Layouts.finish(out, y);
    }

    /// Three rows of sums of a piece: the mean of its first rows, and the sums of differences to it and of their squares.
    private void moments(ChannelNormKernel kernel, Dense in, int index, int at, int count, float[] parts) {
        int from = in.offset() + at;
        int so = index * 3 * channels;
        int pilot = Math.min(count, ChannelNorm.PILOT);
        kernel.sum(in.data(), from, pilot, channels, parts, so);
        for (int c = so; c < so + channels; c++)
            parts[c] /= pilot;
        kernel.moments(in.data(), from, count, channels, parts, so, parts, so + channels);
    }

    private double average(float[] parts, int sample, int group) {
        double sum = 0;
        for (int piece = 0; piece < pieces; piece++) {
            int at = (sample * pieces + piece) * 3 * channels;
            for (int c = first(group); c < first(group + 1); c++)
                sum += (double) parts[at + c] * rowsOf(piece) + parts[at + channels + c];
        }
        return sum / count();
    }

    /// The mean square of differences to `average`, from those to the pilots.
    private double spread(float[] parts, int sample, int group, double average) {
        double sum = 0;
        for (int piece = 0; piece < pieces; piece++) {
            int at = (sample * pieces + piece) * 3 * channels;
            for (int c = first(group); c < first(group + 1); c++) {
                double shift = parts[at + c] - average;
                sum += parts[at + 2 * channels + c] + shift * (2.0 * parts[at + channels + c] + rowsOf(piece) * shift);
            }
        }
        return sum / count();
    }

    static void backward(View dy, View x, View mean, View rstd, View weight, View dx, View dweight, View dbias) {
        backward(ChannelNormKernel.ACTIVE, dy, x, mean, rstd, weight, dx, dweight, dbias);
    }

    static void backward(ChannelNormKernel kernel, View dy, View x, View mean, View rstd, View weight, View dx, View dweight, View dbias) {
        var call = new GroupNorm(kernel, x, mean);
        Dense in = Layouts.read(x, Role.SOURCE);
        Dense incoming = Layouts.read(dy, Role.SECOND_SOURCE);
        Dense out = Layouts.target(dx, Role.RESULT);
        int channels = call.channels;
        float[][] centre = call.perChannel(mean);
        float[][] inverse = call.perChannel(rstd);
        float[] w = ChannelNorm.read(weight, channels, 1);
        float[] parts = GemmScratch.floats(Role.PARTIAL, Math.multiplyExact(call.samples * call.pieces, 2 * channels));
        var scale = new float[call.samples][channels];
        var slope = new float[call.samples][channels];
        var shift = new float[call.samples][channels];
        var totals = new double[call.samples][];
        call.forSamples(
                (index, n, at, count) -> kernel.products(incoming.data(), incoming.offset() + at, in.data(), in.offset() + at, count,
                        channels, centre[n], parts, index * 2 * channels),
                n -> {
                    totals[n] = call.total(parts, n);
                    call.join(totals[n], inverse[n], w, slope[n], shift[n]);
                    for (int c = 0; c < channels; c++)
                        scale[n][c] = inverse[n][c] * w[c];
                    scale[n] = call.wide.repeat(scale[n]);
                    slope[n] = call.wide.repeat(slope[n]);
                    shift[n] = call.wide.repeat(shift[n]);
                }, (n, at, count, width) -> kernel.gradient(incoming.data(), incoming.offset() + at, in.data(), in.offset() + at, count,
                        width, centre[n], scale[n], slope[n], shift[n], out.data(), out.offset() + at));
        Layouts.finish(out, dx);
        var dw = new double[channels];
        var db = new double[channels];
        for (int n = 0; n < call.samples && call.pixels > 0; n++)    // groups without elements have no statistics
            for (int c = 0; c < channels; c++) {
                db[c] += totals[n][c];
                dw[c] += totals[n][channels + c] * inverse[n][c];
            }
        ChannelNorm.write(floats(dw), dweight);
        ChannelNorm.write(floats(db), dbias);
    }

    /// `sum of dy` and `sum of dy * (x - mean)` of each channel of a sample.
    private double[] total(float[] parts, int sample) {
        var total = new double[2 * channels];
        for (int piece = 0; piece < pieces; piece++)
            for (int c = 0; c < total.length; c++)
                total[c] += parts[(sample * pieces + piece) * total.length + c];
        return total;
    }

    /// With `A = sum of g` and `B = sum of g * (x - mean)` over a group, `g = dy * w`, the gradient is
    /// `g * rstd + (x - mean) * (-rstd^3 * B / m) + (-rstd * A / m)`.
    private void join(double[] total, float[] rstd, float[] w, float[] slope, float[] shift) {
        for (int g = 0; g < groups; g++) {
            double sum = 0;
            double product = 0;
            for (int c = first(g); c < first(g + 1); c++) {
                sum += total[c] * w[c];
                product += total[channels + c] * w[c];
            }
            for (int c = first(g); c < first(g + 1); c++) {
                double r = rstd[c];
                slope[c] = (float) (-r * r * r * product / count());
                shift[c] = (float) (-r * sum / count());
            }
        }
    }

    /// Runs `first` over all pieces of a sample, `joined` for the sample, then `second` over its pieces. A sample that a thread takes as a
    /// whole is still in the caches at the second time; few samples are cut.
    private void forSamples(Piece first, IntConsumer joined, Map second) {
        if (samples < LEAST_SAMPLES) {
            forPieces(first);
            for (int n = 0; n < samples; n++)
                joined.accept(n);
            forPieces((_, n, at, count) -> run(second, n, at, count));
            return;
        }
        int together = Math.max(1, CHUNK_FLOATS / Math.max(1, pixels * channels));
        Parallel.forChunks(samples, together, (_, from, to) -> {
            for (int n = from; n < to; n++) {
                for (int piece = 0; piece < pieces; piece++)
                    run(first, n, piece);
                joined.accept(n);
                for (int piece = pieces - 1; piece >= 0; piece--)    // the last ones are nearest
                    run(second, n, (n * pixels + piece * rows) * channels, rowsOf(piece));
            }
        });
    }

    private void forPieces(Piece body) {
        int together = Math.max(1, CHUNK_FLOATS / Math.max(1, Math.min(rows, pixels) * channels));
        Parallel.forChunks(samples * pieces, together, (_, from, to) -> {
            for (int index = from; index < to; index++)
                run(body, index / pieces, index % pieces);
        });
    }

    private void run(Piece body, int sample, int piece) {
        body.run(sample * pieces + piece, sample, (sample * pixels + piece * rows) * channels, rowsOf(piece));
    }

    private void run(Map body, int sample, int at, int count) {
        wide.run(count, (from, some, width) -> body.run(sample, at + from, some, width));
    }

    private int rowsOf(int piece) {
        return Math.min(rows, pixels - piece * rows);
    }

    /// First channel of a group.
    private int first(int group) {
        return group * (channels / groups);
    }

    /// Elements of a group.
    private double count() {
        return (double) (channels / groups) * pixels;
    }

    /// What belongs to a group (`[N, G]`) for each of its channels.
    private float[][] perChannel(View view) {
        var values = new float[samples][channels];
        for (int n = 0; n < samples; n++) {
            for (int c = 0; c < channels; c++)
                values[n][c] = view.heap().floats()[at(view, n, c / (channels / groups))];
            values[n] = wide.repeat(values[n]);
        }
        return values;
    }

    private static void put(double value, View to, int sample, int group) {
        to.heap().floats()[at(to, sample, group)] = (float) value;
    }

    private static int at(View view, int sample, int group) {
        var layout = view.layout();
        return layout.offset() + sample * layout.stride(0) + group * layout.stride(1);
    }

    private static float[] floats(double[] values) {
        var result = new float[values.length];
        for (int c = 0; c < result.length; c++)
            result[c] = (float) values[c];
        return result;
    }
}
