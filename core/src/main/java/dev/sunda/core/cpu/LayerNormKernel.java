package dev.sunda.core.cpu;

/// Innermost loops of layer normalisation: single rows of contiguous floats. Sums have the 16 logical lanes of [ReduceMath], so both
/// implementations give the same bits.
sealed interface LayerNormKernel permits ScalarLayerNorm, SimdLayerNorm {
    /// The twin this process uses.
    LayerNormKernel ACTIVE = VectorPath.isSimd() ? new SimdLayerNorm() : new ScalarLayerNorm();

    /// Two sums that run over a row, plain and of centred values, and work memory for their lanes.
    ///
    /// @param totals the sums
    record Sums(float[] totals, float[] plain, float[] centred) {
        Sums() {
            this(new float[2], new float[16], new float[16]);
        }
    }

    /// In one loop the sum of the `n` elements of `x` from `next` on, in the lanes of [ReduceMath#sum], and that of `(x - mean)^2` of the
    /// row at `xi`: the row after this one comes from memory while this one is read from the first cache, since results go to memory in
    /// [#normalize].
    void squares(float[] x, int xi, int next, float mean, int n, Sums sums);

    /// `y = (x - mean) * rstd * w + b`, the last two as one fused multiply-add.
    ///
    /// @param w from `wi` on, as `b`
    void normalize(float[] x, int xi, float mean, float rstd, float[] w, float[] b, int wi, float[] y, int yi, int n);

    /// The sums of `dy * w` and of `dy * w * (x - mean)`.
    ///
    /// @param w from `wi` on
    void products(float[] dy, int di, float[] x, int xi, float mean, float[] w, int wi, Sums sums, int n);

    /// `dx = dy * w * rstd + ((x - mean) * slope + shift)`, two fused multiply-adds.
    ///
    /// @param w from 0 on
    void gradient(float[] dy, int di, float[] x, int xi, float mean, float rstd, float[] w, float slope, float shift, float[] dx, int oi,
            int n);

    /// In one loop with the [#products], element by element, `dw += dy * ((x - mean) * rstd)` and `db += dy`.
    ///
    /// @param w from `wi` on
    /// @param sums `dw` from `wo` on and `db` from `bo` on
    void parameterGradients(float[] dy, int di, float[] x, int xi, float mean, float rstd, float[] w, int wi, float[] sums, int wo, int bo,
            Sums products, int n);
}
