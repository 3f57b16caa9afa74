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

    /// Floats of a row of tiles of the left side as the kernel wants it.
    static int leftSize(GemmKernel kernel) {
        return kernel.rows() * GemmKernel.STRIDE;
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

    /// How far a row of tiles reaches; rows are counted from 0.
    @FunctionalInterface
    interface Reach {
        /// For the tile whose last row is `row`.
        int of(int row);
    }

    /// `c = a b` for the columns below `columns.of(row)`, rounded up to whole tiles; what lies beyond is not written.
    ///
    /// @param a rows at `ao + i * lda`
    /// @param left work memory of [#leftSize]
    /// @param panels from [#pack] with the same `k`
    /// @param zeros at least one tile wide
    /// @param c rows at `i * ldc`
    static void multiplyWithin(GemmKernel kernel, int m, int k, Reach columns, float[] a, int ao, int lda, float[] left, float[] panels,
            float[] zeros, float[] c, int ldc) {
        int tile = kernel.rows();
        for (int i = 0; i < m; i += tile) {
            int rows = Math.min(tile, m - i);
            rowOfTiles(kernel, rows, k, k, columns.of(i + rows - 1), a, ao + i * lda, lda, left, panels, zeros, c, i * ldc, ldc);
        }
    }

    /// `c = a b` where only the first `depth.of(row)` columns of `a` count, the others being 0.
    ///
    /// @param a rows at `i * lda`
    /// @param left work memory of [#leftSize]
    /// @param k rows of the packed side
    /// @param n columns of the result
    static void multiplyUpTo(GemmKernel kernel, int m, int k, Reach depth, int n, float[] a, int lda, float[] left, float[] panels,
            float[] zeros, float[] c, int ldc) {
        int tile = kernel.rows();
        for (int i = 0; i < m; i += tile) {
            int rows = Math.min(tile, m - i);
            rowOfTiles(kernel, rows, depth.of(i + rows - 1), k, n, a, i * lda, lda, left, panels, zeros, c, i * ldc, ldc);
        }
    }

    /// One row of tiles, `depth` of the `k` packed rows long; `left` takes the rows of `a` as the kernel wants them.
    private static void rowOfTiles(GemmKernel kernel, int rows, int depth, int k, int n, float[] a, int ao, int lda, float[] left,
            float[] panels, float[] zeros, float[] c, int co, int ldc) {
        int width = kernel.columns();
        for (int p = 0; p == 0 || p < depth; p += GemmKernel.DEPTH) {
            int steps = Math.min(GemmKernel.DEPTH, depth - p);
            for (int r = 0; r < rows; r++)
                System.arraycopy(a, ao + r * lda + p, left, r * GemmKernel.STRIDE, steps);
            for (int j = 0; j < n; j += width)
                kernel.inner(left, 0, rows, panels, j * k + p * width, steps, p == 0 ? zeros : c, p == 0 ? 0 : co + j, p == 0 ? 0 : ldc, c,
                        co + j, ldc);
        }
    }

    /// `c += aᵀ b` for `m` columns of `a`, `k` rows each, of which those before `start.of(column)` are 0.
    ///
    /// @param a rows at `p * lda`
    /// @param b rows at `p * ldb`, padded to whole tiles
    /// @param c rows at `i * ldc`, padded to whole tiles
    static void addTransposed(GemmKernel kernel, int m, int k, Reach start, int n, float[] a, int lda, float[] b, int ldb, float[] c,
            int ldc) {
        int tile = kernel.rows();
        int width = kernel.columns();
        for (int i = 0; i < m; i += tile) {
            int first = start.of(i);
            if (first >= k)
                return;
            for (int j = 0; j < n; j += width)
                kernel.outer(a, first * lda + i, lda, Math.min(tile, m - i), b, first * ldb + j, ldb, k - first, c, i * ldc + j, ldc);
        }
    }
}
