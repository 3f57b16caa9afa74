package dev.sunda.core.cpu;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;

import java.lang.invoke.VarHandle;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// Tiles of six rows and two vectors: twelve accumulators, two vectors of `b` and one broadcast fill the 16 registers of AVX2.
/// Arrays only and nothing to inline but the vector operations themselves, so that every compiler tier copes with the method.
///
/// The compiler likes to load all six elements of `a` before it uses the first. Then a register is missing, a sum is kept on the stack,
/// and its chain of store, load and multiply-add makes the loop 2.3 times slower (43 instead of 98 GFLOP/s on one Zen 3 core). Which
/// garbage collector runs decides it, since that shapes the loop. The fences keep the loads apart; they cost no instruction. They suffice
/// because all rows are addressed from one index: the row stride is a constant.
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
    public void inner(float[] a, int ao, int rows, float[] b, int bo, int k, float[] start, int so, int lds, float[] c, int co, int ldc) {
        int s1 = so + Math.min(1, rows - 1) * lds;
        int s2 = so + Math.min(2, rows - 1) * lds;
        int s3 = so + Math.min(3, rows - 1) * lds;
        int s4 = so + Math.min(4, rows - 1) * lds;
        int s5 = so + Math.min(5, rows - 1) * lds;
        FloatVector c00 = fromArray(S, start, so), c01 = fromArray(S, start, so + L);
        FloatVector c10 = fromArray(S, start, s1), c11 = fromArray(S, start, s1 + L);
        FloatVector c20 = fromArray(S, start, s2), c21 = fromArray(S, start, s2 + L);
        FloatVector c30 = fromArray(S, start, s3), c31 = fromArray(S, start, s3 + L);
        FloatVector c40 = fromArray(S, start, s4), c41 = fromArray(S, start, s4 + L);
        FloatVector c50 = fromArray(S, start, s5), c51 = fromArray(S, start, s5 + L);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = fromArray(S, b, bo + p * COLUMNS), b1 = fromArray(S, b, bo + p * COLUMNS + L);
            FloatVector v0 = broadcast(S, a[ao + p]);
            c00 = v0.fma(b0, c00);
            c01 = v0.fma(b1, c01);
            VarHandle.loadLoadFence();
            FloatVector v1 = broadcast(S, a[ao + p + STRIDE]);
            c10 = v1.fma(b0, c10);
            c11 = v1.fma(b1, c11);
            VarHandle.loadLoadFence();
            FloatVector v2 = broadcast(S, a[ao + p + 2 * STRIDE]);
            c20 = v2.fma(b0, c20);
            c21 = v2.fma(b1, c21);
            VarHandle.loadLoadFence();
            FloatVector v3 = broadcast(S, a[ao + p + 3 * STRIDE]);
            c30 = v3.fma(b0, c30);
            c31 = v3.fma(b1, c31);
            VarHandle.loadLoadFence();
            FloatVector v4 = broadcast(S, a[ao + p + 4 * STRIDE]);
            c40 = v4.fma(b0, c40);
            c41 = v4.fma(b1, c41);
            VarHandle.loadLoadFence();
            FloatVector v5 = broadcast(S, a[ao + p + 5 * STRIDE]);
            c50 = v5.fma(b0, c50);
            c51 = v5.fma(b1, c51);
        }
        put(c00, c01, c, co);
        if (rows > 1)
            put(c10, c11, c, co + ldc);
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
    public void copyRows(float[] b, int at, int rowStride, int rows, float[] to, int out) {
        for (int i = 0; i < rows; i++) {
            FloatVector low = fromArray(S, b, at + i * rowStride), high = fromArray(S, b, at + i * rowStride + L);
            low.intoArray(to, out + i * COLUMNS);
            high.intoArray(to, out + i * COLUMNS + L);
        }
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
            VarHandle.loadLoadFence();
            FloatVector v1 = broadcast(S, a[ap + 1]);
            c10 = v1.fma(b0, c10);
            c11 = v1.fma(b1, c11);
            VarHandle.loadLoadFence();
            FloatVector v2 = broadcast(S, a[ap + 2]);
            c20 = v2.fma(b0, c20);
            c21 = v2.fma(b1, c21);
            VarHandle.loadLoadFence();
            FloatVector v3 = broadcast(S, a[ap + 3]);
            c30 = v3.fma(b0, c30);
            c31 = v3.fma(b1, c31);
            VarHandle.loadLoadFence();
            FloatVector v4 = broadcast(S, a[ap + 4]);
            c40 = v4.fma(b0, c40);
            c41 = v4.fma(b1, c41);
            VarHandle.loadLoadFence();
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
