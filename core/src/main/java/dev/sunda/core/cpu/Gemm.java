package dev.sunda.core.cpu;

import dev.sunda.core.cpu.GemmScratch.Role;
import dev.sunda.core.parallel.Parallel;
import java.util.Arrays;

/// Matrix products in blocks: the right side is packed into panels as wide as a register tile, the left side is read in place,
/// row by row. After Goto, van de Geijn 2008, "Anatomy of high-performance matrix multiplication".
///
/// Each element is one chain of fused multiply-adds in ascending `k` that starts from its bias (or 0); between blocks of `k` it
/// rests in the result. Blocking, tile shape and threads therefore never show in the bits.
final class Gemm {
    /// Steps of `k` in a block: a panel of two AVX2 vectors then takes 24 KB of the first cache.
    static final int DEPTH = 384;
    /// Floats of the left side worked on at a time, half of a small second cache.
    private static final int LEFT_FLOATS = 48 * 1024;
    private static final int LEAST_CHUNKS = 16;

    private Gemm() {
    }

    /// The right side of a product, `k` rows and `n` columns: panel `j` holds columns `j * width` and following, row after row,
    /// padded with zeros to the full width.
    record Panels(float[] data, int k, int n, int width) {
        int count() {
            return Math.ceilDiv(n, width);
        }
    }

    /// Packs the matrix with element `(p, j)` at `offset + p * rowStride + j * columnStride` into this thread's panel memory.
    static Panels pack(GemmKernel kernel, float[] b, int offset, int rowStride, int columnStride, int k, int n) {
        return pack(kernel, b, offset, new int[] {0}, k, rowStride, columnStride, n);
    }

    /// Packs a matrix whose rows come in groups, as the taps of a convolution's weight: row `g * inner + p`, column `j` is at
    /// `offset + group[g] + p * rowStride + j * columnStride`.
    static Panels pack(GemmKernel kernel, float[] b, int offset, int[] group, int inner, int rowStride, int columnStride, int n) {
        int k = Math.multiplyExact(group.length, inner);
        int width = kernel.columns();
        int count = Math.ceilDiv(n, width);
        int size = Math.multiplyExact(Math.multiplyExact(count, width), k);
        float[] data = GemmScratch.floats(Role.PANELS, size);
        int chunk = Math.max(1, 32 * 1024 / Math.max(1, width * k));
        Parallel.forChunks(count, chunk, (_, from, to) -> {
            for (int panel = from; panel < to; panel++)
                for (int g = 0; g < group.length; g++)
                    packRows(b, offset + group[g] + panel * width * columnStride, rowStride, columnStride, inner,
                            Math.min(width, n - panel * width), data, (panel * k + g * inner) * width, width);
        });
        return new Panels(data, k, n, width);
    }

    private static void packRows(float[] b, int at, int rowStride, int columnStride, int rows, int columns, float[] to, int out,
            int width) {
        for (int p = 0; p < rows; p++) {
            int from = at + p * rowStride;
            int row = out + p * width;
            if (columnStride == 1)
                for (int j = 0; j < columns; j++)
                    to[row + j] = b[from + j];
            else
                for (int j = 0; j < columns; j++)
                    to[row + j] = b[from + j * columnStride];
            for (int j = columns; j < width; j++)
                to[row + j] = 0;
        }
    }

    /// What the chains of a product start from: `bias` (one number a column) or zeros, padded to whole panels.
    static float[] start(GemmKernel kernel, float[] bias, int offset, int stride, int n) {
        int padded = Math.ceilDiv(n, kernel.columns()) * kernel.columns();
        float[] start = GemmScratch.zeros(Role.START, padded);
        if (bias != null)
            for (int j = 0; j < n; j++)
                start[j] = bias[offset + j * stride];
        return start;
    }

    /// `c[i][j] = start[j] + sum over p of a[i][p] * b[p][j]` for `m` rows, in parallel.
    ///
    /// @param a rows at `ao + i * lda`, contiguous
    /// @param c rows at `co + i * ldc`, contiguous
    static void multiply(GemmKernel kernel, int m, float[] a, int ao, int lda, Panels b, float[] start, float[] c, int co, int ldc) {
        int rows = rowsOfBlock(kernel, m, b.k());
        int rowBlocks = Math.ceilDiv(m, rows);
        int panels = panelsOfBlock(rowBlocks, b);
        int panelBlocks = Math.ceilDiv(b.count(), panels);
        Parallel.forChunks(rowBlocks * panelBlocks, 1, (index, _, _) -> {
            int i = index / panelBlocks * rows;
            int j = index % panelBlocks * panels;
            block(kernel, Math.min(rows, m - i), a, ao + i * lda, lda, b, j, Math.min(b.count(), j + panels), start, c, co + i * ldc, ldc);
        });
    }

