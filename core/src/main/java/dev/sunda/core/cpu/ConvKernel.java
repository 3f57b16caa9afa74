package dev.sunda.core.cpu;

/// Innermost loops of dense convolutions: one tile of the result, kept in registers while a sum runs.
///
/// Every element is one chain of fused multiply-adds in the order of the sum, so twins, widths and blockings agree bit by bit.
sealed interface ConvKernel permits ScalarConvKernel, SimdConvKernel {
    /// The twin this process uses.
    ConvKernel ACTIVE = VectorPath.isSimd() ? new SimdConvKernel() : new ScalarConvKernel();
    /// Rows of a tile.
    int ROWS = 6;

    /// Columns of a tile, the width of a packed panel.
    int columns();

    /// `c[i][j] = start[j] + sum over p < k of x[at[i] + xo + p] * b[p][j]` for `rows` rows and all columns of the tile.
    ///
    /// @param at where row `i` lies, at index `first + i`
    /// @param rows from 1 to [#ROWS]
    /// @param b a panel: row `p` at `bo + p * columns`
    /// @param start one value a column from `so` on; if null, the chains go on from what is in `c`
    /// @param c row `i` at `to[first + i] + co`; the only array that is modified
    void tile(float[] x, int[] at, int first, int rows, int xo, float[] b, int bo, int k, float[] start, int so, float[] c, int[] to,
            int co);

    /// `c[i][j] = start[j] + sum over p in from until to of x[at[i] + offsets[p]] * b[p][j]`, otherwise like [#tile]: for patches in many
    /// short pieces.
    void patches(float[] x, int[] at, int first, int rows, int[] offsets, int from, int until, float[] b, int bo, float[] start, int so,
            float[] c, int[] to, int co);

    /// `c[i][j] += sum over p < k of a[p][i] * b[p][j]` for `rows` rows and all columns of the tile.
    ///
    /// @param a element `(p, i)` at `ao + p * lda + i`
    /// @param rows from 1 to [#ROWS]
    /// @param b element `(p, j)` at `bo + p * ldb + j`
    /// @param c rows at `co + i * ldc`; modified
    void outer(float[] a, int ao, int lda, int rows, float[] b, int bo, int ldb, int k, float[] c, int co, int ldc);

    /// Copies `n` pieces as long as a tile is wide, `step` apart, so that they lie side by side.
    void gather(float[] x, int xo, int step, int n, float[] to, int at);
}
