package dev.sunda.core.cpu;

import dev.sunda.core.cpu.GemmScratch.Role;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;

/// Weights packed for [ConvKernel#tile]: panel `j` holds columns `j * width` and following, row after row, with zeros up to the full width.
///
/// @param k rows
/// @param n columns
record ConvPanels(float[] data, int k, int n, int width) {
    private static final int CHUNK_FLOATS = 32 * 1024;

    int count() {
        return Math.ceilDiv(n, width);
    }

    /// Where the numbers of a matrix lie: row `t * inner + p`, column `j` at `at + taps[t] + p * rowStride + j * columnStride`.
    record Source(float[] data, int at, int[] taps, int inner, int rowStride, int columnStride, int n) {
        static Source of(View w, int at, int[] taps, int inner, int rowStride, int columnStride, int n) {
            return new Source(w.heap().floats(), w.layout().offset() + at, taps, inner, rowStride, columnStride, n);
        }

        Source withTaps(int[] others) {
            return new Source(data, at, others, inner, rowStride, columnStride, n);
        }
    }

    /// Packs into this thread's panel memory.
    static ConvPanels pack(ConvKernel kernel, Source w) {
        int k = Math.multiplyExact(w.taps.length, w.inner);
        int width = kernel.columns();
        int count = Math.ceilDiv(w.n, width);
        float[] data = GemmScratch.floats(Role.PANELS, Math.multiplyExact(Math.multiplyExact(count, width), k));
        Parallel.forChunks(count, Math.max(1, CHUNK_FLOATS / Math.max(1, width * k)), (_, from, to) -> {
            for (int panel = from; panel < to; panel++)
                for (int t = 0; t < w.taps.length; t++)
                    packRows(w, panel * width, w.taps[t], data, (panel * k + t * w.inner) * width, width);
        });
        return new ConvPanels(data, k, w.n, width);
    }

    private static void packRows(Source w, int column, int tap, float[] to, int out, int width) {
        int columns = Math.min(width, w.n - column);
        for (int p = 0; p < w.inner; p++, out += width) {
            int from = w.at + tap + p * w.rowStride + column * w.columnStride;
            for (int j = 0; j < columns; j++)
                to[out + j] = w.data[from + j * w.columnStride];
            for (int j = columns; j < width; j++)
                to[out + j] = 0;
        }
    }

    /// What chains start from: `bias` or zeros, padded to whole panels.
    static float[] start(ConvKernel kernel, View bias, int first, int n) {
        float[] start = GemmScratch.zeros(Role.START, Math.ceilDiv(n, kernel.columns()) * kernel.columns());
        if (bias != null)
            for (int j = 0; j < n; j++)
                start[j] = bias.heap().floats()[bias.layout().offset() + (first + j) * bias.layout().stride(0)];
        return start;
    }
}
