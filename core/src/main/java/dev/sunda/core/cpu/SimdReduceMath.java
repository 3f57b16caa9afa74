package dev.sunda.core.cpu;

import static jdk.incubator.vector.FloatVector.fromArray;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The 16 logical lanes in one, two or four vectors; the rest of a loop is left to [ScalarReduceMath].
final class SimdReduceMath implements ReduceMath {
    private static final VectorSpecies<Float> S = SimdSpecies.F;
    private static final int L = S.length();

    @Override
    public float sum(float[] x, int xi, int n) {
        var lanes = new float[16];
        int end = n & -16;
        if (end > 0)
            switch (L) {
            case 16 -> sum16(lanes, x, xi, end);
            case 8 -> sum8(lanes, x, xi, end);
            default -> sum4(lanes, x, xi, end);
            }
        return ScalarReduceMath.finishSum(lanes, x, xi, end, n);
    }

    @Override
    public float dot(float[] x, int xi, float[] y, int yi, int n) {
        var lanes = new float[16];
        int end = n & -16;
        if (end > 0)
            switch (L) {
            case 16 -> dot16(lanes, x, xi, y, yi, end);
            case 8 -> dot8(lanes, x, xi, y, yi, end);
            default -> dot4(lanes, x, xi, y, yi, end);
            }
        return ScalarReduceMath.finishDot(lanes, x, xi, y, yi, end, n);
    }

    @Override
    public void sumRows(float[] x, int xi, int stride, int rows, float[] out, int oi, int n) {
        int j = 0;
        for (; j <= n - 4 * L; j += 4 * L)
            rows4(x, xi + j, stride, rows, out, oi + j);
        for (; j <= n - L; j += L)
            rows1(x, xi + j, stride, rows, out, oi + j);
        ScalarReduceMath.finishRows(x, xi, stride, rows, out, oi, j, n);
    }

    private static void rows4(float[] x, int xi, int stride, int rows, float[] out, int oi) {
        FloatVector a = fromArray(S, x, xi);
        FloatVector b = fromArray(S, x, xi + L);
        FloatVector c = fromArray(S, x, xi + 2 * L);
        FloatVector d = fromArray(S, x, xi + 3 * L);
        for (int r = 1, at = xi + stride; r < rows; r++, at += stride) {
            a = a.add(fromArray(S, x, at));
            b = b.add(fromArray(S, x, at + L));
            c = c.add(fromArray(S, x, at + 2 * L));
            d = d.add(fromArray(S, x, at + 3 * L));
        }
        a.intoArray(out, oi);
        b.intoArray(out, oi + L);
        c.intoArray(out, oi + 2 * L);
        d.intoArray(out, oi + 3 * L);
    }

    private static void rows1(float[] x, int xi, int stride, int rows, float[] out, int oi) {
        FloatVector a = fromArray(S, x, xi);
        for (int r = 1, at = xi + stride; r < rows; r++, at += stride)
            a = a.add(fromArray(S, x, at));
        a.intoArray(out, oi);
    }

    @Override
    public float max(float[] x, int xi, int n) {
        int end = S.loopBound(n);
        float most = end > 0 ? maxVectors(x, xi, end) : Float.NEGATIVE_INFINITY;
        return ScalarReduceMath.finishMax(most, x, xi, end, n);
    }

    @Override
    public float min(float[] x, int xi, int n) {
        int end = S.loopBound(n);
        float least = end > 0 ? minVectors(x, xi, end) : Float.POSITIVE_INFINITY;
        return ScalarReduceMath.finishMin(least, x, xi, end, n);
    }

    private static void sum16(float[] lanes, float[] x, int xi, int end) {
        FloatVector a = FloatVector.zero(S);
        for (int j = 0; j < end; j += 16)
            a = a.add(fromArray(S, x, xi + j));
        a.intoArray(lanes, 0);
    }

    private static void sum8(float[] lanes, float[] x, int xi, int end) {
        FloatVector a = FloatVector.zero(S);
        FloatVector b = FloatVector.zero(S);
        for (int j = 0; j < end; j += 16) {
            a = a.add(fromArray(S, x, xi + j));
            b = b.add(fromArray(S, x, xi + j + 8));
        }
        a.intoArray(lanes, 0);
        b.intoArray(lanes, 8);
    }

    private static void sum4(float[] lanes, float[] x, int xi, int end) {
        FloatVector a = FloatVector.zero(S);
        FloatVector b = FloatVector.zero(S);
        FloatVector c = FloatVector.zero(S);
        FloatVector d = FloatVector.zero(S);
        for (int j = 0; j < end; j += 16) {
            a = a.add(fromArray(S, x, xi + j));
            b = b.add(fromArray(S, x, xi + j + 4));
            c = c.add(fromArray(S, x, xi + j + 8));
            d = d.add(fromArray(S, x, xi + j + 12));
        }
        a.intoArray(lanes, 0);
        b.intoArray(lanes, 4);
        c.intoArray(lanes, 8);
        d.intoArray(lanes, 12);
    }

    private static void dot16(float[] lanes, float[] x, int xi, float[] y, int yi, int end) {
        FloatVector a = FloatVector.zero(S);
        for (int j = 0; j < end; j += 16)
            a = fromArray(S, x, xi + j).fma(fromArray(S, y, yi + j), a);
        a.intoArray(lanes, 0);
    }

    private static void dot8(float[] lanes, float[] x, int xi, float[] y, int yi, int end) {
        FloatVector a = FloatVector.zero(S);
        FloatVector b = FloatVector.zero(S);
        for (int j = 0; j < end; j += 16) {
            a = fromArray(S, x, xi + j).fma(fromArray(S, y, yi + j), a);
            b = fromArray(S, x, xi + j + 8).fma(fromArray(S, y, yi + j + 8), b);
        }
        a.intoArray(lanes, 0);
        b.intoArray(lanes, 8);
    }

    private static void dot4(float[] lanes, float[] x, int xi, float[] y, int yi, int end) {
        FloatVector a = FloatVector.zero(S);
        FloatVector b = FloatVector.zero(S);
        FloatVector c = FloatVector.zero(S);
        FloatVector d = FloatVector.zero(S);
        for (int j = 0; j < end; j += 16) {
            a = fromArray(S, x, xi + j).fma(fromArray(S, y, yi + j), a);
            b = fromArray(S, x, xi + j + 4).fma(fromArray(S, y, yi + j + 4), b);
            c = fromArray(S, x, xi + j + 8).fma(fromArray(S, y, yi + j + 8), c);
            d = fromArray(S, x, xi + j + 12).fma(fromArray(S, y, yi + j + 12), d);
        }
        a.intoArray(lanes, 0);
        b.intoArray(lanes, 4);
        c.intoArray(lanes, 8);
        d.intoArray(lanes, 12);
    }

    private static float maxVectors(float[] x, int xi, int end) {
        FloatVector most = fromArray(S, x, xi);
        for (int j = L; j < end; j += L)
            most = most.max(fromArray(S, x, xi + j));
        var lanes = new float[L];
        most.intoArray(lanes, 0);
        return ScalarReduceMath.finishMax(lanes[0], lanes, 0, 1, L);
    }

    private static float minVectors(float[] x, int xi, int end) {
        FloatVector most = fromArray(S, x, xi);
        for (int j = L; j < end; j += L)
            most = most.min(fromArray(S, x, xi + j));
        var lanes = new float[L];
        most.intoArray(lanes, 0);
        return ScalarReduceMath.finishMin(lanes[0], lanes, 0, 1, L);
    }
}
