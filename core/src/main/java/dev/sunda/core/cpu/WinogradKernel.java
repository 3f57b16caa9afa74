package dev.sunda.core.cpu;

/// Innermost loops of Winograd convolutions. Twins agree bit by bit.
sealed interface WinogradKernel permits ScalarWinograd, SimdWinograd {
    /// The twin this process uses.
    WinogradKernel ACTIVE = VectorPath.isSimd() ? new SimdWinograd() : new ScalarWinograd();

    /// Applies a transform to each of `n` columns.
    ///
    /// @param x row `i` at `xo + i * xs`
    /// @param out row `i` at `oo + i * os`; modified, never the rows of `x`
    void apply(WinogradTransform transform, float[] x, int xo, int xs, int n, float[] out, int oo, int os);

    /// The same for several tiles: the rows of tile `t` begin at `xo + t * xt` and at `oo + t * ot`.
    default void applyTiles(WinogradTransform transform, int tiles, float[] x, int xo, int xt, int xs, int n, float[] out, int oo, int ot,
            int os) {
        for (int t = 0; t < tiles; t++)
            apply(transform, x, xo + t * xt, xs, n, out, oo + t * ot, os);
    }

    /// Applies [WinogradTransform#RESULT] to `n` columns of several tiles and adds `start[so + j]` to what column `j` becomes.
    ///
    /// @param x row `i` of tile `t` at `xo + t * xt + i * xs`
    /// @param out row `i` of tile `t` at `oo + t * ot + i * os`; modified
    void results(int tiles, float[] x, int xo, int xt, int xs, int n, float[] start, int so, float[] out, int oo, int ot, int os);

    /// `out[oo + r * os + j] = x[xo + r * xs + j] + start[so + j]` for `rows` rows and `n` columns.
    void add(float[] x, int xo, int xs, int rows, int n, float[] start, int so, float[] out, int oo, int os);
}
