package dev.sunda.core.cpu;

import dev.sunda.core.op.AxisMap;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/// Linear maps along neighbouring axes of F32 and F64 tensors, in one pass.
///
/// Memory is a row of blocks `[rows, positions, inner]`: the last mapped axis has the positions, those before it the rows, and `inner`
/// numbers lie inside: the channels of a pixel where an image is stored channels-last. A line of the result is made from one line, the
/// weighted sum of the input's rows, which stays in the first cache. With one mapped axis there is one row, which is read in place.
final class AxisMaps {
    private static final TapMath MATH = TapMath.CHOSEN;
    /// Products a thread takes at once.
    private static final int CHUNK = 128 * 1024;

    private final Taps rows;
    private final Taps line;
    private final int inner;
    private final int offset;
    private final int to;
    private final int blocks;

    private AxisMaps(List<AxisMap> maps, View x, int dim, View out) {
        int last = maps.size() - 1;
        rows = Taps.of(maps.subList(0, last));
        line = Taps.of(maps.subList(last, last + 1));
        inner = out.layout().stride(dim + last);
        offset = x.layout().offset();
        to = out.layout().offset();
        blocks = out.shape().numel() / Math.max(1, rows.out() * line.out() * inner);
    }

    /// The work of one thread.
    private interface Lines {
        /// Positions from `first` to below `end` of row `i` of a result, which begins at `to`, from the block at `from`.
        void run(int i, int from, int to, int first, int end);
    }

    static void map(List<AxisMap> maps, View x, int dim, View out) {
        var call = new AxisMaps(maps, x, dim, out);
        float[] from = x.heap().floats();
        float[] result = out.heap().floats();
        call.forEach(() -> {
            var sum = new float[call.rows.copies ? 0 : call.width()];
            return (i, block, to, first, end) -> {
                if (call.rows.copies) {
                    MATH.rows(call.line, from, block + call.rows.index[i] * call.width(), call.inner, result, to, first, end);
                } else {
                    MATH.rows(call.rows, from, block, call.width(), sum, -i * call.width(), i, i + 1);
                    MATH.rows(call.line, sum, 0, call.inner, result, to, first, end);
                }
            };
        });
    }

    static void map64(List<AxisMap> maps, View x, int dim, View out) {
        var call = new AxisMaps(maps, x, dim, out);
        double[] from = x.heap().doubles();
        double[] result = out.heap().doubles();
        call.forEach(() -> {
            var sum = new double[call.rows.copies ? 0 : call.width()];
            return (i, block, to, first, end) -> {
                if (call.rows.copies) {
                    rows64(call.line, from, block + call.rows.index[i] * call.width(), call.inner, result, to, first, end);
                } else {
                    rows64(call.rows, from, block, call.width(), sum, -i * call.width(), i, i + 1);
                    rows64(call.line, sum, 0, call.inner, result, to, first, end);
                }
            };
        });
    }

    private static void rows64(Taps taps, double[] x, int from, int n, double[] out, int to, int first, int end) {
        for (int i = first; i < end; i++)
            row64(taps, i, x, from, n, out, to + i * n);
    }

    private static void row64(Taps taps, int i, double[] x, int from, int n, double[] out, int to) {
        Arrays.fill(out, to, to + n, 0);
        for (int t = taps.start[i]; t < taps.start[i + 1]; t++)
            add(taps.weight[t], x, from + taps.index[t] * n, out, to, n);
    }

    private static void add(double w, double[] x, int xi, double[] out, int oi, int n) {
        for (int c = 0; c < n; c++)
            out[oi + c] += w * x[xi + c];
    }

    private int width() {
        return line.in * inner;
    }

    /// Hands out lines, or parts of them if their sums need not be made first.
    private void forEach(Supplier<Lines> threads) {
        int positions = line.out();
        long position = (long) line.mean() * inner;
        long sum = rows.copies ? 0 : (long) rows.mean() * width();
        int together = rows.copies ? 1 : Math.max(1, positions);
        int chunk = together * (int) Math.max(1, CHUNK / (sum + together * position));
        Parallel.forChunks(blocks * rows.out() * positions, chunk, (_, from, end) -> {
            Lines lines = threads.get();
            for (int done = from; done < end;) {
                int row = done / positions;
                int first = done - row * positions;
                int count = Math.min(positions - first, end - done);
                lines.run(row % rows.out(), offset + row / rows.out() * rows.in * width(), to + row * positions * inner, first,
                        first + count);
                done += count;
            }
        });
    }
}
