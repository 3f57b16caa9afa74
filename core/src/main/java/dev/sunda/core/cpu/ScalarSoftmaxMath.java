package dev.sunda.core.cpu;

/// Plain loops; also finishes what does not fill a vector.
final class ScalarSoftmaxMath implements SoftmaxMath {
    @Override
    public float largest(float[] x, int xi, int n) {
        return finishLargest(x[xi], x, xi, 0, n);
    }

    @Override
    public void expShifted(float[] x, int xi, float shift, float[] y, int yi, int n) {
        finishExp(x, xi, shift, y, yi, 0, n);
    }

    @Override
    public void divide(float[] y, int yi, float sum, int n) {
        finishDivide(y, yi, sum, 0, n);
    }

    @Override
    public void shift(float[] x, int xi, float max, float log, float[] y, int yi, int n) {
        finishShift(x, xi, max, log, y, yi, 0, n);
    }

    @Override
    public void backward(float[] y, int yi, float[] dy, int di, float dot, float[] dx, int oi, int n) {
        finishBackward(y, yi, dy, di, dot, dx, oi, 0, n);
    }

    @Override
    public void logBackward(float[] y, int yi, float[] dy, int di, float sum, float[] dx, int oi, int n) {
        finishLogBackward(y, yi, dy, di, sum, dx, oi, 0, n);
    }

    static float finishLargest(float most, float[] x, int xi, int from, int n) {
        float result = most;
        for (int j = from; j < n; j++)
            result = x[xi + j] > result ? x[xi + j] : result;
        return result;
    }

    static void finishExp(float[] x, int xi, float shift, float[] y, int yi, int from, int n) {
        for (int j = from; j < n; j++)
            y[yi + j] = ScalarFunctions.exp(x[xi + j] - shift);
    }

    static void finishDivide(float[] y, int yi, float sum, int from, int n) {
        float inverse = 1 / sum;
        for (int j = from; j < n; j++) {
            float q = y[yi + j] * inverse;
            y[yi + j] = Math.fma(Math.fma(q, -sum, y[yi + j]), inverse, q);
        }
    }

    static void finishShift(float[] x, int xi, float max, float log, float[] y, int yi, int from, int n) {
        for (int j = from; j < n; j++)
            y[yi + j] = x[xi + j] - max - log;
    }

    static void finishBackward(float[] y, int yi, float[] dy, int di, float dot, float[] dx, int oi, int from, int n) {
        for (int j = from; j < n; j++)
            dx[oi + j] = y[yi + j] * (dy[di + j] - dot);
    }

    static void finishLogBackward(float[] y, int yi, float[] dy, int di, float sum, float[] dx, int oi, int from, int n) {
        for (int j = from; j < n; j++)
            dx[oi + j] = Math.fma(ScalarFunctions.exp(y[yi + j]), -sum, dy[di + j]);
    }
}
