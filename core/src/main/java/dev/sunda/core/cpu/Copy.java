package dev.sunda.core.cpu;

import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Layout;
import java.util.Arrays;

/// Copies between memory orders and element types. Changes of order, as between NCHW and channels-last, go in bands of
/// [#BAND] columns, so that both sides are read and written in whole cache lines.
final class Copy {
    /// Columns of the target that one task writes: whole cache lines of it.
    private static final int BAND = 32;

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

        /// A plan for the pair, or null if there are no two such dimensions of sufficient size. Dimensions that continue one of them on
        /// both sides, as rows of an image continue its columns, are part of it.
        static Transpose of(Layout from, Layout to) {
            int row = contiguous(from);                              // contiguous in the source, strided in the target
            int column = contiguous(to);
            if (row < 0 || column < 0 || row == column)
                return null;
            boolean[] taken = new boolean[from.shape().rank()];
            int rows = length(from, to, row, taken);
            int columns = length(from, to, column, taken);
            if (rows < 4 || columns < 4)
                return null;
            Layout source = from;
            Layout target = to;
            for (int d = 0; d < taken.length; d++)
                if (taken[d]) {
                    source = source.slice(d, 0, 1, 1);
                    target = target.slice(d, 0, 1, 1);
                }
            return new Transpose(Nest.of(source, target), rows, to.stride(row), columns, from.stride(column));
        }

        /// How far the strides of dimension `first` go on; the dimensions they go through are marked as taken.
        private static int length(Layout from, Layout to, int first, boolean[] taken) {
            int length = from.shape().size(first);
            taken[first] = true;
            for (int d = taken.length - 1; d >= 0; d--)
                if (!taken[d] && from.stride(d) == from.stride(first) * length && to.stride(d) == to.stride(first) * length) {
                    length *= from.shape().size(d);
                    taken[d] = true;
                }
            return length;
        }

        private static int contiguous(Layout layout) {
            for (int d = 0; d < layout.shape().rank(); d++)
                if (layout.stride(d) == 1 && layout.shape().size(d) > 1)
                    return d;
            return -1;
        }

        void run(float[] from, float[] to) {
            int bands = Math.ceilDiv(columns, BAND);
            int[][] starts = starts();
            int tasks = bands * starts.length;
            int chunk = Math.max(1, Nest.CHUNK / (rows * Math.min(columns, BAND)));
            Parallel.forChunks(tasks, outer.numel() * rows * columns <= 2 * Nest.CHUNK ? Math.max(1, tasks) : chunk, (_, first, last) -> {
                for (int task = first; task < last; task++) {
                    int[] at = starts[task / bands];
                    int column = task % bands * BAND;
                    Layouts.square(from, at[0] + column * columnStride, 1, columnStride, to, at[1] + column, rowStride, 1, rows,
                            Math.min(BAND, columns - column));
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
    }
}
