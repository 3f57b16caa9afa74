package dev.sunda.core.cpu;

/// Innermost loops of matrix products: one tile of the result, kept in registers while `k` runs.
///
/// Every element is one chain of fused multiply-adds in ascending `k`, so twins, widths and blockings agree bit by bit.
sealed interface GemmKernel permits ScalarGemm, SimdGemm {
    /// The twin this process uses.
    GemmKernel ACTIVE = VectorPath.isSimd() ? new SimdGemm() : new ScalarGemm();

    /// Most steps of `k` in a call: a panel of two AVX2 vectors then takes 16 KB of the first cache.
    int DEPTH = 256;
    /// Distance between the rows of the left side: constant, so that one index addresses them all, and no multiple of the distance at which
    /// lines compete for a place in the first cache.
    int STRIDE = DEPTH + 16;

    /// Rows of a tile.
    int rows();

    /// Columns of a tile, the width of a packed panel.
    int columns();

    /// `c[i][j] = start[i][j] + sum over p < k of a[i][p] * b[p][j]` for `i < rows` and all columns of the tile.
    ///
    /// @param a rows at `ao + i * STRIDE`, each contiguous in `p`; there are always [#rows] of them, whatever the last ones hold
    /// @param rows of the result, from 1 to [#rows]
    /// @param b a panel: row `p` at `bo + p * columns`
    /// @param k from 0 to [#DEPTH]
    /// @param start rows at `so + i * lds`; may be `c` itself, `lds` may be 0
    /// @param c rows at `co + i * ldc`; the only array that is modified
    void inner(float[] a, int ao, int rows, float[] b, int bo, int k, float[] start, int so, int lds, float[] c, int co, int ldc);

    /// Copies `rows` rows, each as wide as a tile: from `at + i * rowStride` to `out + i * columns`.
    void copyRows(float[] b, int at, int rowStride, int rows, float[] to, int out);

    /// `c[i][j] += sum over p < k of a[p][i] * b[p][j]` for `i < rows` and all columns of the tile.
    ///
    /// @param a element `(p, i)` at `ao + p * lda + i`
    /// @param rows from 1 to [#rows]
    /// @param b element `(p, j)` at `bo + p * ldb + j`
    /// @param c rows at `co + i * ldc`; modified
    void outer(float[] a, int ao, int lda, int rows, float[] b, int bo, int ldb, int k, float[] c, int co, int ldc);
}
