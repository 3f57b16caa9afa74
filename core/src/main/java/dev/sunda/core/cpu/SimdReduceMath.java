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

    /// Two blocks at a time: the chains of one alone are not enough to keep up with the caches.
    @Override
    public void blockSums(float[] x, int xi, int blocks, float[] out, int oi) {
        var lanes = new float[16];
        var more = new float[16];
        int i = 0;
        for (; i + 2 <= blocks; i += 2) {
            if (L == 16)
                twoBlocks(lanes, more, x, xi + i * BLOCK);
            else
                for (int first = 0; first < 16; first += 2 * L)
                    twoBlocks(lanes, more, first, x, xi + i * BLOCK + first);
            out[oi + i] = ScalarReduceMath.finishSum(lanes, x, xi, BLOCK, BLOCK);
            out[oi + i + 1] = ScalarReduceMath.finishSum(more, x, xi, BLOCK, BLOCK);
        }
        if (i < blocks)
            out[oi + i] = sum(x, xi + i * BLOCK, BLOCK);
    }

    private static void twoBlocks(float[] lanes, float[] more, float[] x, int xi) {
        FloatVector a = FloatVector.zero(S);
        FloatVector b = FloatVector.zero(S);
        int second = xi + BLOCK;
        for (int j = 0; j < BLOCK; j += 16) {
            a = a.add(fromArray(S, x, xi + j));
            b = b.add(fromArray(S, x, second + j));
        }
        a.intoArray(lanes, 0);
        b.intoArray(more, 0);
    }

    private static void twoBlocks(float[] lanes, float[] more, int first, float[] x, int xi) {
        FloatVector a = FloatVector.zero(S);
        FloatVector b = FloatVector.zero(S);
        FloatVector c = FloatVector.zero(S);
        FloatVector d = FloatVector.zero(S);
        int second = xi + BLOCK;
        for (int j = 0; j < BLOCK; j += 16) {
            a = a.add(fromArray(S, x, xi + j));
            b = b.add(fromArray(S, x, xi + j + L));
            c = c.add(fromArray(S, x, second + j));
            d = d.add(fromArray(S, x, second + j + L));
        }
        a.intoArray(lanes, first);
        b.intoArray(lanes, first + L);
        c.intoArray(more, first);
        d.intoArray(more, first + L);
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

    /// Four rows at a time are added to the sums so far, along the rows: memory is read in its order.
    @Override
    public void sumRows(float[] x, int xi, int stride, int rows, float[] out, int oi, int n) {
        int end = S.loopBound(n);
        System.arraycopy(x, xi, out, oi, end);
        int r = 1;
        for (; r + 4 <= rows; r += 4)
            rows4(x, xi + r * stride, stride, out, oi, end);
        for (; r < rows; r++)
            rows1(x, xi + r * stride, out, oi, end);
        ScalarReduceMath.finishRows(x, xi, stride, rows, out, oi, end, n);
    }

    private static void rows4(float[] x, int xi, int stride, float[] out, int oi, int end) {
        int second = xi + stride;
        int third = second + stride;
        int fourth = third + stride;
        for (int j = 0; j < end; j += L)
            fromArray(S, out, oi + j).add(fromArray(S, x, xi + j)).add(fromArray(S, x, second + j)).add(fromArray(S, x, third + j))
                    .add(fromArray(S, x, fourth + j)).intoArray(out, oi + j);
    }

    private static void rows1(float[] x, int xi, float[] out, int oi, int end) {
        for (int j = 0; j < end; j += L)
            fromArray(S, out, oi + j).add(fromArray(S, x, xi + j)).intoArray(out, oi + j);
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

    /// Four chains, because a maximum that tells zeros apart and passes NaN on takes several dependent instructions.
    private static float maxVectors(float[] x, int xi, int end) {
        FloatVector a = fromArray(S, x, xi), b = a, c = a, d = a;
        int j = 0;
        for (; j <= end - 4 * L; j += 4 * L) {
            a = a.max(fromArray(S, x, xi + j));
            b = b.max(fromArray(S, x, xi + j + L));
            c = c.max(fromArray(S, x, xi + j + 2 * L));
            d = d.max(fromArray(S, x, xi + j + 3 * L));
        }
        for (; j < end; j += L)
            a = a.max(fromArray(S, x, xi + j));
        var lanes = new float[L];
        a.max(b).max(c.max(d)).intoArray(lanes, 0);
        return ScalarReduceMath.finishMax(lanes[0], lanes, 0, 1, L);
    }

    private static float minVectors(float[] x, int xi, int end) {
        FloatVector a = fromArray(S, x, xi), b = a, c = a, d = a;
        int j = 0;
        for (; j <= end - 4 * L; j += 4 * L) {
            a = a.min(fromArray(S, x, xi + j));
            b = b.min(fromArray(S, x, xi + j + L));
            c = c.min(fromArray(S, x, xi + j + 2 * L));
            d = d.min(fromArray(S, x, xi + j + 3 * L));
        }
        for (; j < end; j += L)
            a = a.min(fromArray(S, x, xi + j));
        var lanes = new float[L];
        a.min(b).min(c.min(d)).intoArray(lanes, 0);
        return ScalarReduceMath.finishMin(lanes[0], lanes, 0, 1, L);
    }
}
