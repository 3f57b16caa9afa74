package dev.sunda.core.cpu;

/// Innermost loops of Winograd convolutions of F64. Twins agree bit by bit.
sealed interface WinogradKernel64 permits ScalarWinograd64, SimdWinograd64 {
    /// The twin this process uses.
    WinogradKernel64 CHOSEN = VectorPath.isSimd() ? new SimdWinograd64() : new ScalarWinograd64();

    /// Applies a transform to each of `n` columns.
    ///
    /// @param x row `i` at `xo + i * xs`
    /// @param out row `i` at `oo + i * os`; modified, never the rows of `x`
    void apply(WinogradTransform transform, double[] x, int xo, int xs, int n, double[] out, int oo, int os);

    /// `out[oo + r * os + j] = x[xo + r * xs + j] + start[so + j]` for `rows` rows and `n` columns.
    void add(double[] x, int xo, int xs, int rows, int n, double[] start, int so, double[] out, int oo, int os);
}
