package dev.sunda.core.cpu;

/// Innermost loops of softmax on contiguous floats. Both implementations give the same bits.
sealed interface SoftmaxMath permits ScalarSoftmaxMath, SimdSoftmaxMath {
    /// The implementation of this process.
    SoftmaxMath CHOSEN = VectorPath.isSimd() ? new SimdSoftmaxMath() : new ScalarSoftmaxMath();

    /// `y = exp(x - shift)`.
    void expShifted(float[] x, int xi, float shift, float[] y, int yi, int n);

    /// `y /= sum`, by the reciprocal and one correction: at most the last bit differs from a division.
    void divide(float[] y, int yi, float sum, int n);

    /// `y = (x - max) - log`.
    void shift(float[] x, int xi, float max, float log, float[] y, int yi, int n);

    /// `dx = y * (dy - dot)`.
    void backward(float[] y, int yi, float[] dy, int di, float dot, float[] dx, int oi, int n);

    /// `dx = dy - exp(y) * sum`.
    void logBackward(float[] y, int yi, float[] dy, int di, float sum, float[] dx, int oi, int n);
}
