package dev.sunda.core.cpu;

/// [SoftmaxMath] of F64: single rows of contiguous doubles, sums in the eight chains of [Reduce64#sum].
sealed interface Softmax64Kernel permits ScalarSoftmax64, SimdSoftmax64 {
    /// The twin this process uses.
    Softmax64Kernel CHOSEN = VectorPath.isSimd() ? new SimdSoftmax64() : new ScalarSoftmax64();

    /// Work memory of the chains of a row.
    record Lanes(double[] sums, double[] largest) {
        Lanes() {
            this(new double[8], new double[8]);
        }
    }

    /// The largest of `n` elements, at least one. Of a row with NaN it may be any, of zeros either: what follows is the same.
    double largest(double[] x, int xi, int n);

    /// `y = exp(x - shift)`, which must not overlap `x`; returns the sum of `y` and leaves the [#largest] of the `n` elements of `x` from
    /// `next` on in the first of `lanes.largest()`: the row after this one comes from memory meanwhile.
    double exponentials(double[] x, int xi, int next, double shift, double[] y, int yi, int n, Lanes lanes);

    /// `y /= sum`, by the reciprocal and one correction: at most the last bit differs from a division.
    void divide(double[] y, int yi, double sum, int n);

    /// `y = (x - max) - log`.
    void shift(double[] x, int xi, double max, double log, double[] y, int yi, int n);

    /// `dx = y * (dy - dot)`; returns the sum of the products of `y` from `yn` on and `dy` from `dn` on, those of the next row.
    double backward(double[] y, int yi, int yn, double[] dy, int di, int dn, double dot, double[] dx, int oi, int n, Lanes lanes);

    /// The sum of the products of `y` and `dy`.
    double dot(double[] y, int yi, double[] dy, int di, int n, Lanes lanes);

    /// `dx = dy - exp(y) * sum`, one fused multiply-add; `dx` must not overlap the sources. Returns the sum of `dy` from `dn` on, of the
    /// next row.
    double logBackward(double[] y, int yi, double[] dy, int di, int dn, double sum, double[] dx, int oi, int n, Lanes lanes);
}
