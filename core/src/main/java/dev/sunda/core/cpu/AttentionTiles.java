package dev.sunda.core.cpu;

import java.util.Arrays;

/// Small matrix products in the calling thread for [Attention]: whole register tiles of [GemmKernel], whose last columns go to padding.
/// Each element is one chain of fused multiply-adds in ascending `k`.
final class AttentionTiles {
    private AttentionTiles() {
    }

    /// `n` rounded up to whole tiles.
    static int padded(GemmKernel kernel, int n) {
        return Math.ceilDiv(n, kernel.columns()) * kernel.columns();
    }

    /// Floats of `m` rows of a left side as the kernel wants them, with those that fill the last tile.
    static int leftSize(GemmKernel kernel, int m) {
        return (m + kernel.rows()) * GemmKernel.STRIDE;
    }

    /// Packs the matrix with element `(p, j)` at `offset + p * rowStride + j * columnStride` into panels: panel `j / width` holds its
    /// columns row after row, padded with zeros. `to` has `k * padded(n)` floats.
    static void pack(GemmKernel kernel, float[] b, int offset, int rowStride, int columnStride, int k, int n, float[] to) {
        int width = kernel.columns();
        for (int first = 0, out = 0; first < n; first += width, out += k * width) {
            int columns = Math.min(width, n - first);
            int at = offset + first * columnStride;
            if (columns == width && columnStride == 1) {
                kernel.copyRows(b, at, rowStride, k, to, out);
                continue;
            }
            if (columnStride == 1)
                Layouts.square(b, at, rowStride, 1, to, out, width, 1, k, columns);
            else
                Layouts.square(b, at, columnStride, rowStride, to, out, 1, width, columns, k);
            for (int p = 0; columns < width && p < k; p++)
                Arrays.fill(to, out + p * width + columns, out + (p + 1) * width, 0);
        }
    }

    /// `c = a b` for the columns below `reach` of each row of tiles, rounded up to whole tiles; what lies beyond is not written.
    ///
    /// A panel of `b` meets all rows while it is in the first cache.
    ///
    /// @param reach one number for each row of tiles, ascending
    /// @param a rows at `i * lda`
    /// @param left work memory of [#leftSize]
    /// @param panels from [#pack] with the same `k`
    /// @param zeros at least one tile wide
    /// @param c rows at `i * ldc`
    static void multiplyWithin(GemmKernel kernel, int m, int k, int[] reach, float[] a, int lda, float[] left, float[] panels,
            float[] zeros, float[] c, int ldc) {
        int tile = kernel.rows();
        int end = reach[reach.length - 1];
        for (int p = 0; p == 0 || p < k; p += GemmKernel.DEPTH) {
            int steps = Math.min(GemmKernel.DEPTH, k - p);
            copyLeft(m, steps, a, p, lda, left);
            for (int j = 0; j < end; j += kernel.columns())
                for (int t = 0; t < reach.length; t++)
                    if (j < reach[t])
                        tile(kernel, Math.min(tile, m - t * tile), steps, k, p, left, t * tile, panels, j, zeros, c, ldc);
        }
    }

    /// `c = a b` where only the columns of `a` below `reach` of each row of tiles count, the others being 0.
    ///
    /// @param reach one number for each row of tiles, ascending
    /// @param a rows at `i * lda`
    /// @param left work memory of [#leftSize]
    /// @param k rows of the packed side
    /// @param n columns of the result
    static void multiplyUpTo(GemmKernel kernel, int m, int k, int[] reach, int n, float[] a, int lda, float[] left, float[] panels,
            float[] zeros, float[] c, int ldc) {
        int tile = kernel.rows();
        int depth = reach[reach.length - 1];
        for (int p = 0; p == 0 || p < depth; p += GemmKernel.DEPTH) {
            copyLeft(m, Math.min(GemmKernel.DEPTH, depth - p), a, p, lda, left);
            for (int j = 0; j < n; j += kernel.columns())
                for (int t = 0; t < reach.length; t++)
                    if (p == 0 || p < reach[t])
                        tile(kernel, Math.min(tile, m - t * tile), Math.min(GemmKernel.DEPTH, reach[t] - p), k, p, left, t * tile, panels,
                                j, zeros, c, ldc);
        }
    }

    private static void copyLeft(int m, int steps, float[] a, int ao, int lda, float[] left) {
        for (int i = 0; i < m; i++)
            System.arraycopy(a, ao + i * lda, left, i * GemmKernel.STRIDE, steps);
    }

    /// One tile, the rows of which begin with row `i`: `steps` of the `k` packed rows, from row `p` on.
    private static void tile(GemmKernel kernel, int rows, int steps, int k, int p, float[] left, int i, float[] panels, int j,
            float[] zeros, float[] c, int ldc) {
        int co = i * ldc + j;
        kernel.inner(left, i * GemmKernel.STRIDE, rows, panels, j * k + p * kernel.columns(), steps, p == 0 ? zeros : c, p == 0 ? 0 : co,
                p == 0 ? 0 : ldc, c, co, ldc);
    }

    /// Packs the columns of a matrix as the left side of [#addTransposed]: rows of tiles of [GemmKernel#packed] one behind the other. `to`
    /// has [#tilesSize] floats.
    ///
    /// @param a element `(p, i)` at `p * lda + i` for `p < k` and `i < m`
    static void packTransposed(GemmKernel kernel, int m, int k, float[] a, int lda, float[] to) {
        int tile = kernel.rows();
        for (int i = 0; i < m; i += tile)
            kernel.copy(a, i, lda, k, Math.min(tile, m - i), to, i * k, tile);
    }

    /// Floats of `m` columns of length `k` that [#packTransposed] has packed, with what copies write beyond.
    static int tilesSize(GemmKernel kernel, int m, int k) {
        return Math.ceilDiv(m, kernel.rows()) * kernel.rows() * k + kernel.slack();
    }

    /// Where the first row of a block of a matrix is not zero.
    @FunctionalInterface
    interface Start {
        /// For the columns from `column` on.
        int of(int column);
    }

    /// `c += aᵀ b` for the first `n` columns of `b`, rounded up to whole tiles, of whose `k` rows those before `start.of(column)` are 0.
    ///
    /// @param m columns of `a`
    /// @param a from [#packTransposed]
    /// @param b rows at `p * ldb`, padded to whole tiles
    /// @param panel work memory for `k` rows of a tile
    /// @param c as [#pack] lays out `m` rows
    /// @param to where the rows of a panel of `c` lie, relative to its first
    static void addTransposed(GemmKernel kernel, int m, int k, Start start, int n, float[] a, float[] b, int ldb, float[] panel, float[] c,
            int[] to) {
        int tile = kernel.rows();
        int width = kernel.columns();
        for (int j = 0; j < n; j += width) {
            int first = start.of(j);
            if (first >= k)
                return;
            kernel.copyRows(b, first * ldb + j, ldb, k - first, panel, 0);
            for (int i = 0; i < m; i += tile)
                kernel.packed(a, i * k + first * tile, Math.min(tile, m - i), panel, 0, k - first, null, 0, c, to, i, j * m);
        }
    }
}
