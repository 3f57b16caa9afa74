package dev.sunda.core.cpu;

/// Innermost loops of depthwise convolutions of F64, along places: the channels of neighbouring positions in one long row. What belongs to
/// a channel repeats after a period of places, a multiple of [#PLACES]. All chains are of fused multiply-adds.
sealed interface Depthwise64Kernel permits ScalarDepthwise64, SimdDepthwise64 {
    /// The twin this process uses.
    Depthwise64Kernel CHOSEN = VectorPath.isSimd() ? new SimdDepthwise64() : new ScalarDepthwise64();

    /// Places that fill a vector of any width.
    int PLACES = 8;

    /// `out[oo + i] += x[x0 + i] * w[w0 + j] + x[x1 + i] * w[w1 + j] + x[x2 + i] * w[w2 + j]` with `j = (from + i) % period` for
    /// `i < n`, in this order.
    ///
    /// @param from a multiple of [#PLACES]
    void three(double[] x, int x0, int x1, int x2, double[] w, int w0, int w1, int w2, int from, int period, double[] out, int oo, int n);

    /// The same for one tap.
    void one(double[] x, int x0, double[] w, int w0, int from, int period, double[] out, int oo, int n);

    /// `sums[sk + i % period] += x[xk + i] * dy[yo + i]` for `i < n` in ascending order and `k` from 0 to 2.
    void gradients(double[] x, int x0, int x1, int x2, double[] dy, int yo, double[] sums, int s0, int s1, int s2, int period, int n);

    /// The same for one tap.
    void gradient(double[] x, int x0, double[] dy, int yo, double[] sums, int s0, int period, int n);
}
