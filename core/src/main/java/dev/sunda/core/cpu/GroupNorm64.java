package dev.sunda.core.cpu;

import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;

/// [GroupNorm] of F64: one sample after the other, each in channels-last order; the variance from differences to the mean.
final class GroupNorm64 {
    private static final int CHUNK = 16 * 1024;

    private final int samples;
    private final int channels;
    private final int groups;
    private final int pixels;

    private GroupNorm64(View x, View mean) {
        samples = x.shape().size(0);
        channels = x.shape().size(1);
        groups = mean.shape().size(1);
        pixels = x.shape().numel() / Math.max(1, samples * channels);
    }

    static void forward(View x, View weight, View bias, double eps, View mean, View variance, View y) {
        var call = new GroupNorm64(x, mean);
        View in = Layouts64.read(x);
        View out = Layouts64.target(y);
        double[] w = vector(weight, call.channels, 1);
        double[] b = vector(bias, call.channels, 0);
        call.forSamples((n, at) -> call.forward(in, out, n, at, w, b, eps, mean, variance));
        Layouts64.finish(out, y);
    }

    private void forward(View in, View out, int n, int at, double[] w, double[] b, double eps, View mean, View variance) {
        double[] values = in.heap().doubles();
        int from = in.layout().offset() + at;
        double[] centre = sums(values, from, new double[channels], false);
        divide(centre);
        double[] scale = sums(values, from, centre, true);
        divide(scale);
        for (int g = 0; g < groups; g++) {
            put(channels == 0 ? Double.NaN : centre[first(g)], mean, n, g);
            put(channels == 0 ? Double.NaN : scale[first(g)], variance, n, g);
        }
        for (int c = 0; c < channels; c++)
            scale[c] = 1 / Math.sqrt(scale[c] + eps) * w[c];
        double[] result = out.heap().doubles();
        int to = out.layout().offset() + at;
        for (int i = 0; i < pixels * channels; i += channels)
            for (int c = 0; c < channels; c++)
                result[to + i + c] = (values[from + i + c] - centre[c]) * scale[c] + b[c];
    }

    /// For each channel of a sample the sum of the elements, or of the squares of their differences to `centre`.
    private double[] sums(double[] values, int from, double[] centre, boolean squares) {
        var sums = new double[channels];
        for (int i = from; i < from + pixels * channels; i += channels)
            for (int c = 0; c < channels; c++) {
                double centred = values[i + c] - centre[c];
                sums[c] += squares ? centred * centred : centred;
            }
        return sums;
    }

    static void backward(View dy, View x, View mean, View rstd, View weight, View dx, View dweight, View dbias) {
        var call = new GroupNorm64(x, mean);
        View in = Layouts64.read(x);
        View incoming = Layouts64.read(dy);
        View out = Layouts64.target(dx);
        double[] w = vector(weight, call.channels, 1);
        var dw = new double[call.samples][call.channels];
        var db = new double[call.samples][call.channels];
        call.forSamples((n, at) -> call.backward(incoming, in, out, at, call.perChannel(mean, n), call.perChannel(rstd, n), w, dw[n],
                db[n]));
        Layouts64.finish(out, dx);
        write(dw, dweight);
        write(db, dbias);
    }

    private void backward(View incoming, View in, View out, int at, double[] centre, double[] rstd, double[] w, double[] dw, double[] db) {
        double[] dy = incoming.heap().doubles();
        double[] x = in.heap().doubles();
        double[] dx = out.heap().doubles();
        int di = incoming.layout().offset() + at;
        int xi = in.layout().offset() + at;
        int oi = out.layout().offset() + at;
        for (int i = 0; i < pixels * channels; i += channels)
            for (int c = 0; c < channels; c++) {
                dw[c] += dy[di + i + c] * ((x[xi + i + c] - centre[c]) * rstd[c]);
                db[c] += dy[di + i + c];
            }
        var sum = new double[channels];
        var product = new double[channels];
        for (int c = 0; c < channels; c++) {
            sum[c] = db[c] * w[c];
            product[c] = dw[c] * w[c];
        }
        divide(sum);
        divide(product);
        for (int i = 0; i < pixels * channels; i += channels)
            for (int c = 0; c < channels; c++) {
                double xhat = (x[xi + i + c] - centre[c]) * rstd[c];
                dx[oi + i + c] = rstd[c] * (dy[di + i + c] * w[c] - sum[c] - xhat * product[c]);
            }
    }

    /// From sums of channels to the mean of the group, in the place of each of its channels.
    private void divide(double[] sums) {
        for (int g = 0; g < groups; g++) {
            double total = 0;
            for (int c = first(g); c < first(g + 1); c++)
                total += sums[c];
            for (int c = first(g); c < first(g + 1); c++)
                sums[c] = total / ((double) (channels / groups) * pixels);
        }
    }

    /// Works on one sample.
    @FunctionalInterface
    private interface Sample {
        /// @param at where it begins behind the beginning of the first one
        void run(int n, int at);
    }

    private void forSamples(Sample body) {
        Parallel.forChunks(samples, Math.max(1, CHUNK / Math.max(1, pixels * channels)), (_, from, to) -> {
            for (int n = from; n < to; n++)
                body.run(n, n * pixels * channels);
        });
    }

    /// First channel of a group.
    private int first(int group) {
        return group * (channels / groups);
    }

    private double[] perChannel(View view, int n) {
        var values = new double[channels];
        for (int c = 0; c < channels; c++)
            values[c] = view.heap().doubles()[at(view, n, c / (channels / groups))];
        return values;
    }

    private static void put(double value, View to, int n, int group) {
        to.heap().doubles()[at(to, n, group)] = value;
    }

    private static int at(View view, int n, int group) {
        var layout = view.layout();
        return layout.offset() + n * layout.stride(0) + group * layout.stride(1);
    }

    private static double[] vector(View view, int channels, double missing) {
        var values = new double[channels];
        for (int c = 0; c < channels; c++)
            values[c] = view == null ? missing : view.heap().doubles()[view.layout().offset() + c * view.layout().stride(0)];
        return values;
    }

    /// The sums over samples, in their order.
    private static void write(double[][] parts, View to) {
        for (int c = 0; c < to.shape().size(0); c++) {
            double total = 0;
            for (double[] part : parts)
                total += part[c];
            to.heap().doubles()[to.layout().offset() + c * to.layout().stride(0)] = total;
        }
    }
}