    /// Rows of the left side that fit the second cache, at least one tile, at most what leaves work for several threads.
    static int rowsOfBlock(GemmKernel kernel, int m, int k) {
        int tile = kernel.rows();
        int fitting = LEFT_FLOATS / Math.clamp(k, 1, DEPTH) / tile;
        int sharing = Math.ceilDiv(Math.ceilDiv(m, LEAST_CHUNKS), tile);
        return tile * Math.max(1, Math.min(Math.min(fitting, sharing), 64));
    }

    private static int panelsOfBlock(int rowBlocks, Panels b) {
        return rowBlocks >= LEAST_CHUNKS ? b.count() : Math.max(1, Math.ceilDiv(b.count() * rowBlocks, LEAST_CHUNKS));
    }

    /// The same for some rows and the panels `from` to `to - 1`, in the calling thread.
    static void block(GemmKernel kernel, int m, float[] a, int ao, int lda, Panels b, int from, int to, float[] start, float[] c, int co,
            int ldc) {
        int k = b.k();
        int width = b.width();
        int depth = Math.min(k, DEPTH);
        for (int p = 0; p == 0 || p < k; p += depth) {
            int steps = Math.min(depth, k - p);
            for (int panel = from; panel < to; panel++) {
                int columns = Math.min(width, b.n() - panel * width);
                int bo = (panel * k + p) * width;
                int at = co + panel * width;
                if (columns == width)
                    column(kernel, m, a, ao + p, lda, b.data(), bo, steps, p == 0 ? start : c, p == 0 ? panel * width : at,
                            p == 0 ? 0 : ldc, c, at, ldc);
                else
                    edge(kernel, m, columns, a, ao + p, lda, b.data(), bo, steps, p == 0 ? start : null, panel * width, c, at, ldc);
            }
            if (k == 0)
                return;
        }
    }

    private static void column(GemmKernel kernel, int m, float[] a, int ao, int lda, float[] b, int bo, int k, float[] start, int so,
            int lds, float[] c, int co, int ldc) {
        int tile = kernel.rows();
        for (int i = 0; i < m; i += tile)
            kernel.inner(a, ao + i * lda, lda, Math.min(tile, m - i), b, bo, k, start, so + i * lds, lds, c, co + i * ldc, ldc);
    }

    /// The last, partial panel: tiles are computed aside, only their valid columns are written.
    private static void edge(GemmKernel kernel, int m, int columns, float[] a, int ao, int lda, float[] b, int bo, int k, float[] start,
            int so, float[] c, int co, int ldc) {
        int tile = kernel.rows();
        int width = kernel.columns();
        float[] aside = GemmScratch.floats(Role.TILE, tile * width);
        for (int i = 0; i < m; i += tile) {
            int rows = Math.min(tile, m - i);
            if (start == null)
                for (int r = 0; r < rows; r++)
                    System.arraycopy(c, co + (i + r) * ldc, aside, r * width, columns);
            kernel.inner(a, ao + i * lda, lda, rows, b, bo, k, start == null ? aside : start, start == null ? 0 : so,
                    start == null ? width : 0, aside, 0, width);
            for (int r = 0; r < rows; r++)
                System.arraycopy(aside, r * width, c, co + (i + r) * ldc, columns);
        }
    }

    /// `c[i][j] += sum over p < k of a[p][i] * b[p][j]` for `m` by `n` elements in the calling thread, `b` being readable and `c`
    /// writable up to whole tiles of columns.
    static void addOuter(GemmKernel kernel, int m, int n, int k, float[] a, int ao, int lda, float[] b, int bo, int ldb, float[] c, int co,
            int ldc) {
        int tile = kernel.rows();
        int width = kernel.columns();
        for (int i = 0; i < m; i += tile)
            for (int j = 0; j < n; j += width)
                kernel.outer(a, ao + i, lda, Math.min(tile, m - i), b, bo + j, ldb, k, c, co + i * ldc + j, ldc);
    }

    /// Zeros `m` rows of `n` columns.
    static void clear(int m, int n, float[] c, int co, int ldc) {
        for (int i = 0; i < m; i++)
            Arrays.fill(c, co + i * ldc, co + i * ldc + n, 0);
    }
}
