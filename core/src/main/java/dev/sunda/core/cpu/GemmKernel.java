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

    /// Distance between tiles of a left side whose columns are contiguous: six rows for each step, and room for what copies write beyond.
    int TILE = 6 * DEPTH + 16;

    /// Rows of [#narrowOuter].
    int OUTER_ROWS = 8;

    /// Pieces at least so long are copied by [System#arraycopy].
    int LONG = 64;

    /// Rows of a tile.
    int rows();

    /// Columns of a tile, the width of a packed panel.
    int columns();

    /// Columns of a narrow tile, which holds the last ones of a product if they are no more, in twice as many rows: one vector.
    default int narrowColumns() {
        return columns() / 2;
    }

    /// Rows of a narrow tile.
    default int narrowRows() {
        return 2 * rows();
    }

    /// `c[i][j] = start[i][j] + sum over p < k of a[i][p] * b[p][j]` for `i < rows` and all columns of the tile.
    ///
    /// @param a rows at `ao + i * STRIDE`, each contiguous in `p`; there are always [#rows] of them, whatever the last ones hold
    /// @param rows of the result, from 1 to [#rows]
    /// @param b a panel: row `p` at `bo + p * columns`
    /// @param k from 0 to [#DEPTH]
    /// @param start rows at `so + i * lds`; may be `c` itself, `lds` may be 0
    /// @param c rows at `co + i * ldc`; the only array that is modified
    void inner(float[] a, int ao, int rows, float[] b, int bo, int k, float[] start, int so, int lds, float[] c, int co, int ldc);

    /// The same where rows of the result lie anywhere: row `i` at `to[first + i] + co`.
    ///
    /// @param start one value a column from `so` on, for all rows; if null, the chains go on from what is in `c`
    void scattered(float[] a, int ao, int rows, float[] b, int bo, int k, float[] start, int so, float[] c, int[] to, int first, int co);

    /// The same for a left side whose columns are contiguous: element `(i, p)` at `ao + p * rows() + i`.
    void packed(float[] a, int ao, int rows, float[] b, int bo, int k, float[] start, int so, float[] c, int[] to, int first, int co);

    /// The same as [#scattered] for a narrow tile.
    ///
    /// @param rows from 1 to [#narrowRows]
    /// @param b row `p` at `bo + p * narrowColumns`
    void narrow(float[] a, int ao, int rows, float[] b, int bo, int k, float[] start, int so, float[] c, int[] to, int first, int co);

    /// The same as [#packed] for a narrow tile: the rows from number [#rows] on are those of the next tile of the left side.
    void narrowPacked(float[] a, int ao, int rows, float[] b, int bo, int k, float[] start, int so, float[] c, int[] to, int first,
            int co);

    /// Writes `columns` floats of each row of a tile that was computed aside: from `at + i * distance` to `to[first + i] + co`.
    void put(float[] aside, int at, int distance, int rows, int columns, float[] c, int[] to, int first, int co);

    /// Copies `n` pieces of `length` floats: from `at + i * step` to `out + i * distance`, in ascending order. Reads and writes up to
    /// [#slack] floats beyond the end of each.
    void copyPieces(float[] from, int at, int step, int n, int length, float[] to, int out, int distance);

    /// The same for pieces of any length anywhere in `from`; up to [#slack] floats beyond the end of each may be overwritten.
    default void copy(float[] from, int at, int step, int n, int length, float[] to, int out, int distance) {
        int last = from.length - length - slack();                   // where a piece may begin that is read beyond its end
        int quick = 0;
        while (quick < n && at + quick * step > last) {              // the first pieces, where the step is negative
            System.arraycopy(from, at + quick * step, to, out + quick * distance, length);
            quick++;
        }
        int end = length < LONG ? n : quick;
        while (end > quick && at + (end - 1) * step > last)
            end--;
        copyPieces(from, at + quick * step, step, end - quick, length, to, out + quick * distance, distance);
        for (int i = end; i < n; i++)
            System.arraycopy(from, at + i * step, to, out + i * distance, length);
    }

    /// Adds `n` pieces of `length` floats: those at `at + i * step` to those at `out + i * distance`, in ascending order.
    void addPieces(float[] from, int at, int step, int n, int length, float[] to, int out, int distance);

    /// Copies two pieces for each of `n` rows: `split` floats from `first + i * step` to `out + i * columns`, behind them the rest of the
    /// columns
    /// from `second + i * step`. Reads as many floats from either place as there are columns, and writes as many beyond the last row.
    void copyPairs(float[] from, int first, int second, int step, int n, int split, float[] to, int out);

    /// Copies as many columns as eight tiles have rows to where [#packed] wants them: element `p * distance + t * rows + i` from `at` on to
    /// `out + t * TILE + p * rows + i` for `p < steps`. Reads up to [#slack] floats beyond the last column, and writes as many beyond the
    /// last step of a tile.
    void copyTiles(float[] from, int at, int distance, int steps, float[] to, int out);

    /// Floats that [#copyPieces] touches beyond a piece, at most.
    int slack();

    /// Copies `rows` rows, each as wide as a tile: from `at + i * rowStride` to `out + i * columns`.
    void copyRows(float[] b, int at, int rowStride, int rows, float[] to, int out);

    /// `c[i][j] += sum over p < k of a[p][i] * b[p][j]` for `i < rows` and all columns of the tile.
    ///
    /// @param a element `(p, i)` at `ao + p * lda + i`
    /// @param rows from 1 to [#rows]
    /// @param b element `(p, j)` at `bo + p * ldb + j`
    /// @param c rows at `co + i * ldc`; modified
    void outer(float[] a, int ao, int lda, int rows, float[] b, int bo, int ldb, int k, float[] c, int co, int ldc);

    /// The same for the columns of a narrow tile and at most [#OUTER_ROWS] rows.
    void narrowOuter(float[] a, int ao, int lda, int rows, float[] b, int bo, int ldb, int k, float[] c, int co, int ldc);
}
