package dev.sunda.core.cpu;

/// Innermost loops of depthwise convolutions, vectorised over channels. Images and weights are channels-last.
sealed interface DepthwiseKernel permits ScalarDepthwise, SimdDepthwise {
    /// The twin this process uses.
    DepthwiseKernel ACTIVE = VectorPath.isSimd() ? new SimdDepthwise() : new ScalarDepthwise();

    /// Neighbouring pixels that see the same taps: `out[p][c] = start[c] + sum over t of x[at[t] + p * step + c] * w[weight[t] + c]`, a
    /// chain
    /// in the order of `t`.
    ///
    /// @param taps how many entries of `at` and `weight` count
    /// @param out pixel `p` at `oo + p * channels`; modified
    void pixels(float[] x, int[] at, int step, float[] w, int[] weight, int taps, float[] start, int channels, int pixels, float[] out,
            int oo);

    /// `sums[so + t * channels + c] += sum over p of x[xo + p * step + t * tapStep + c] * dy[dyo + p * channels + c]` for `t < taps`,
    /// each a
    /// chain in the order of `p`.
    void gradient(float[] x, int xo, int step, int tapStep, int taps, float[] dy, int dyo, int channels, int pixels, float[] sums, int so);
}
