package dev.sunda.core.cpu;

import static jdk.incubator.vector.FloatVector.fromArray;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// Whole vectors; the rest of a loop is left to [ScalarSoftmaxMath].
final class SimdSoftmaxMath implements SoftmaxMath {
    private static final VectorSpecies<Float> S = SimdSpecies.F;
    private static final int L = S.length();

    /// What does not fill a vector is part of one that overlaps the last whole one, unless source and result are the same place.
    @Override
    public void expShifted(float[] x, int xi, float shift, float[] y, int yi, int n) {
        int end = S.loopBound(n);
        SimdFunctions.exp(x, xi, shift, y, yi, end);
        if (end == n)
            return;
        if (n > L && x != y)
            SimdFunctions.exp(x, xi + n - L, shift, y, yi + n - L, L);
        else
            ScalarSoftmaxMath.finishExp(x, xi, shift, y, yi, end, n);
    }

    @Override
    public void divide(float[] y, int yi, float sum, int n) {
        int end = S.loopBound(n);
        quotients(y, yi, sum, end);
        ScalarSoftmaxMath.finishDivide(y, yi, sum, end, n);
    }

    @Override
    public void shift(float[] x, int xi, float max, float log, float[] y, int yi, int n) {
        int end = S.loopBound(n);
        differences(x, xi, max, log, y, yi, end);
        ScalarSoftmaxMath.finishShift(x, xi, max, log, y, yi, end, n);
    }

    private static void quotients(float[] y, int yi, float sum, int end) {
        FloatVector inverse = FloatVector.broadcast(S, 1 / sum);
        FloatVector minus = FloatVector.broadcast(S, -sum);
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, y, yi + j);
            FloatVector q = v.mul(inverse);
            q.fma(minus, v).fma(inverse, q).intoArray(y, yi + j);
        }
    }

    private static void differences(float[] x, int xi, float max, float log, float[] y, int yi, int end) {
        for (int j = 0; j < end; j += L)
            fromArray(S, x, xi + j).sub(max).sub(log).intoArray(y, yi + j);
    }

    @Override
    public void backward(float[] y, int yi, float[] dy, int di, float dot, float[] dx, int oi, int n) {
        int end = S.loopBound(n);
        plain(y, yi, dy, di, dot, dx, oi, end);
        ScalarSoftmaxMath.finishBackward(y, yi, dy, di, dot, dx, oi, end, n);
    }

    @Override
    public void logBackward(float[] y, int yi, float[] dy, int di, float sum, float[] dx, int oi, int n) {
        int end = S.loopBound(n);
        SimdFunctions.exp(y, yi, 0, dx, oi, end);
        logarithm(dy, di, sum, dx, oi, end);
        ScalarSoftmaxMath.finishLogBackward(y, yi, dy, di, sum, dx, oi, end, n);
    }

    private static void plain(float[] y, int yi, float[] dy, int di, float dot, float[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L)
            fromArray(S, y, yi + j).mul(fromArray(S, dy, di + j).sub(dot)).intoArray(dx, oi + j);
    }

    /// `dx` holds `exp(y)` on entry.
    private static void logarithm(float[] dy, int di, float sum, float[] dx, int oi, int end) {
        FloatVector minus = FloatVector.broadcast(S, -sum);
        for (int j = 0; j < end; j += L)
            fromArray(S, dx, oi + j).fma(minus, fromArray(S, dy, di + j)).intoArray(dx, oi + j);
    }
}
