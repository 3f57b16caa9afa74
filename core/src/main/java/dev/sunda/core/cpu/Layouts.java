package dev.sunda.core.cpu;

import dev.sunda.core.cpu.GemmScratch.Role;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.Layout;

/// Conversions between the memory order of a view and channels-last, the one order in which the image kernels compute.
final class Layouts {
    /// Edge of the squares in which memory is transposed: a square of either side fits the first cache.
    private static final int SQUARE = 32;
    private static final int CHUNK_FLOATS = 64 * 1024;

    private Layouts() {
    }

    /// Elements `[N, spatial..., C]` without gaps from `offset` on.
    record Dense(float[] data, int offset) {
    }

    /// `view` (`[N, C, spatial...]`) in channels-last order: its own memory if it lies so, else a copy in scratch memory.
    static Dense read(View view, Role role) {
        Dense result = target(view, role);
        if (result.data() != view.heap().floats())
            move(view.layout(), view.heap().floats(), result, true);
        return result;
    }

    /// Where a kernel writes the channels-last elements of `view`: into it if it lies so, else into scratch memory.
    static Dense target(View view, Role role) {
        return isChannelsLast(view.layout()) ? new Dense(view.heap().floats(), view.layout().offset())
                : new Dense(GemmScratch.floats(role, view.shape().numel()), GemmScratch.FIRST);
    }

    /// Brings what was written to a [#target] into `view`.
    static void finish(Dense written, View view) {
        if (written.data() != view.heap().floats())
            move(view.layout(), view.heap().floats(), written, false);
    }

    /// Whether the elements lie without gaps, channels innermost; a shape `[N, C]` has no spatial axes.
    static boolean isChannelsLast(Layout layout) {
        return layout.shape().rank() > 2 ? layout.isChannelsLast() : layout.isContiguous();
    }

    /// Copies between a strided image and its dense channels-last form.
    private static void move(Layout layout, float[] strided, Dense dense, boolean toDense) {
        int[] sizes = layout.shape().sizes();
        int[] strides = layout.strides();
        int channels = sizes[1];
        if (layout.shape().numel() == 0)
            return;
        int columns = runLength(sizes, strides);
        int step = sizes.length > 2 ? strides[sizes.length - 1] : 0;
        int runs = layout.shape().numel() / channels / columns;
        Parallel.forChunks(runs, Math.max(1, CHUNK_FLOATS / (columns * channels)), (_, from, to) -> {
            for (int run = from; run < to; run++) {
                int at = layout.offset() + position(sizes, strides, (long) run * columns);
                int out = dense.offset + run * columns * channels;
                if (toDense)
                    square(strided, at, step, strides[1], dense.data, out, channels, 1, columns, channels);
                else
                    square(dense.data, out, channels, 1, strided, at, step, strides[1], columns, channels);
            }
        });
    }

    /// Positions, counted from the last spatial axis outwards, that lie at one common stride.
    private static int runLength(int[] sizes, int[] strides) {
        int last = sizes.length - 1;
        if (last < 2)
            return 1;
        int length = sizes[last];
        for (int d = last - 1; d >= 2 && strides[d] == strides[last] * length; d--)
            length *= sizes[d];
        return length;
    }

    /// Where position `index` of `[N, spatial...]` (channel 0) lies, relative to the offset.
    private static int position(int[] sizes, int[] strides, long index) {
        int at = 0;
        for (int d = sizes.length - 1; d >= 2; d--) {
            at += (int) (index % sizes[d]) * strides[d];
            index /= sizes[d];
        }
        return at + (int) index * strides[0];
    }

    /// `to[i][j] = from[i][j]` for `rows` by `columns` elements of any strides, in parallel.
    static void transfer(float[] from, int fromOffset, int fromRow, int fromColumn, float[] to, int toOffset, int toRow, int toColumn,
            int rows, int columns) {
        Parallel.forChunks(rows, Math.max(SQUARE, CHUNK_FLOATS / Math.max(1, columns)),
                (_, first, end) -> square(from, fromOffset + first * fromRow, fromRow, fromColumn, to, toOffset + first * toRow, toRow,
                        toColumn,
                        end - first, columns));
    }

    /// `to[i][j] = from[i][j]` in the calling thread.
    static void square(float[] from, int fo, int fr, int fc, float[] to, int go, int gr, int gc, int rows, int columns) {
        if (fc == 1 && gc == 1) {
            for (int i = 0; i < rows; i++)
                System.arraycopy(from, fo + i * fr, to, go + i * gr, columns);
            return;
        }
        if (fr == 1 && gc == 1) {
            transpose(from, fo, fc, to, go, gr, rows, columns);
            return;
        }
        if (fc == 1 && gr == 1) {
            transpose(from, fo, fr, to, go, gc, columns, rows);
            return;
        }
        for (int i = 0; i < rows; i += SQUARE)
            for (int j = 0; j < columns; j += SQUARE)
                small(from, fo + i * fr + j * fc, fr, fc, to, go + i * gr + j * gc, gr, gc, Math.min(SQUARE, rows - i),
                        Math.min(SQUARE, columns - j));
    }

    /// `to[i][j] = from[j][i]`, rows of both contiguous: eight rows of `from` at a time, which are read from end to end. More of them would
    /// compete for the same places of the first cache where their distance is a power of two.
    private static void transpose(float[] from, int fo, int fs, float[] to, int go, int gs, int rows, int columns) {
        int whole = columns & -8;
        for (int j = 0; j < whole; j += 8)
            eight(from, fo + j * fs, fs, to, go + j, gs, rows);
        small(from, fo + whole * fs, 1, fs, to, go + whole, gs, 1, rows, columns - whole);
    }

    private static void eight(float[] from, int fo, int fs, float[] to, int go, int gs, int rows) {
        for (int i = 0, at = fo, out = go; i < rows; i++, at++, out += gs) {
            to[out] = from[at];
            to[out + 1] = from[at + fs];
            to[out + 2] = from[at + 2 * fs];
            to[out + 3] = from[at + 3 * fs];
            to[out + 4] = from[at + 4 * fs];
            to[out + 5] = from[at + 5 * fs];
            to[out + 6] = from[at + 6 * fs];
            to[out + 7] = from[at + 7 * fs];
        }
    }

    private static void small(float[] from, int fo, int fr, int fc, float[] to, int go, int gr, int gc, int rows, int columns) {
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++)
                to[go + i * gr + j * gc] = from[fo + i * fr + j * fc];
    }

    /// Copies dense channels-last integers into a view that does not lie so.
    static void scatter(int[] dense, View view) {
        var layout = view.layout();
        int[] sizes = layout.shape().sizes();
        int[] strides = layout.strides();
        int[] to = view.heap().ints();
        for (int p = 0; p < layout.shape().numel() / Math.max(1, sizes[1]); p++)
            for (int c = 0; c < sizes[1]; c++)
                to[layout.offset() + position(sizes, strides, p) + c * strides[1]] = dense[p * sizes[1] + c];
    }

    /// The integers of `view` in dense channels-last order, from offset 0 on; a fresh array.
    static int[] gather(View view) {
        var layout = view.layout();
        int[] sizes = layout.shape().sizes();
        int[] strides = layout.strides();
        int[] from = view.heap().ints();
        int[] dense = new int[layout.shape().numel()];
        for (int p = 0; p < dense.length / Math.max(1, sizes[1]); p++)
            for (int c = 0; c < sizes[1]; c++)
                dense[p * sizes[1] + c] = from[layout.offset() + position(sizes, strides, p) + c * strides[1]];
        return dense;
    }
}
