package dev.sunda.core.cpu;

/// [PoolingKernel] of F64.
sealed interface Pooling64Kernel permits ScalarPooling64, SimdPooling64 {
    /// The twin this process uses.
    Pooling64Kernel CHOSEN = VectorPath.isSimd() ? new SimdPooling64() : new ScalarPooling64();

    /// Neighbouring windows: `out[p][c]` = largest `x[at[t] + p * step * channels + c]` over `taps` pixels, or `least` if that is larger;
    /// `index[p][c]` = `within[t] + p * step` of the first pixel that attains the largest. NaN is larger than everything, the last
    /// one of several counts.
    ///
    /// @param taps at least 1
    /// @param out pixel `p` at `oo + p * channels`; modified
    /// @param index pixel `p` at `io + p * channels`; modified
    void max(double[] x, int[] at, int[] within, int taps, int step, int pixels, int channels, double least, double[] out, int oo,
            int[] index, int io);

    /// The same without saying where.
    void largest(double[] x, int[] at, int taps, int step, int pixels, int channels, double least, double[] out, int oo);

    /// The way back: `dx[at[t] + p * step * channels + c] = index[p][c] == within[t] + p * step ? dy[p][c] : 0`, added to `dx` if `add`.
    void spread(double[] dy, int dyo, int[] index, int io, int[] at, int[] within, int taps, int step, int pixels, int channels,
            boolean add, double[] dx);

    /// `out[oo + c] = sum over t of x[at[t] + c] / divisor[t]` in the order of `t`.
    void average(double[] x, int[] at, double[] divisor, int taps, int channels, double[] out, int oo);

    /// `out[oo + c] = (sum over t of x[at[t] + c]) / divisor` in the order of `t`.
    void mean(double[] x, int[] at, int taps, double divisor, int channels, double[] out, int oo);
}
