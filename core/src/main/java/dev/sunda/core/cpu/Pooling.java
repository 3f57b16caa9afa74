package dev.sunda.core.cpu;

import dev.sunda.core.cpu.GemmScratch.Role;
import dev.sunda.core.cpu.Layouts.Dense;
import dev.sunda.core.op.PoolSpec;
import dev.sunda.core.op.Window;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;
import java.util.Arrays;

/// Maxima and means of windows over one to three spatial axes, in channels-last order.
final class Pooling {
    private static final int CHUNK_FLOATS = 32 * 1024;
    /// The index of a window that lies in the padding altogether.
    static final int NOWHERE = -1;

    private Pooling() {
    }

    /// Largest element of each window and its row-major position (`I32`) within the spatial axes of `x`; the first of equal elements
    /// wins, NaN wins over everything, the last one of several. A window without pixels gives minus infinity and the index -1. With `relu`
    /// the value is the larger of that and 0.
    ///
    /// @param index may be null
    static void maxPool(PoolSpec spec, View x, boolean relu, View out, View index) {
        maxPool(PoolingKernel.ACTIVE, spec, x, relu, out, index);
    }

    static void maxPool(PoolingKernel kernel, PoolSpec spec, View x, boolean relu, View out, View index) {
        if (out.shape().numel() == 0)
            return;
        var grid = Im2colGrid.forward(spec.axes());
        Dense in = Layouts.read(x, Role.SOURCE);
        Dense result = Layouts.target(out, Role.RESULT);
        boolean direct = index != null && Layouts.isChannelsLast(index.layout());
        int[] where = direct ? index.heap().ints() : index == null ? null : new int[out.shape().numel()];
        int offset = direct ? index.layout().offset() : 0;
        float least = relu ? 0 : Float.NEGATIVE_INFINITY;
        int channels = spec.channels();
        int step = step(spec);
        eachRun(grid, spec.batch(), channels, (position, length, image, seen, at, within) -> {
            int to = result.offset() + position * channels;
            int io = offset + position * channels;
            if (seen == 0) {
                Arrays.fill(result.data(), to, to + length * channels, least);
                if (where != null)
                    Arrays.fill(where, io, io + length * channels, NOWHERE);
                return;
            }
            locate(grid, image, seen, at, within, channels, in.offset());
            if (where == null)
                kernel.largest(in.data(), at, seen, step, length, channels, least, result.data(), to);
            else
                kernel.max(in.data(), at, within, seen, step, length, channels, least, result.data(), to, where, io);
        });
        Layouts.finish(result, out);
        if (where != null && !direct)
            Layouts.scatter(where, index);
    }

    /// `dx[n,c,index[n,c,y]] += dy[n,c,y]` into zeros; `index` comes from [#maxPool] with the same `spec`.
    static void maxPoolScatter(PoolSpec spec, View dy, View index, View dx) {
        maxPoolScatter(PoolingKernel.ACTIVE, spec, dy, index, dx);
    }

    static void maxPoolScatter(PoolingKernel kernel, PoolSpec spec, View dy, View index, View dx) {
        if (dx.shape().numel() == 0)
            return;
        var grid = Im2colGrid.forward(spec.axes());
        Dense gradient = Layouts.read(dy, Role.SOURCE);
        Dense result = Layouts.target(dx, Role.RESULT);
        boolean direct = Layouts.isChannelsLast(index.layout());
        int[] where = direct ? index.heap().ints() : Layouts.gather(index);
        int offset = direct ? index.layout().offset() : 0;
        int channels = spec.channels();
        int image = dx.shape().numel() / spec.batch();
        boolean apart = spec.axes().stream().allMatch(a -> a.stride() >= a.span());
        if (!spec.axes().stream().allMatch(Pooling::isTiled))
            Parallel.forChunks(spec.batch(), 1,
                    (n, _, _) -> Arrays.fill(result.data(), result.offset() + n * image, result.offset() + (n + 1) * image, 0));
        int step = step(spec);
        Im2colGrid.Visitor visitor = (position, length, number, seen, at, within) -> {
            locate(grid, number, seen, at, within, channels, result.offset());
            kernel.spread(gradient.data(), gradient.offset() + position * channels, where, offset + position * channels, at, within, seen,
                    step, length, channels, !apart, result.data());
        };
        if (apart)
            eachRun(grid, spec.batch(), channels, visitor);
        else                                                         // windows of one image write to the same pixels
            Parallel.forChunks(spec.batch(), 1, (n, _, _) -> grid.visit(n * grid.rows(), (n + 1) * grid.rows(), visitor));
        Layouts.finish(result, dx);
    }

    /// True if the windows cover every pixel exactly once.
    static boolean isTiled(Window axis) {
        return axis.stride() == axis.kernel() && (axis.dilation() == 1 || axis.kernel() == 1) && axis.padBefore() == 0
                && axis.in() == axis.out() * axis.stride();
    }

