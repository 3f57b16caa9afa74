package dev.sunda.core.cpu;

/// [ChannelNormKernel] of F64: matrices `[rows, channels]` without gaps, vectorised over channels. Sums are chains in the order of the
/// rows.
sealed interface ChannelNorm64Kernel permits ScalarChannelNorm64, SimdChannelNorm64 {
    /// The twin this process uses.
    ChannelNorm64Kernel CHOSEN = VectorPath.isSimd() ? new SimdChannelNorm64() : new ScalarChannelNorm64();

    /// Rows of so many numbers, a multiple of 16, are the quickest for what goes element by element.
    int held();

    /// `sums[so + c] = sum over rows of x`.
    void sum(double[] x, int xo, int rows, int channels, double[] sums, int so);

    /// `sums[so + c] = sum over rows of (x - centre)` and `sums[so + channels + c] = sum over rows of (x - centre)^2`; channel `c` of the
    /// centre at `centre[co + c]`.
    void moments(double[] x, int xo, int rows, int channels, double[] centre, int co, double[] sums, int so);

    /// `sums[so + c] = sum over rows of dy` and `sums[so + channels + c] = sum over rows of dy * (x - mean)`.
    void products(double[] dy, int dyo, double[] x, int xo, int rows, int channels, double[] mean, double[] sums, int so);

    /// [#products] with the gradient that passes relu in the place of `dy`: `dy * 0` where `(x - mean) * scale + shift <= 0`, that sum
    /// being rounded as by [#normalize].
    void activeProducts(double[] dy, int dyo, double[] x, int xo, int rows, int channels, double[] mean, double[] scale, double[] shift,
            double[] sums, int so);

    /// `y = max((x - mean) * scale + shift, least)`, the sum as one fused multiply-add; NaN stays. `y` may be `x`.
    void normalize(double[] x, int xo, int rows, int channels, double[] mean, double[] scale, double[] shift, double least, double[] y,
            int yo);

    /// `dx = dy * scale + ((x - mean) * slope + shift)`, two fused multiply-adds.
    void gradient(double[] dy, int dyo, double[] x, int xo, int rows, int channels, double[] mean, double[] scale, double[] slope,
            double[] shift, double[] dx, int dxo);

    /// [#gradient] with the gradient that passes relu in the place of `dy`, as in [#activeProducts] with `bias` as its shift.
    void activeGradient(double[] dy, int dyo, double[] x, int xo, int rows, int channels, double[] mean, double[] scale, double[] bias,
            double[] slope, double[] shift, double[] dx, int dxo);
}
