package dev.sunda.core.cpu;

import static jdk.incubator.vector.DoubleVector.broadcast;
import static jdk.incubator.vector.DoubleVector.fromArray;

import java.lang.invoke.VarHandle;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/// Tiles of six rows and two vectors; see [SimdGemm] for what the fences and the constant row stride are for.
final class SimdGemm64 implements Gemm64Kernel {
    private static final VectorSpecies<Double> S = SimdSpecies.D;
    private static final int L = S.length();
    private static final int COLUMNS = 2 * L;

    @Override
    public int columns() {
        return COLUMNS;
    }

    @Override
    public void tile(double[] a, int ao, int rows, double[] b, int bo, int k, double[] start, int so, int lds, double[] c, int co,
            int ldc) {
        int s1 = so + Math.min(1, rows - 1) * lds;
        int s2 = so + Math.min(2, rows - 1) * lds;
        int s3 = so + Math.min(3, rows - 1) * lds;
        int s4 = so + Math.min(4, rows - 1) * lds;
        int s5 = so + Math.min(5, rows - 1) * lds;
        DoubleVector c00 = fromArray(S, start, so), c01 = fromArray(S, start, so + L);
        DoubleVector c10 = fromArray(S, start, s1), c11 = fromArray(S, start, s1 + L);
        DoubleVector c20 = fromArray(S, start, s2), c21 = fromArray(S, start, s2 + L);
        DoubleVector c30 = fromArray(S, start, s3), c31 = fromArray(S, start, s3 + L);
        DoubleVector c40 = fromArray(S, start, s4), c41 = fromArray(S, start, s4 + L);
        DoubleVector c50 = fromArray(S, start, s5), c51 = fromArray(S, start, s5 + L);
        for (int p = 0; p < k; p++) {
            DoubleVector b0 = fromArray(S, b, bo + p * COLUMNS), b1 = fromArray(S, b, bo + p * COLUMNS + L);
            DoubleVector v0 = broadcast(S, a[ao + p]);
            c00 = v0.fma(b0, c00);
            c01 = v0.fma(b1, c01);
            VarHandle.loadLoadFence();
            DoubleVector v1 = broadcast(S, a[ao + p + STRIDE]);
            c10 = v1.fma(b0, c10);
            c11 = v1.fma(b1, c11);
            VarHandle.loadLoadFence();
            DoubleVector v2 = broadcast(S, a[ao + p + 2 * STRIDE]);
            c20 = v2.fma(b0, c20);
            c21 = v2.fma(b1, c21);
            VarHandle.loadLoadFence();
            DoubleVector v3 = broadcast(S, a[ao + p + 3 * STRIDE]);
            c30 = v3.fma(b0, c30);
            c31 = v3.fma(b1, c31);
            VarHandle.loadLoadFence();
            DoubleVector v4 = broadcast(S, a[ao + p + 4 * STRIDE]);
            c40 = v4.fma(b0, c40);
            c41 = v4.fma(b1, c41);
            VarHandle.loadLoadFence();
            DoubleVector v5 = broadcast(S, a[ao + p + 5 * STRIDE]);
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
    public void addPieces(double[] from, int at, int step, int n, int length, double[] to, int out, int distance) {
        int whole = S.loopBound(length);
        for (int i = 0; i < n; i++, at += step, out += distance) {
            for (int j = 0; j < whole; j += L)
                fromArray(S, to, out + j).add(fromArray(S, from, at + j)).intoArray(to, out + j);
            for (int j = whole; j < length; j++)
                to[out + j] += from[at + j];
        }
    }

    private static void put(DoubleVector low, DoubleVector high, double[] c, int at) {
        low.intoArray(c, at);
        high.intoArray(c, at + L);
    }
}
