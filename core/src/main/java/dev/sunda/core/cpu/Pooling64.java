package dev.sunda.core.cpu;

import dev.sunda.core.op.PoolSpec;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;
import java.util.Arrays;

/// [Pooling] of F64: the same windows, with plain loops over channels.
final class Pooling64 {
    private Pooling64() {
    }

    static void maxPool(PoolSpec spec, View x, boolean relu, View out, View index) {
        if (out.shape().numel() == 0)
            return;
        var grid = Im2colGrid.forward(spec.axes());
        View in = Layouts64.read(x);
        View result = Layouts64.target(out);
        boolean direct = index != null && Layouts.isChannelsLast(index.layout());
        int[] where = direct ? index.heap().ints() : new int[out.shape().numel()];
        int offset = direct ? index.layout().offset() : 0;
        int channels = spec.channels();
        int step = Pooling.step(spec);
        double[] to = result.heap().doubles();
        Pooling.eachRun(grid, spec.batch(), channels, (position, length, image, seen, at, within) -> {
            int oi = result.layout().offset() + position * channels;
            int io = offset + position * channels;
            if (seen == 0) {
                Arrays.fill(to, oi, oi + length * channels, relu ? 0 : Double.NEGATIVE_INFINITY);
                Arrays.fill(where, io, io + length * channels, Pooling.NOWHERE);
                return;
            }
            Pooling.locate(grid, image, seen, at, within, channels, in.layout().offset());
            for (int p = 0; p < length; p++)
                max(in.heap().doubles(), at, within, seen, p * step, channels, to, oi + p * channels, where, io + p * channels);
            for (int i = oi; i < oi + length * channels && relu; i++)
                to[i] = UnaryOp.RELU.value(to[i]);
        });
        Layouts64.finish(result, out);
        if (index != null && !direct)
            Layouts.scatter(where, index);
    }

    private static void max(double[] x, int[] at, int[] within, int taps, int shift, int channels, double[] out, int oi, int[] index,
            int io) {
        System.arraycopy(x, at[0] + shift * channels, out, oi, channels);
        Arrays.fill(index, io, io + channels, within[0] + shift);
        for (int t = 1; t < taps; t++) {
            int from = at[t] + shift * channels;
            int where = within[t] + shift;
            for (int c = 0; c < channels; c++) {
                double best = out[oi + c];
                double value = x[from + c];
                boolean take = value > best || value != value;
                out[oi + c] = take ? value : best;
                index[io + c] = take ? where : index[io + c];
            }
        }
    }

    static void maxPoolScatter(PoolSpec spec, View dy, View index, View dx) {
        if (dx.shape().numel() == 0)
            return;
        View gradient = Layouts64.read(dy);
        View result = Layouts64.target(dx);
        boolean direct = Layouts.isChannelsLast(index.layout());
        int[] where = direct ? index.heap().ints() : Layouts.gather(index);
        int offset = direct ? index.layout().offset() : 0;
        int channels = spec.channels();
        int image = dx.shape().numel() / spec.batch();
        int positions = dy.shape().numel() / spec.batch() / channels;
        double[] from = gradient.heap().doubles();
        double[] to = result.heap().doubles();
        Parallel.forChunks(spec.batch(), 1, (n, _, _) -> {           // windows of one image may write to the same pixels
            int base = result.layout().offset() + n * image;
            Arrays.fill(to, base, base + image, 0);
            for (int p = n * positions; p < (n + 1) * positions; p++)
                for (int c = 0; c < channels; c++) {
                    int pixel = where[offset + p * channels + c];
                    if (pixel != Pooling.NOWHERE)
                        to[base + pixel * channels + c] += from[gradient.layout().offset() + p * channels + c];
                }
        });
        Layouts64.finish(result, dx);
    }

    static void maxPoolGather(PoolSpec spec, View x, View index, View out) {
        if (out.shape().numel() == 0)
            return;
        View in = Layouts64.read(x);
        View result = Layouts64.target(out);
        boolean direct = Layouts.isChannelsLast(index.layout());
        int[] where = direct ? index.heap().ints() : Layouts.gather(index);
        int offset = direct ? index.layout().offset() : 0;
        int channels = spec.channels();
        int image = x.shape().numel() / spec.batch();
        int outputs = out.shape().numel() / spec.batch();
        double[] from = in.heap().doubles();
        double[] to = result.heap().doubles();
        Parallel.forChunks(spec.batch(), 1, (n, _, _) -> {
            int base = in.layout().offset() + n * image;
            for (int i = n * outputs; i < (n + 1) * outputs; i++) {
                int pixel = where[offset + i];
                to[result.layout().offset() + i] = pixel == Pooling.NOWHERE ? 0 : from[base + pixel * channels + i % channels];
            }
        });
        Layouts64.finish(result, out);
    }

    static void avgPool(PoolSpec spec, View x, View out) {
        if (out.shape().numel() == 0)
            return;
        var grid = Im2colGrid.forward(spec.axes());
        View in = Layouts64.read(x);
        View result = Layouts64.target(out);
        int channels = spec.channels();
        float[] divisors = Pooling.divisors(spec, grid);             // whole numbers
        int step = Pooling.step(spec);
        double[] from = in.heap().doubles();
        double[] to = result.heap().doubles();
        Pooling.eachRun(grid, spec.batch(), channels, (position, length, _, seen, at, _) -> {
            for (int p = 0; p < length; p++) {
                int oi = result.layout().offset() + (position + p) * channels;
                Arrays.fill(to, oi, oi + channels, 0);
                for (int t = 0; t < seen; t++)
                    add(from, in.layout().offset() + (at[t] + p * step) * channels, 1, to, oi, channels);
                divide(to, oi, divisors[(position + p) % divisors.length], channels);
            }
        });
        Layouts64.finish(result, out);
    }

    static void avgPoolBackward(PoolSpec spec, View dy, View dx) {
        if (dx.shape().numel() == 0)
            return;
        var grid = Im2colGrid.backward(spec.axes());
        View gradient = Layouts64.read(dy);
        View result = Layouts64.target(dx);
        int channels = spec.channels();
        float[] divisors = Pooling.divisors(spec, Im2colGrid.forward(spec.axes()));
        double[] from = gradient.heap().doubles();
        double[] to = result.heap().doubles();
        Pooling.eachRun(grid, spec.batch(), channels, (position, length, _, seen, window, _) -> {
            for (int p = 0; p < length; p++) {
                int oi = result.layout().offset() + (position + p) * channels;
                Arrays.fill(to, oi, oi + channels, 0);
                for (int t = 0; t < seen; t++)
                    add(from, gradient.layout().offset() + (window[t] + p) * channels, divisors[(window[t] + p) % divisors.length], to, oi,
                            channels);
            }
        });
        Layouts64.finish(result, dx);
    }

    private static void add(double[] x, int xi, double divisor, double[] sums, int si, int n) {
        for (int c = 0; c < n; c++)
            sums[si + c] += x[xi + c] / divisor;
    }

    private static void divide(double[] x, int xi, double divisor, int n) {
        for (int c = 0; c < n; c++)
            x[xi + c] /= divisor;
    }
}
