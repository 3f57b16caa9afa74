package dev.sunda.core.cpu;

/// Innermost loops of pooling, vectorised over channels; images are channels-last.
sealed interface PoolingKernel permits ScalarPooling, SimdPooling {
    /// The twin this process uses.
    PoolingKernel ACTIVE = VectorPath.isSimd() ? new SimdPooling() : new ScalarPooling();

    /// Neighbouring windows: `out[p][c]` = largest `x[at[t] + p * step * channels + c]` over `taps` pixels, or `least` if that is larger;
    /// `index[p][c]` = `within[t] + p * step` of the first pixel that attains the largest. NaN is larger than everything, the last
    /// one of several counts.
    ///
    /// @param taps at least 1
    /// @param out pixel `p` at `oo + p * channels`; modified
    /// @param index pixel `p` at `io + p * channels`; modified
    void max(float[] x, int[] at, int[] within, int taps, int step, int pixels, int channels, float least, float[] out, int oo,
            int[] index, int io);

    /// The same without saying where.
    void largest(float[] x, int[] at, int taps, int step, int pixels, int channels, float least, float[] out, int oo);

    /// The way back: `dx[at[t] + p * step * channels + c] = index[p][c] == within[t] + p * step ? dy[p][c] : 0`, added to `dx` if `add`.
    void spread(float[] dy, int dyo, int[] index, int io, int[] at, int[] within, int taps, int step, int pixels, int channels, boolean add,
            float[] dx);

    /// `out[oo + c] = sum over t of x[at[t] + c] / divisor[t]` in the order of `t`.
    void average(float[] x, int[] at, float[] divisor, int taps, int channels, float[] out, int oo);

    /// `out[oo + c] = (sum over t of x[at[t] + c]) / divisor` in the order of `t`.
    void mean(float[] x, int[] at, int taps, float divisor, int channels, float[] out, int oo);
}
