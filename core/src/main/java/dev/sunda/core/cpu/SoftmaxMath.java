package dev.sunda.core.cpu;

/// Innermost loops of softmax on contiguous floats. Both implementations give the same bits.
sealed interface SoftmaxMath permits ScalarSoftmaxMath, SimdSoftmaxMath {
    /// The implementation of this process.
    SoftmaxMath CHOSEN = VectorPath.isSimd() ? new SimdSoftmaxMath() : new ScalarSoftmaxMath();

    /// `y = exp(x - shift)`.
    void expShifted(float[] x, int xi, float shift, float[] y, int yi, int n);

    /// `dx = y * (dy - dot)`.
    void backward(float[] y, int yi, float[] dy, int di, float dot, float[] dx, int oi, int n);

    /// `dx = dy - exp(y) * sum`.
    void logBackward(float[] y, int yi, float[] dy, int di, float sum, float[] dx, int oi, int n);
}