    /// `out[n,c,y] = x[n,c,index[n,c,y]]`, 0 where the window had no pixels.
    static void maxPoolGather(PoolSpec spec, View x, View index, View out) {
        if (out.shape().numel() == 0)
            return;
        var grid = Im2colGrid.forward(spec.axes());
        Dense in = Layouts.read(x, Role.SOURCE);
        Dense result = Layouts.target(out, Role.RESULT);
        boolean direct = Layouts.isChannelsLast(index.layout());
        int[] where = direct ? index.heap().ints() : Layouts.gather(index);
        int offset = direct ? index.layout().offset() : 0;
        int channels = spec.channels();
        int positions = grid.positions();
        Parallel.forChunks(spec.batch() * positions, Math.max(1, CHUNK_FLOATS / channels), (_, from, to) -> {
            for (int p = from; p < to; p++)
                for (int c = 0; c < channels; c++) {
                    int pixel = where[offset + p * channels + c];
                    result.data()[result.offset() + p * channels + c] = pixel == NOWHERE ? 0
                            : in.data()[in.offset() + (p / positions * grid.pixels() + pixel) * channels + c];
                }
        });
        Layouts.finish(result, out);
    }

    /// Mean of each window, divided by what the spec counts; 0 if that is nothing.
    static void avgPool(PoolSpec spec, View x, View out) {
        avgPool(PoolingKernel.ACTIVE, spec, x, out);
    }

    static void avgPool(PoolingKernel kernel, PoolSpec spec, View x, View out) {
        if (out.shape().numel() == 0)
            return;
        var grid = Im2colGrid.forward(spec.axes());
        Dense in = Layouts.read(x, Role.SOURCE);
        Dense result = Layouts.target(out, Role.RESULT);
        int channels = spec.channels();
        float[] divisors = divisors(spec, grid);
        int step = step(spec);
        eachRun(grid, spec.batch(), channels, (position, length, _, seen, at, _) -> {
            for (int t = 0; t < seen; t++)
                at[t] = in.offset() + at[t] * channels;
            for (int p = position; p < position + length; p++) {
                kernel.mean(in.data(), at, seen, divisors[p % divisors.length], channels, result.data(), result.offset() + p * channels);
                for (int t = 0; t < seen; t++)
                    at[t] += step * channels;
            }
        });
        Layouts.finish(result, out);
    }

    /// The gradient of [#avgPool]: each input pixel collects from the windows that saw it.
    static void avgPoolBackward(PoolSpec spec, View dy, View dx) {
        avgPoolBackward(PoolingKernel.ACTIVE, spec, dy, dx);
    }

    static void avgPoolBackward(PoolingKernel kernel, PoolSpec spec, View dy, View dx) {
        if (dx.shape().numel() == 0)
            return;
        var grid = Im2colGrid.backward(spec.axes());
        Dense gradient = Layouts.read(dy, Role.SOURCE);
        Dense result = Layouts.target(dx, Role.RESULT);
        int channels = spec.channels();
        float[] divisors = divisors(spec, Im2colGrid.forward(spec.axes()));
        eachRun(grid, spec.batch(), channels, (position, length, _, seen, window, at) -> {
            float[] divisor = new float[seen];
            for (int p = 0; p < length; p++) {
                for (int t = 0; t < seen; t++) {
                    divisor[t] = divisors[(window[t] + p) % divisors.length];
                    at[t] = gradient.offset() + (window[t] + p) * channels;
                }
                kernel.average(gradient.data(), at, divisor, seen, channels, result.data(), result.offset() + (position + p) * channels);
            }
        });
        Layouts.finish(result, dx);
    }

    /// What the mean at each position of one image is divided by; 1 where nothing counts, so that the mean is 0.
    static float[] divisors(PoolSpec spec, Im2colGrid grid) {
        int axes = spec.axes().size();
        float[] divisors = new float[grid.positions()];
        for (int p = 0; p < divisors.length; p++) {
            int count = 1;
            for (int axis = axes - 1, left = p; axis >= 0; axis--) {
                count *= spec.count(axis, left % spec.axes().get(axis).out());
                left /= spec.axes().get(axis).out();
            }
            divisors[p] = Math.max(1, count);
        }
        return divisors;
    }

    /// Pixels from a window to the next one along the last axis.
    static int step(PoolSpec spec) {
        return spec.axes().isEmpty() ? 1 : spec.axes().getLast().stride();
    }

    /// Visits the runs of windows of all images, on several threads.
    static void eachRun(Im2colGrid grid, int batch, int channels, Im2colGrid.Visitor visitor) {
        int chunk = Math.max(1, CHUNK_FLOATS / Math.max(1, grid.width().positions() * channels));
        Parallel.forChunks(Math.multiplyExact(batch, grid.rows()), chunk, (_, from, to) -> grid.visit(from, to, visitor));
    }

    /// Turns pixel numbers into array positions (`at`) and positions within the image (`within`).
    static void locate(Im2colGrid grid, int image, int seen, int[] at, int[] within, int channels, int offset) {
        for (int t = 0; t < seen; t++) {
            within[t] = at[t] - image * grid.pixels();
            at[t] = offset + at[t] * channels;
        }
    }
}
