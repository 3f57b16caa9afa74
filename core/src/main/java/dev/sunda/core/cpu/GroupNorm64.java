package dev.sunda.core.cpu;

import dev.sunda.core.cpu.Layouts64.Dense;
import dev.sunda.core.cpu.Scratch64.Role;
import dev.sunda.core.spi.View;

/// [GroupNorm] of F64, with the loops of [ChannelNorm64] and the same pieces.
final class GroupNorm64 {
    private final SamplePieces cut;
    private final int samples;
    private final int channels;
    private final int groups;
    private final int pieces;                                        // of a sample

    private GroupNorm64(ChannelNorm64Kernel kernel, View x, View mean) {
        cut = SamplePieces.of(kernel.held(), x, mean);
        samples = cut.samples();
        channels = cut.channels();
        groups = cut.groups();
        pieces = cut.pieces();
    }

    static void forward(ChannelNorm64Kernel kernel, View x, View weight, View bias, double eps, View mean, View variance, View y) {
        var call = new GroupNorm64(kernel, x, mean);
        Dense in = Dense.of(Layouts64.read(x));
        View result = Layouts64.target(y);
        Dense out = Dense.of(result);
        int channels = call.channels;
        double[] w = ChannelNorm64.read(weight, channels, 1);
        double[] shift = call.cut.wide().repeat(ChannelNorm64.read(bias, channels, 0));
        double[] parts = Scratch64.doubles(Role.PARTIAL, Math.multiplyExact(call.samples * call.pieces, 3 * channels));
        var centre = new double[call.samples][];
        var scale = new double[call.samples][];
        call.cut.run((index, _, at, count) -> ChannelNorm64.moments(kernel, in.data(), in.offset() + at, count, channels, parts,
                index * 3 * channels), n -> {
                    centre[n] = new double[channels];
                    scale[n] = new double[channels];
                    for (int g = 0; g < call.groups; g++) {
                        double average = call.average(parts, n, g);
                        double spread = call.spread(parts, n, g, average);
                        mean.heap().doubles()[SamplePieces.at(mean, n, g)] = average;
                        variance.heap().doubles()[SamplePieces.at(variance, n, g)] = spread;
                        double rstd = 1 / Math.sqrt(spread + eps);
                        for (int c = call.cut.first(g); c < call.cut.first(g + 1); c++) {
                            centre[n][c] = average;
                            scale[n][c] = rstd * w[c];
                        }
                    }
                    centre[n] = call.cut.wide().repeat(centre[n]);
                    scale[n] = call.cut.wide().repeat(scale[n]);
                }, (n, at, count, width) -> kernel.normalize(in.data(), in.offset() + at, count, width, centre[n], scale[n], shift,
                        Double.NEGATIVE_INFINITY, out.data(), out.offset() + at));
        Layouts64.finish(result, y);
    }

    private double average(double[] parts, int sample, int group) {
        double sum = 0;
        for (int piece = 0; piece < pieces; piece++) {
            int at = (sample * pieces + piece) * 3 * channels;
            for (int c = cut.first(group); c < cut.first(group + 1); c++)
                sum += parts[at + c] * cut.rowsOf(piece) + parts[at + channels + c];
        }
        return sum / cut.count();
    }

    /// The mean square of differences to `average`, from those to the pilots.
    private double spread(double[] parts, int sample, int group, double average) {
        double sum = 0;
        for (int piece = 0; piece < pieces; piece++) {
            int at = (sample * pieces + piece) * 3 * channels;
            for (int c = cut.first(group); c < cut.first(group + 1); c++)
                sum += ChannelNorm64.about(average, parts, at + c, channels, cut.rowsOf(piece));
        }
        return sum / cut.count();
    }

    static void backward(ChannelNorm64Kernel kernel, View dy, View x, View mean, View rstd, View weight, View dx, View dweight,
            View dbias) {
        var call = new GroupNorm64(kernel, x, mean);
        Dense in = Dense.of(Layouts64.read(x));
        Dense incoming = Dense.of(Layouts64.read(dy));
        View result = Layouts64.target(dx);
        Dense out = Dense.of(result);
        int channels = call.channels;
        double[][] centre = call.perChannel(mean);
        double[][] inverse = call.perChannel(rstd);
        double[] w = ChannelNorm64.read(weight, channels, 1);
        double[] parts = Scratch64.doubles(Role.PARTIAL, Math.multiplyExact(call.samples * call.pieces, 2 * channels));
        var scale = new double[call.samples][channels];
        var slope = new double[call.samples][channels];
        var shift = new double[call.samples][channels];
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
        Layouts64.finish(result, dx);
        var dw = new double[channels];
        var db = new double[channels];
        for (int n = 0; n < call.samples && call.cut.pixels() > 0; n++) // groups without elements have no statistics
            for (int c = 0; c < channels; c++) {
                db[c] += totals[n][c];
                dw[c] += totals[n][channels + c] * inverse[n][c];
            }
        ChannelNorm64.write(dw, dweight);
        ChannelNorm64.write(db, dbias);
    }

    /// `sum of dy` and `sum of dy * (x - mean)` of each channel of a sample.
    private double[] total(double[] parts, int sample) {
        var total = new double[2 * channels];
        for (int piece = 0; piece < pieces; piece++)
            for (int c = 0; c < total.length; c++)
                total[c] += parts[(sample * pieces + piece) * total.length + c];
        return total;
    }

    /// As in [GroupNorm].
    private void join(double[] total, double[] rstd, double[] w, double[] slope, double[] shift) {
        for (int g = 0; g < groups; g++) {
            double sum = 0;
            double product = 0;
            for (int c = cut.first(g); c < cut.first(g + 1); c++) {
                sum += total[c] * w[c];
                product += total[channels + c] * w[c];
            }
            for (int c = cut.first(g); c < cut.first(g + 1); c++) {
                double r = rstd[c];
                slope[c] = -r * r * r * product / cut.count();
                shift[c] = -r * sum / cut.count();
            }
        }
    }

    /// What belongs to a group (`[N, G]`) for each of its channels.
    private double[][] perChannel(View view) {
        var values = new double[samples][channels];
        for (int n = 0; n < samples; n++) {
            for (int c = 0; c < channels; c++)
                values[n][c] = view.heap().doubles()[cut.ofChannel(view, n, c)];
            values[n] = cut.wide().repeat(values[n]);
        }
        return values;
    }
}
