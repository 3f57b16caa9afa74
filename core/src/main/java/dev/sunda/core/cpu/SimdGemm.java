package dev.sunda.core.cpu;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// Tiles of six rows and two vectors: twelve accumulators, two vectors of `b` and one broadcast fill the 16 registers of AVX2.
/// Arrays only and nothing to inline but the vector operations themselves, so that every compiler tier copes with the method.
final class SimdGemm implements GemmKernel {
    private static final VectorSpecies<Float> S = SimdSpecies.F;
    private static final int L = S.length();
    private static final int ROWS = 6;
    private static final int COLUMNS = 2 * L;

    @Override
    public int rows() {
        return ROWS;
    }

    @Override
    public int columns() {
        return COLUMNS;
    }

    @Override
    public void inner(float[] a, int ao, int lda, int rows, float[] b, int bo, int k, float[] start, int so, int lds, float[] c,
            int co,
            int ldc) {
        int r1 = Math.min(1, rows - 1);
        int r2 = Math.min(2, rows - 1);
        int r3 = Math.min(3, rows - 1);
        int r4 = Math.min(4, rows - 1);
        int r5 = Math.min(5, rows - 1);
        int a1 = ao + r1 * lda;
        int a2 = ao + r2 * lda;
        int a3 = ao + r3 * lda;
        int a4 = ao + r4 * lda;
        int a5 = ao + r5 * lda;
        FloatVector c00 = fromArray(S, start, so), c01 = fromArray(S, start, so + L);
        FloatVector c10 = fromArray(S, start, so + r1 * lds), c11 = fromArray(S, start, so + r1 * lds + L);
        FloatVector c20 = fromArray(S, start, so + r2 * lds), c21 = fromArray(S, start, so + r2 * lds + L);
        FloatVector c30 = fromArray(S, start, so + r3 * lds), c31 = fromArray(S, start, so + r3 * lds + L);
        FloatVector c40 = fromArray(S, start, so + r4 * lds), c41 = fromArray(S, start, so + r4 * lds + L);
        FloatVector c50 = fromArray(S, start, so + r5 * lds), c51 = fromArray(S, start, so + r5 * lds + L);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = fromArray(S, b, bo + p * COLUMNS), b1 = fromArray(S, b, bo + p * COLUMNS + L);
            FloatVector v0 = broadcast(S, a[ao + p]);
            c00 = v0.fma(b0, c00);
            c01 = v0.fma(b1, c01);
            FloatVector v1 = broadcast(S, a[a1 + p]);
            c10 = v1.fma(b0, c10);
            c11 = v1.fma(b1, c11);
            FloatVector v2 = broadcast(S, a[a2 + p]);
            c20 = v2.fma(b0, c20);
            c21 = v2.fma(b1, c21);
            FloatVector v3 = broadcast(S, a[a3 + p]);
            c30 = v3.fma(b0, c30);
            c31 = v3.fma(b1, c31);
            FloatVector v4 = broadcast(S, a[a4 + p]);
            c40 = v4.fma(b0, c40);
            c41 = v4.fma(b1, c41);
            FloatVector v5 = broadcast(S, a[a5 + p]);
            c50 = v5.fma(b0, c50);
            c51 = v5.fma(b1, c51);
        }
        put(c00, c01, c, co);
        if (rows > 1)
            put(c10, c11, c, co + 1 * ldc);
        if (rows > 2)
            put(c20, c21, c, co + 2 * ldc);
        if (rows > 3)
            put(c30, c31, c, co + 3 * ldc);
        if (rows > 4)
            put(c40, c41, c, co + 4 * ldc);
        if (rows > 5)
            put(c50, c51, c, co + 5 * ldc);
    }

    @Override
    public void outer(float[] a, int ao, int lda, int rows, float[] b, int bo, int ldb, int k, float[] c, int co, int ldc) {
        if (rows == ROWS)
            whole(a, ao, lda, b, bo, ldb, k, c, co, ldc);
        else
            for (int i = 0; i < rows; i++)
                single(a, ao + i, lda, b, bo, ldb, k, c, co + i * ldc);
    }

    /// Six rows: neighbouring elements of `a`, whose bounds are checked together.
    private static void whole(float[] a, int ao, int lda, float[] b, int bo, int ldb, int k, float[] c, int co, int ldc) {
        FloatVector c00 = fromArray(S, c, co), c01 = fromArray(S, c, co + L);
        FloatVector c10 = fromArray(S, c, co + ldc), c11 = fromArray(S, c, co + ldc + L);
        FloatVector c20 = fromArray(S, c, co + 2 * ldc), c21 = fromArray(S, c, co + 2 * ldc + L);
        FloatVector c30 = fromArray(S, c, co + 3 * ldc), c31 = fromArray(S, c, co + 3 * ldc + L);
        FloatVector c40 = fromArray(S, c, co + 4 * ldc), c41 = fromArray(S, c, co + 4 * ldc + L);
        FloatVector c50 = fromArray(S, c, co + 5 * ldc), c51 = fromArray(S, c, co + 5 * ldc + L);
        for (int p = 0, ap = ao, bp = bo; p < k; p++, ap += lda, bp += ldb) {
            FloatVector b0 = fromArray(S, b, bp), b1 = fromArray(S, b, bp + L);
            FloatVector v0 = broadcast(S, a[ap]);
            c00 = v0.fma(b0, c00);
            c01 = v0.fma(b1, c01);
            FloatVector v1 = broadcast(S, a[ap + 1]);
            c10 = v1.fma(b0, c10);
            c11 = v1.fma(b1, c11);
            FloatVector v2 = broadcast(S, a[ap + 2]);
            c20 = v2.fma(b0, c20);
            c21 = v2.fma(b1, c21);
            FloatVector v3 = broadcast(S, a[ap + 3]);
            c30 = v3.fma(b0, c30);
            c31 = v3.fma(b1, c31);
            FloatVector v4 = broadcast(S, a[ap + 4]);
            c40 = v4.fma(b0, c40);
            c41 = v4.fma(b1, c41);
            FloatVector v5 = broadcast(S, a[ap + 5]);
            c50 = v5.fma(b0, c50);
            c51 = v5.fma(b1, c51);
        }
        put(c00, c01, c, co);
        put(c10, c11, c, co + ldc);
        put(c20, c21, c, co + 2 * ldc);
        put(c30, c31, c, co + 3 * ldc);
        put(c40, c41, c, co + 4 * ldc);
        put(c50, c51, c, co + 5 * ldc);
    }

    private static void single(float[] a, int ao, int lda, float[] b, int bo, int ldb, int k, float[] c, int co) {
        FloatVector low = fromArray(S, c, co), high = fromArray(S, c, co + L);
        for (int p = 0, ap = ao, bp = bo; p < k; p++, ap += lda, bp += ldb) {
            FloatVector v = broadcast(S, a[ap]);
            low = v.fma(fromArray(S, b, bp), low);
            high = v.fma(fromArray(S, b, bp + L), high);
        }
        put(low, high, c, co);
    }

    private static void put(FloatVector low, FloatVector high, float[] c, int at) {
        low.intoArray(c, at);
        high.intoArray(c, at + L);
    }
}
