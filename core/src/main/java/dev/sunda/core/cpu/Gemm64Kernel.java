package dev.sunda.core.cpu;

/// Innermost loops of matrix products of F64: one tile of the result, kept in registers while `k` runs. Every element is one chain of fused
/// multiply-adds in ascending `k`, so twins, widths and blockings agree bit by bit.
sealed interface Gemm64Kernel permits ScalarGemm64, SimdGemm64 {
    /// The twin this process uses.
    Gemm64Kernel CHOSEN = VectorPath.isSimd() ? new SimdGemm64() : new ScalarGemm64();

    /// Rows of a tile.
    int ROWS = 6;
    /// Most steps of `k` in a call: a panel of two AVX2 vectors then takes 16 KB of the first cache.
    int DEPTH = 256;
    /// Distance between the rows of the left side: constant, so that one index addresses them all, and an odd number of cache lines.
    int STRIDE = DEPTH + 8;

    /// Columns of a tile, the width of a packed panel.
    int columns();

    /// `c[i][j] = start[i][j] + sum over p < k of a[i][p] * b[p][j]` for `i < rows` and all columns of the tile.
    ///
    /// @param a rows at `ao + i * STRIDE`; there are always [#ROWS] of them, whatever the last ones hold
    /// @param rows of the result, from 1 to [#ROWS]
    /// @param b a panel: row `p` at `bo + p * columns`
    /// @param k from 0 to [#DEPTH]
    /// @param start rows at `so + i * lds`; may be `c` itself, `lds` may be 0
    /// @param c rows at `co + i * ldc`; the only array that is modified
    void tile(double[] a, int ao, int rows, double[] b, int bo, int k, double[] start, int so, int lds, double[] c, int co, int ldc);

    /// Adds `n` pieces of `length` doubles: those at `at + i * step` to those at `out + i * distance`, in ascending order.
    void addPieces(double[] from, int at, int step, int n, int length, double[] to, int out, int distance);
}
