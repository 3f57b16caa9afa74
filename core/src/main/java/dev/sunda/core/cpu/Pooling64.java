package dev.sunda.core.cpu;

import dev.sunda.core.cpu.Layouts64.Dense;
import dev.sunda.core.op.PoolSpec;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;
import java.util.Arrays;

/// [Pooling] of F64: the same windows, runs and results.
final class Pooling64 {
    private static final int CHUNK = 16 * 1024;

    private Pooling64() {
    }

    static void maxPool(Pooling64Kernel kernel, PoolSpec spec, View x, boolean relu, View out, View index) {
        if (out.shape().numel() == 0)
            return;
        var grid = Im2colGrid.forward(spec.axes());
        Dense in = Dense.of(Layouts64.read(x));
        View result = Layouts64.target(out);
        Dense to = Dense.of(result);
        boolean direct = index != null && Layouts.isChannelsLast(index.layout());
        int[] where = direct ? index.heap().ints() : index == null ? null : new int[out.shape().numel()];
        int offset = direct ? index.layout().offset() : 0;
        double least = relu ? 0 : Double.NEGATIVE_INFINITY;
        int channels = spec.channels();
        int step = Pooling.step(spec);
        Pooling.eachRun(grid, spec.batch(), channels, (position, length, image, seen, at, within) -> {
            int oo = to.offset() + position * channels;
            int io = offset + position * channels;
            if (seen == 0) {
                Arrays.fill(to.data(), oo, oo + length * channels, least);
                if (where != null)
                    Arrays.fill(where, io, io + length * channels, Pooling.NOWHERE);
                return;
            }
            Pooling.locate(grid, image, seen, at, within, channels, in.offset());
            if (where == null)
                kernel.largest(in.data(), at, seen, step, length, channels, least, to.data(), oo);
            else
                kernel.max(in.data(), at, within, seen, step, length, channels, least, to.data(), oo, where, io);
        });
        Layouts64.finish(result, out);
        if (where != null && !direct)
            Layouts.scatter(where, index);
    }

    static void maxPoolScatter(Pooling64Kernel kernel, PoolSpec spec, View dy, View index, View dx) {
        if (dx.shape().numel() == 0)
            return;
        var grid = Im2colGrid.forward(spec.axes());
        Dense gradient = Dense.of(Layouts64.read(dy));
        View result = Layouts64.target(dx);
        Dense to = Dense.of(result);
        boolean direct = Layouts.isChannelsLast(index.layout());
        int[] where = direct ? index.heap().ints() : Layouts.gather(index);
        int offset = direct ? index.layout().offset() : 0;
        int channels = spec.channels();
        int image = dx.shape().numel() / spec.batch();
        boolean apart = spec.axes().stream().allMatch(a -> a.stride() >= a.span());
        if (!spec.axes().stream().allMatch(Pooling::isTiled))
            Parallel.forChunks(spec.batch(), 1,
                    (n, _, _) -> Arrays.fill(to.data(), to.offset() + n * image, to.offset() + (n + 1) * image, 0));
        int step = Pooling.step(spec);
        Im2colGrid.Visitor visitor = (position, length, number, seen, at, within) -> {
            Pooling.locate(grid, number, seen, at, within, channels, to.offset());
            kernel.spread(gradient.data(), gradient.offset() + position * channels, where, offset + position * channels, at, within, seen,
                    step, length, channels, !apart, to.data());
        };
        if (apart)
            Pooling.eachRun(grid, spec.batch(), channels, visitor);
        else                                                         // windows of one image write to the same pixels
            Parallel.forChunks(spec.batch(), 1, (n, _, _) -> grid.visit(n * grid.rows(), (n + 1) * grid.rows(), visitor));
        Layouts64.finish(result, dx);
    }

    static void maxPoolGather(PoolSpec spec, View x, View index, View out) {
        if (out.shape().numel() == 0)
            return;
        var grid = Im2colGrid.forward(spec.axes());
        Dense in = Dense.of(Layouts64.read(x));
        View result = Layouts64.target(out);
        Dense to = Dense.of(result);
        boolean direct = Layouts.isChannelsLast(index.layout());
        int[] where = direct ? index.heap().ints() : Layouts.gather(index);
        int offset = direct ? index.layout().offset() : 0;
        int channels = spec.channels();
        int positions = grid.positions();
        Parallel.forChunks(spec.batch() * positions, Math.max(1, CHUNK / channels), (_, from, end) -> {
            for (int p = from; p < end; p++)
                for (int c = 0; c < channels; c++) {
                    int pixel = where[offset + p * channels + c];
                    to.data()[to.offset() + p * channels + c] = pixel == Pooling.NOWHERE ? 0
                            : in.data()[in.offset() + (p / positions * grid.pixels() + pixel) * channels + c];
                }
        });
        Layouts64.finish(result, out);
    }

    static void avgPool(Pooling64Kernel kernel, PoolSpec spec, View x, View out) {
        if (out.shape().numel() == 0)
            return;
        var grid = Im2colGrid.forward(spec.axes());
        Dense in = Dense.of(Layouts64.read(x));
        View result = Layouts64.target(out);
        Dense to = Dense.of(result);
        int channels = spec.channels();
        float[] divisors = Pooling.divisors(spec, grid);             // whole numbers
        int step = Pooling.step(spec);
        Pooling.eachRun(grid, spec.batch(), channels, (position, length, _, seen, at, _) -> {
            for (int t = 0; t < seen; t++)
                at[t] = in.offset() + at[t] * channels;
            for (int p = position; p < position + length; p++) {
                kernel.mean(in.data(), at, seen, divisors[p % divisors.length], channels, to.data(), to.offset() + p * channels);
                for (int t = 0; t < seen; t++)
                    at[t] += step * channels;
            }
        });
        Layouts64.finish(result, out);
    }

    static void avgPoolBackward(Pooling64Kernel kernel, PoolSpec spec, View dy, View dx) {
        if (dx.shape().numel() == 0)
            return;
        var grid = Im2colGrid.backward(spec.axes());
        Dense gradient = Dense.of(Layouts64.read(dy));
        View result = Layouts64.target(dx);
        Dense to = Dense.of(result);
        int channels = spec.channels();
        float[] divisors = Pooling.divisors(spec, Im2colGrid.forward(spec.axes()));
        Pooling.eachRun(grid, spec.batch(), channels, (position, length, _, seen, window, at) -> {
            double[] divisor = new double[seen];
            for (int p = 0; p < length; p++) {
                for (int t = 0; t < seen; t++) {
                    divisor[t] = divisors[(window[t] + p) % divisors.length];
                    at[t] = gradient.offset() + (window[t] + p) * channels;
                }
                kernel.average(gradient.data(), at, divisor, seen, channels, to.data(), to.offset() + (position + p) * channels);
            }
        });
        Layouts64.finish(result, dx);
    }
}
