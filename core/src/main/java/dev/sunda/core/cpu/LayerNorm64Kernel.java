package dev.sunda.core.cpu;

/// [LayerNormKernel] of F64: single rows of contiguous doubles, sums in the eight chains of [Reduce64#sum].
sealed interface LayerNorm64Kernel permits ScalarLayerNorm64, SimdLayerNorm64 {
    /// The twin this process uses.
    LayerNorm64Kernel CHOSEN = VectorPath.isSimd() ? new SimdLayerNorm64() : new ScalarLayerNorm64();

    /// Two sums that run over a row, and work memory for their chains.
    ///
    /// @param totals the sums
    record Sums(double[] totals, double[] plain, double[] centred) {
        Sums() {
            this(new double[2], new double[8], new double[8]);
        }
    }

    /// `sum of (x - mean)^2`.
    ///
    /// @param lanes work memory, 8
    double squares(double[] x, int xi, double mean, int n, double[] lanes);

    /// `y = (x - mean) * rstd * w + b`, the last two as one fused multiply-add; returns the sum of the `n` elements of `x` from `next` on:
    /// the row after this one comes from memory meanwhile.
    ///
    /// @param lanes work memory, 8
    double normalize(double[] x, int xi, int next, double mean, double rstd, double[] w, double[] b, double[] y, int yi, int n,
            double[] lanes);

    /// The sums of `dy * w` and of `dy * w * (x - mean)`.
    void products(double[] dy, int di, double[] x, int xi, double mean, double[] w, Sums sums, int n);

    /// `dx = dy * w * rstd + ((x - mean) * slope + shift)`, two fused multiply-adds.
    void gradient(double[] dy, int di, double[] x, int xi, double mean, double rstd, double[] w, double slope, double shift, double[] dx,
            int oi, int n);

    /// In one loop with the [#products], element by element, `dw += dy * ((x - mean) * rstd)` and `db += dy`.
    ///
    /// @param sums `dw` from `wo` on and `db` from `bo` on
    void parameterGradients(double[] dy, int di, double[] x, int xi, double mean, double rstd, double[] w, double[] sums, int wo, int bo,
            Sums products, int n);
}
