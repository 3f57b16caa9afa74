package dev.sunda.core.cpu;

import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Layout;
import java.util.Arrays;

/// Copies between memory orders and element types. Changes of order, as between NCHW and channels-last, go in square tiles that
/// fit the cache, so that both sides are read and written in whole cache lines.
final class Copy {
    private static final int TILE = 32;

    private Copy() {
    }

    /// `to = from`, converted to its type.
    static void apply(View from, View to) {
        var nest = Nest.of(from.layout(), to.layout());
        if (from.dtype() == to.dtype() && nest.isUnit())
            nest.forEach(blocks(from.heap().array(), to.heap().array()));
        else if (from.dtype() == to.dtype() && from.dtype() == DType.F32)
            floats(nest, from, to);
        else
            Convert.apply(nest, from.dtype().isFloating(), from.heap().array(), to.heap().array());
    }

    private static Nest.Segment blocks(Object from, Object to) {
        return (at, n) -> System.arraycopy(from, at[0], to, at[1], n);
    }

    private static void floats(Nest nest, View from, View to) {
        float[] source = from.heap().floats();
        float[] target = to.heap().floats();
        var plan = Transpose.of(from.layout(), to.layout());
        if (plan != null)
            plan.run(source, target);
        else if (nest.stride(0) == 0 && nest.stride(1) == 1)
            nest.forEach((at, n) -> Arrays.fill(target, at[1], at[1] + n, source[at[0]]));
        else
            nest.forEach((at, n) -> strided(source, at[0], nest.stride(0), target, at[1], nest.stride(1), n));
    }

    private static void strided(float[] from, int f, int fs, float[] to, int t, int ts, int n) {
        for (int j = 0; j < n; j++)
            to[t + j * ts] = from[f + j * fs];
    }

    /// One dimension is contiguous in the source and another in the target: a stack of matrix transpositions.
    ///
    /// @param outer the layouts of the dimensions that are neither, of source and target
    private record Transpose(Nest outer, int rows, int rowStride, int columns, int columnStride) {

        /// A plan for the pair, or null if there are no two such dimensions of sufficient size.
        static Transpose of(Layout from, Layout to) {
            int row = contiguous(from);                              // contiguous in the source, strided in the target
            int column = contiguous(to);
            if (row < 0 || column < 0 || row == column || from.shape().size(row) < 4 || from.shape().size(column) < 4)
                return null;
            var outer = Nest.of(from.slice(row, 0, 1, 1).slice(column, 0, 1, 1), to.slice(row, 0, 1, 1).slice(column, 0, 1, 1));
            return new Transpose(outer, from.shape().size(row), to.stride(row), from.shape().size(column), from.stride(column));
        }

        private static int contiguous(Layout layout) {
            for (int d = 0; d < layout.shape().rank(); d++)
                if (layout.stride(d) == 1 && layout.shape().size(d) > 1)
                    return d;
            return -1;
        }

        void run(float[] from, float[] to) {
            int bands = Math.ceilDiv(columns, TILE);
            int[][] starts = starts();
            int tasks = bands * starts.length;
            int chunk = Math.max(1, Nest.CHUNK / (rows * Math.min(columns, TILE)));
            Parallel.forChunks(tasks, outer.numel() * rows * columns <= 2 * Nest.CHUNK ? Math.max(1, tasks) : chunk, (_, first, last) -> {
                var buffer = new float[TILE * TILE];
                for (int task = first; task < last; task++) {
                    int[] at = starts[task / bands];
                    int column = task % bands * TILE;
                    band(from, at[0] + column * columnStride, to, at[1] + column, Math.min(TILE, columns - column), buffer);
                }
            });
        }

        private int[][] starts() {
            var starts = new int[outer.numel()][];
            int[] count = {0};
            outer.forEachInOrder((at, n) -> {
                for (int j = 0; j < n; j++)
                    starts[count[0]++] = new int[] {at[0] + j * outer.stride(0), at[1] + j * outer.stride(1)};
            });
            return starts;
        }

        /// Up to 32 columns, all rows.
        private void band(float[] from, int f, float[] to, int t, int width, float[] buffer) {
            for (int row = 0; row < rows; row += TILE)
                tile(from, f + row, columnStride, to, t + row * rowStride, rowStride, Math.min(TILE, rows - row), width, buffer);
        }

        /// Through a buffer, so that both sides move in whole cache lines even where all of them compete for one cache set.
        private static void tile(float[] from, int f, int fs, float[] to, int t, int ts, int height, int width, float[] buffer) {
            for (int c = 0; c < width; c++)
                spread(from, f + c * fs, buffer, c, height);
            for (int r = 0; r < height; r++)
                System.arraycopy(buffer, r * TILE, to, t + r * ts, width);
        }

        private static void spread(float[] from, int f, float[] buffer, int column, int height) {
            for (int r = 0; r < height; r++)
                buffer[r * TILE + column] = from[f + r];
        }
    }
}
