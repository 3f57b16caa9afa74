package dev.sunda.core.cpu;

import static jdk.incubator.vector.FloatVector.fromArray;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// Two taps at a time; the rest of a row is left to [ScalarTapMath].
final class SimdTapMath implements TapMath {
    private static final VectorSpecies<Float> S = SimdSpecies.F;
    private static final int L = S.length();
    private static final ScalarTapMath SHORT = new ScalarTapMath();

    @Override
    public void rows(Taps taps, float[] x, int from, int n, float[] out, int to, int first, int end) {
        if (n < L || taps.copies)
            SHORT.rows(taps, x, from, n, out, to, first, end);
        else
            for (int i = first; i < end; i++)
                row(taps, i, x, from, n, out, to + i * n);
    }

    private static void row(Taps taps, int i, float[] x, int from, int n, float[] out, int to) {
        int t = taps.start[i];
        int last = taps.start[i + 1];
        int end = t == last ? 0 : S.loopBound(n);
        if (t + 1 == last)
            one(taps.floats[t], x, from + taps.index[t] * n, out, to, end);
        else if (t < last)
            two(taps.floats[t], x, from + taps.index[t] * n, taps.floats[t + 1], from + taps.index[t + 1] * n, out, to, end);
        for (t += 2; t + 1 < last; t += 2)
            addTwo(taps.floats[t], x, from + taps.index[t] * n, taps.floats[t + 1], from + taps.index[t + 1] * n, out, to, end);
        if (t < last)
            addOne(taps.floats[t], x, from + taps.index[t] * n, out, to, end);
        if (end < n)
            ScalarTapMath.finish(taps, i, x, from, n, out, to, end);
    }

    private static void one(float w, float[] x, int xi, float[] out, int oi, int end) {
        for (int c = 0; c < end; c += L)
            fromArray(S, x, xi + c).mul(w).intoArray(out, oi + c);
    }

    private static void two(float w, float[] x, int xi, float w2, int second, float[] out, int oi, int end) {
        FloatVector factor = FloatVector.broadcast(S, w2);
        for (int c = 0; c < end; c += L)
            fromArray(S, x, second + c).fma(factor, fromArray(S, x, xi + c).mul(w)).intoArray(out, oi + c);
    }

    private static void addOne(float w, float[] x, int xi, float[] out, int oi, int end) {
        FloatVector factor = FloatVector.broadcast(S, w);
        for (int c = 0; c < end; c += L)
            fromArray(S, x, xi + c).fma(factor, fromArray(S, out, oi + c)).intoArray(out, oi + c);
    }

    private static void addTwo(float w, float[] x, int xi, float w2, int second, float[] out, int oi, int end) {
        FloatVector factor = FloatVector.broadcast(S, w);
        FloatVector factor2 = FloatVector.broadcast(S, w2);
        for (int c = 0; c < end; c += L)
            fromArray(S, x, second + c).fma(factor2, fromArray(S, x, xi + c).fma(factor, fromArray(S, out, oi + c))).intoArray(out, oi + c);
    }
}
