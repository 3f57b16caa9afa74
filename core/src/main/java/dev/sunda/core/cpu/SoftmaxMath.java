package dev.sunda.core.cpu;

/// Innermost loops of softmax on contiguous floats. Both implementations give the same bits.
sealed interface SoftmaxMath permits ScalarSoftmaxMath, SimdSoftmaxMath {
    /// The implementation of this process.
    SoftmaxMath CHOSEN = VectorPath.isSimd() ? new SimdSoftmaxMath() : new ScalarSoftmaxMath();

    /// The largest of `n` elements, at least one. Of a row with NaN it may be any, of zeros either: what follows is the same.
    float largest(float[] x, int xi, int n);

    /// `y = exp(x - shift)`, where `x` is at most 40 more than `shift`.
    void expShifted(float[] x, int xi, float shift, float[] y, int yi, int n);

    /// [#expShifted] of a row to another place; returns the sum of `y` as [ReduceMath#longSum] computes it.
    ///
    /// @param lanes 16 floats to work with
    default double exponentials(float[] x, int xi, float shift, float[] y, int yi, int n, float[] lanes) {
        expShifted(x, xi, shift, y, yi, n);
        return ReduceMath.CHOSEN.longSum(y, yi, n);
    }

    /// `y /= sum`, by the reciprocal and one correction: at most the last bit differs from a division.
    void divide(float[] y, int yi, float sum, int n);

    /// `y = (x - max) - log`.
    void shift(float[] x, int xi, float max, float log, float[] y, int yi, int n);

    /// `dx = y * (dy - dot)`.
    void backward(float[] y, int yi, float[] dy, int di, float dot, float[] dx, int oi, int n);

    /// `dx = dy - exp(y) * sum`, where `y` is at most 40.
    void logBackward(float[] y, int yi, float[] dy, int di, float sum, float[] dx, int oi, int n);

    /// [#backward] of at most [ReduceMath#BLOCK] elements, and the dot product of as many from `y[yn]` and `dy[dn]` on, as [ReduceMath#dot]
    /// computes it: so memory is read while the processor has something else to do.
    ///
    /// @param lanes 16 floats to work with
    default float backward(float[] y, int yi, int yn, float[] dy, int di, int dn, float dot, float[] dx, int oi, int n, float[] lanes) {
        backward(y, yi, dy, di, dot, dx, oi, n);
        return ReduceMath.CHOSEN.dot(y, yn, dy, dn, n);
    }

    /// [#logBackward] of at most [ReduceMath#BLOCK] elements, and the sum of as many from `dy[dn]` on, as [ReduceMath#sum] computes it.
    ///
    /// @param lanes 16 floats to work with
    default float logBackward(float[] y, int yi, float[] dy, int di, int dn, float sum, float[] dx, int oi, int n, float[] lanes) {
        logBackward(y, yi, dy, di, sum, dx, oi, n);
        return ReduceMath.CHOSEN.sum(dy, dn, n);
    }
}
