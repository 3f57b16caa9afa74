package dev.sunda.core.cpu;

/// Innermost loops of normalisation by channel: matrices `[rows, channels]` without gaps, vectorised over channels. Sums are chains in
/// the order of the rows.
sealed interface ChannelNormKernel permits ScalarChannelNorm, SimdChannelNorm {
    /// The twin this process uses.
    ChannelNormKernel ACTIVE = VectorPath.isSimd() ? new SimdChannelNorm() : new ScalarChannelNorm();

    /// Rows of so many numbers, a multiple of 16, are the quickest for what goes element by element.
    int held();

    /// `sums[so + c] = sum over rows of x`.
    void sum(float[] x, int xo, int rows, int channels, float[] sums, int so);

    /// `sums[so + c] = sum over rows of (x - centre)` and `sums[so + channels + c] = sum over rows of (x - centre)^2`; channel `c` of the
    /// centre at `centre[co + c]`. Two chains each, of even and of odd rows, are added at the end.
    void moments(float[] x, int xo, int rows, int channels, float[] centre, int co, float[] sums, int so);

    /// `sums[so + c] = sum over rows of dy` and `sums[so + channels + c] = sum over rows of dy * (x - mean)`.
    void products(float[] dy, int dyo, float[] x, int xo, int rows, int channels, float[] mean, float[] sums, int so);

    /// [#products] with the gradient that passes relu in the place of `dy`: `dy * 0` where `(x - mean) * scale + shift <= 0`, that sum
    /// being rounded as by [#normalize].
    void activeProducts(float[] dy, int dyo, float[] x, int xo, int rows, int channels, float[] mean, float[] scale, float[] shift,
            float[] sums, int so);

    /// `y = max((x - mean) * scale + shift, least)`, the sum as one fused multiply-add; NaN stays. `y` may be `x`.
    void normalize(float[] x, int xo, int rows, int channels, float[] mean, float[] scale, float[] shift, float least, float[] y, int yo);

    /// `dx = dy * scale + ((x - mean) * slope + shift)`, two fused multiply-adds.
    void gradient(float[] dy, int dyo, float[] x, int xo, int rows, int channels, float[] mean, float[] scale, float[] slope, float[] shift,
            float[] dx, int dxo);

    /// [#gradient] with the gradient that passes relu in the place of `dy`, as in [#activeProducts] with `bias` as its shift.
    void activeGradient(float[] dy, int dyo, float[] x, int xo, int rows, int channels, float[] mean, float[] scale, float[] bias,
            float[] slope, float[] shift, float[] dx, int dxo);
}
