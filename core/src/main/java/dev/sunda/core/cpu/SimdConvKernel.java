package dev.sunda.core.cpu;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// Tiles of six rows and two vectors: twelve accumulators, two vectors of one side and a broadcast of the other fill the 16 registers
/// of AVX2.
final class SimdConvKernel implements ConvKernel {
    private static final VectorSpecies<Float> S = SimdSpecies.F;
    private static final int L = S.length();
    private static final int COLUMNS = 2 * L;
    private static final SimdGemm PRODUCTS = new SimdGemm();

    @Override
    public int columns() {
        return COLUMNS;
    }

    @Override
    public void tile(float[] x, int[] at, int first, int rows, int xo, float[] b, int bo, int k, float[] start, int so,
            float[] c, int[] to, int co) {
        int last = first + rows - 1;
        int i1 = Math.min(first + 1, last);
        int i2 = Math.min(first + 2, last);
        int i3 = Math.min(first + 3, last);
        int i4 = Math.min(first + 4, last);
        int i5 = Math.min(first + 5, last);
        float[] s = start == null ? c : start;
        int s0 = start == null ? co + to[first] : so;
        int s1 = start == null ? co + to[i1] : so;
        int s2 = start == null ? co + to[i2] : so;
        int s3 = start == null ? co + to[i3] : so;
        int s4 = start == null ? co + to[i4] : so;
        int s5 = start == null ? co + to[i5] : so;
        FloatVector c00 = fromArray(S, s, s0), c01 = fromArray(S, s, s0 + L);
        FloatVector c10 = fromArray(S, s, s1), c11 = fromArray(S, s, s1 + L);
        FloatVector c20 = fromArray(S, s, s2), c21 = fromArray(S, s, s2 + L);
        FloatVector c30 = fromArray(S, s, s3), c31 = fromArray(S, s, s3 + L);
        FloatVector c40 = fromArray(S, s, s4), c41 = fromArray(S, s, s4 + L);
        FloatVector c50 = fromArray(S, s, s5), c51 = fromArray(S, s, s5 + L);
        int x0 = at[first] + xo;
        int x1 = at[i1] + xo;
        int x2 = at[i2] + xo;
        int x3 = at[i3] + xo;
        int x4 = at[i4] + xo;
        int x5 = at[i5] + xo;
        for (int p = 0; p < k; p++) {
            FloatVector b0 = fromArray(S, b, bo + p * COLUMNS), b1 = fromArray(S, b, bo + p * COLUMNS + L);
            FloatVector v0 = broadcast(S, x[x0 + p]);
            c00 = v0.fma(b0, c00);
            c01 = v0.fma(b1, c01);
            FloatVector v1 = broadcast(S, x[x1 + p]);
            c10 = v1.fma(b0, c10);
            c11 = v1.fma(b1, c11);
            FloatVector v2 = broadcast(S, x[x2 + p]);
            c20 = v2.fma(b0, c20);
            c21 = v2.fma(b1, c21);
            FloatVector v3 = broadcast(S, x[x3 + p]);
            c30 = v3.fma(b0, c30);
            c31 = v3.fma(b1, c31);
            FloatVector v4 = broadcast(S, x[x4 + p]);
            c40 = v4.fma(b0, c40);
            c41 = v4.fma(b1, c41);
            FloatVector v5 = broadcast(S, x[x5 + p]);
            c50 = v5.fma(b0, c50);
            c51 = v5.fma(b1, c51);
        }
        put(c00, c01, c, co + to[first]);                            // rows that are not there repeat the last one
        put(c10, c11, c, co + to[i1]);
        put(c20, c21, c, co + to[i2]);
        put(c30, c31, c, co + to[i3]);
        put(c40, c41, c, co + to[i4]);
        put(c50, c51, c, co + to[i5]);
    }

    @Override
    public void patches(float[] x, int[] at, int first, int rows, int[] offsets, int from, int until, float[] b, int bo, float[] start,
            int so, float[] c, int[] to, int co) {
        int last = first + rows - 1;
        int i1 = Math.min(first + 1, last);
        int i2 = Math.min(first + 2, last);
        int i3 = Math.min(first + 3, last);
        int i4 = Math.min(first + 4, last);
        int i5 = Math.min(first + 5, last);
        float[] s = start == null ? c : start;
        int s0 = start == null ? co + to[first] : so;
        int s1 = start == null ? co + to[i1] : so;
        int s2 = start == null ? co + to[i2] : so;
        int s3 = start == null ? co + to[i3] : so;
        int s4 = start == null ? co + to[i4] : so;
        int s5 = start == null ? co + to[i5] : so;
        FloatVector c00 = fromArray(S, s, s0), c01 = fromArray(S, s, s0 + L);
        FloatVector c10 = fromArray(S, s, s1), c11 = fromArray(S, s, s1 + L);
        FloatVector c20 = fromArray(S, s, s2), c21 = fromArray(S, s, s2 + L);
        FloatVector c30 = fromArray(S, s, s3), c31 = fromArray(S, s, s3 + L);
        FloatVector c40 = fromArray(S, s, s4), c41 = fromArray(S, s, s4 + L);
        FloatVector c50 = fromArray(S, s, s5), c51 = fromArray(S, s, s5 + L);
        int x0 = at[first];
        int x1 = at[i1];
        int x2 = at[i2];
        int x3 = at[i3];
        int x4 = at[i4];
        int x5 = at[i5];
        for (int p = from, bp = bo; p < until; p++, bp += COLUMNS) {
            int q = offsets[p];
            FloatVector b0 = fromArray(S, b, bp), b1 = fromArray(S, b, bp + L);
            FloatVector v0 = broadcast(S, x[x0 + q]);
            c00 = v0.fma(b0, c00);
            c01 = v0.fma(b1, c01);
            FloatVector v1 = broadcast(S, x[x1 + q]);
            c10 = v1.fma(b0, c10);
            c11 = v1.fma(b1, c11);
            FloatVector v2 = broadcast(S, x[x2 + q]);
            c20 = v2.fma(b0, c20);
            c21 = v2.fma(b1, c21);
            FloatVector v3 = broadcast(S, x[x3 + q]);
            c30 = v3.fma(b0, c30);
            c31 = v3.fma(b1, c31);
            FloatVector v4 = broadcast(S, x[x4 + q]);
            c40 = v4.fma(b0, c40);
            c41 = v4.fma(b1, c41);
            FloatVector v5 = broadcast(S, x[x5 + q]);
            c50 = v5.fma(b0, c50);
            c51 = v5.fma(b1, c51);
        }
        put(c00, c01, c, co + to[first]);                            // rows that are not there repeat the last one
        put(c10, c11, c, co + to[i1]);
        put(c20, c21, c, co + to[i2]);
        put(c30, c31, c, co + to[i3]);
        put(c40, c41, c, co + to[i4]);
        put(c50, c51, c, co + to[i5]);
    }

    @Override
    public void outer(float[] a, int ao, int lda, int rows, float[] b, int bo, int ldb, int k, float[] c, int co, int ldc) {
        PRODUCTS.outer(a, ao, lda, rows, b, bo, ldb, k, c, co, ldc);
    }

    @Override
    public void gather(float[] x, int xo, int step, int n, float[] to, int at) {
        for (int p = 0; p < n; p++) {
            fromArray(S, x, xo + p * step).intoArray(to, at + p * COLUMNS);
            fromArray(S, x, xo + p * step + L).intoArray(to, at + p * COLUMNS + L);
        }
    }

    private static void put(FloatVector low, FloatVector high, float[] c, int at) {
        low.intoArray(c, at);
        high.intoArray(c, at + L);
    }
}
