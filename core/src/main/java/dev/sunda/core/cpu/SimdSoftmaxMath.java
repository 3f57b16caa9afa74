package dev.sunda.core.cpu;

import static jdk.incubator.vector.FloatVector.fromArray;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// Whole vectors; the rest of a loop is left to [ScalarSoftmaxMath].
final class SimdSoftmaxMath implements SoftmaxMath {
    private static final VectorSpecies<Float> S = SimdSpecies.F;
    private static final int L = S.length();

    @Override
    public void expShifted(float[] x, int xi, float shift, float[] y, int yi, int n) {
        int end = S.loopBound(n);
        SimdFunctions.exp(x, xi, shift, y, yi, end);
        ScalarSoftmaxMath.finishExp(x, xi, shift, y, yi, end, n);
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
