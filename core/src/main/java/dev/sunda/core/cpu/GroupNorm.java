package dev.sunda.core.cpu;

import dev.sunda.core.cpu.GemmScratch.Role;
import dev.sunda.core.cpu.Layouts.Dense;
import dev.sunda.core.spi.View;

/// Group normalisation of F32 in channels-last order, with the loops of [ChannelNorm] and the pieces of [SamplePieces]. Sums run in float
/// within a piece and in double from there on, in the order of the pieces.
final class GroupNorm {
    private final SamplePieces cut;
    private final int samples;
    private final int channels;
    private final int groups;
    private final int pieces;                                        // of a sample

    private GroupNorm(ChannelNormKernel kernel, View x, View mean) {
        cut = SamplePieces.of(kernel.held(), x, mean);
        samples = cut.samples();
        channels = cut.channels();
        groups = cut.groups();
        pieces = cut.pieces();
    }

    static void forward(View x, View weight, View bias, double eps, View mean, View variance, View y) {
        forward(ChannelNormKernel.ACTIVE, x, weight, bias, eps, mean, variance, y);
    }

    static void forward(ChannelNormKernel kernel, View x, View weight, View bias, double eps, View mean, View variance, View y) {
        var call = new GroupNorm(kernel, x, mean);
        Dense in = Layouts.read(x, Role.SOURCE);
        Dense out = Layouts.target(y, Role.RESULT);
        float[] w = ChannelNorm.read(weight, call.channels, 1);
        float[] shift = call.cut.wide().repeat(ChannelNorm.read(bias, call.channels, 0));
        float[] parts = GemmScratch.floats(Role.PARTIAL, Math.multiplyExact(call.samples * call.pieces, 3 * call.channels));
        var centre = new float[call.samples][];
        var scale = new float[call.samples][];
        call.cut.run((index, _, at, count) -> call.moments(kernel, in, index, at, count, parts), n -> {
            var means = new float[call.channels];
            var factors = new float[call.channels];
            for (int g = 0; g < call.groups; g++) {
                double average = call.average(parts, n, g);
                double spread = call.spread(parts, n, g, average);
                put(average, mean, n, g);
                put(spread, variance, n, g);
                float rstd = (float) (1 / Math.sqrt(spread + eps));
                for (int c = call.cut.first(g); c < call.cut.first(g + 1); c++) {
                    means[c] = (float) average;
                    factors[c] = rstd * w[c];
                }
            }
            centre[n] = call.cut.wide().repeat(means);
            scale[n] = call.cut.wide().repeat(factors);
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
            for (int c = cut.first(group); c < cut.first(group + 1); c++)
                sum += (double) parts[at + c] * cut.rowsOf(piece) + parts[at + channels + c];
        }
        return sum / cut.count();
    }

    /// The mean square of differences to `average`, from those to the pilots.
    private double spread(float[] parts, int sample, int group, double average) {
        double sum = 0;
        for (int piece = 0; piece < pieces; piece++) {
            int at = (sample * pieces + piece) * 3 * channels;
            for (int c = cut.first(group); c < cut.first(group + 1); c++) {
                double shift = parts[at + c] - average;
                sum += parts[at + 2 * channels + c] + shift * (2.0 * parts[at + channels + c] + cut.rowsOf(piece) * shift);
            }
        }
        return sum / cut.count();
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
        call.cut.run(
                (index, n, at, count) -> kernel.products(incoming.data(), incoming.offset() + at, in.data(), in.offset() + at, count,
                        channels, centre[n], parts, index * 2 * channels),
                n -> {
                    totals[n] = call.total(parts, n);
                    call.join(totals[n], inverse[n], w, slope[n], shift[n]);
                    for (int c = 0; c < channels; c++)
                        scale[n][c] = inverse[n][c] * w[c];
                    scale[n] = call.cut.wide().repeat(scale[n]);
                    slope[n] = call.cut.wide().repeat(slope[n]);
                    shift[n] = call.cut.wide().repeat(shift[n]);
                }, (n, at, count, width) -> kernel.gradient(incoming.data(), incoming.offset() + at, in.data(), in.offset() + at, count,
                        width, centre[n], scale[n], slope[n], shift[n], out.data(), out.offset() + at));
        Layouts.finish(out, dx);
        var dw = new double[channels];
        var db = new double[channels];
        for (int n = 0; n < call.samples && call.cut.pixels() > 0; n++)    // groups without elements have no statistics
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
            for (int c = cut.first(g); c < cut.first(g + 1); c++) {
                sum += total[c] * w[c];
                product += total[channels + c] * w[c];
            }
            for (int c = cut.first(g); c < cut.first(g + 1); c++) {
                double r = rstd[c];
                slope[c] = (float) (-r * r * r * product / cut.count());
                shift[c] = (float) (-r * sum / cut.count());
            }
        }
    }

    /// What belongs to a group (`[N, G]`) for each of its channels.
    private float[][] perChannel(View view) {
        var values = new float[samples][channels];
        for (int n = 0; n < samples; n++) {
            for (int c = 0; c < channels; c++)
                values[n][c] = view.heap().floats()[cut.ofChannel(view, n, c)];
            values[n] = cut.wide().repeat(values[n]);
        }
        return values;
    }

    private static void put(double value, View to, int sample, int group) {
        to.heap().floats()[SamplePieces.at(to, sample, group)] = (float) value;
    }

    private static float[] floats(double[] values) {
        var result = new float[values.length];
        for (int c = 0; c < result.length; c++)
            result[c] = (float) values[c];
        return result;
    }
}
