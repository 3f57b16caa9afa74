package dev.sunda.core.cpu;

/// Innermost loops of depthwise convolutions of F64 with channels innermost: chains of fused multiply-adds in a fixed order.
sealed interface Depthwise64Kernel permits ScalarDepthwise64, SimdDepthwise64 {
    /// The twin this process uses.
    Depthwise64Kernel CHOSEN = VectorPath.isSimd() ? new SimdDepthwise64() : new ScalarDepthwise64();

    /// `y[yo + p * channels + c] = start[c] + sum over t < seen of x[at[t] + p * step + c] * w[taps[t] + c]` for `p < length` positions
    /// and all channels.
    void pixels(double[] x, int[] at, int step, double[] w, int[] taps, int seen, double[] start, int channels, int length, double[] y,
            int yo);

    /// `sums[so + c] += sum over p < length of x[xo + p * step + c] * dy[yo + p * channels + c]` for all channels.
    void gradient(double[] x, int xo, int step, double[] dy, int yo, int channels, int length, double[] sums, int so);
}
