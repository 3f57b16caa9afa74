package dev.sunda.core.cpu;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;

import java.lang.invoke.VarHandle;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/// Tiles of one vector, for panels that hold no more columns: twelve rows, so that there are as many independent sums as in [SimdGemm], of
/// which this is a part. The left side lies there as for two of its tiles of six rows.
final class SimdNarrowGemm {
    private static final VectorSpecies<Float> S = SimdSpecies.F;
    private static final int L = S.length();
    private static final int STRIDE = GemmKernel.STRIDE;
    private static final int TILE = GemmKernel.TILE;
    private static final int SIX = SimdGemm.ROWS;
    private static final int EIGHT = GemmKernel.OUTER_ROWS;

    private SimdNarrowGemm() {
    }

    /// See [GemmKernel#narrow].
    static void tile(float[] a, int ao, int rows, float[] b, int bo, int k, float[] start, int so, float[] c, int[] to, int first, int co) {
        int last = first + rows - 1;
        int at0 = co + to[first];
        int at1 = co + to[Math.min(first + 1, last)];
        int at2 = co + to[Math.min(first + 2, last)];
        int at3 = co + to[Math.min(first + 3, last)];
        int at4 = co + to[Math.min(first + 4, last)];
        int at5 = co + to[Math.min(first + 5, last)];
        int at6 = co + to[Math.min(first + 6, last)];
        int at7 = co + to[Math.min(first + 7, last)];
        int at8 = co + to[Math.min(first + 8, last)];
        int at9 = co + to[Math.min(first + 9, last)];
        int at10 = co + to[Math.min(first + 10, last)];
        int at11 = co + to[last];
        boolean goesOn = start == null;
        float[] s = goesOn ? c : start;
        FloatVector c0 = fromArray(S, s, goesOn ? at0 : so);
        FloatVector c1 = fromArray(S, s, goesOn ? at1 : so);
        FloatVector c2 = fromArray(S, s, goesOn ? at2 : so);
        FloatVector c3 = fromArray(S, s, goesOn ? at3 : so);
        FloatVector c4 = fromArray(S, s, goesOn ? at4 : so);
        FloatVector c5 = fromArray(S, s, goesOn ? at5 : so);
        FloatVector c6 = fromArray(S, s, goesOn ? at6 : so);
        FloatVector c7 = fromArray(S, s, goesOn ? at7 : so);
        FloatVector c8 = fromArray(S, s, goesOn ? at8 : so);
        FloatVector c9 = fromArray(S, s, goesOn ? at9 : so);
        FloatVector c10 = fromArray(S, s, goesOn ? at10 : so);
        FloatVector c11 = fromArray(S, s, goesOn ? at11 : so);
        for (int p = 0; p < k; p++) {
            FloatVector right = fromArray(S, b, bo + p * L);
            c0 = broadcast(S, a[ao + p]).fma(right, c0);
            VarHandle.loadLoadFence();
            c1 = broadcast(S, a[ao + p + STRIDE]).fma(right, c1);
            VarHandle.loadLoadFence();
            c2 = broadcast(S, a[ao + p + 2 * STRIDE]).fma(right, c2);
            VarHandle.loadLoadFence();
            c3 = broadcast(S, a[ao + p + 3 * STRIDE]).fma(right, c3);
            VarHandle.loadLoadFence();
            c4 = broadcast(S, a[ao + p + 4 * STRIDE]).fma(right, c4);
            VarHandle.loadLoadFence();
            c5 = broadcast(S, a[ao + p + 5 * STRIDE]).fma(right, c5);
            VarHandle.loadLoadFence();
            c6 = broadcast(S, a[ao + p + 6 * STRIDE]).fma(right, c6);
            VarHandle.loadLoadFence();
            c7 = broadcast(S, a[ao + p + 7 * STRIDE]).fma(right, c7);
            VarHandle.loadLoadFence();
            c8 = broadcast(S, a[ao + p + 8 * STRIDE]).fma(right, c8);
            VarHandle.loadLoadFence();
            c9 = broadcast(S, a[ao + p + 9 * STRIDE]).fma(right, c9);
            VarHandle.loadLoadFence();
            c10 = broadcast(S, a[ao + p + 10 * STRIDE]).fma(right, c10);
            VarHandle.loadLoadFence();
            c11 = broadcast(S, a[ao + p + 11 * STRIDE]).fma(right, c11);
        }
        c11.intoArray(c, at11);
        c10.intoArray(c, at10);
        c9.intoArray(c, at9);
        c8.intoArray(c, at8);
        c7.intoArray(c, at7);
        c6.intoArray(c, at6);
        c5.intoArray(c, at5);
        c4.intoArray(c, at4);
        c3.intoArray(c, at3);
        c2.intoArray(c, at2);
        c1.intoArray(c, at1);
        c0.intoArray(c, at0);
    }

    /// See [GemmKernel#narrowPacked].
    static void packed(float[] a, int ao, int rows, float[] b, int bo, int k, float[] start, int so, float[] c, int[] to, int first,
            int co) {
        int last = first + rows - 1;
        int at0 = co + to[first];
        int at1 = co + to[Math.min(first + 1, last)];
        int at2 = co + to[Math.min(first + 2, last)];
        int at3 = co + to[Math.min(first + 3, last)];
        int at4 = co + to[Math.min(first + 4, last)];
        int at5 = co + to[Math.min(first + 5, last)];
        int at6 = co + to[Math.min(first + 6, last)];
        int at7 = co + to[Math.min(first + 7, last)];
        int at8 = co + to[Math.min(first + 8, last)];
        int at9 = co + to[Math.min(first + 9, last)];
        int at10 = co + to[Math.min(first + 10, last)];
        int at11 = co + to[last];
        boolean goesOn = start == null;
        float[] s = goesOn ? c : start;
        FloatVector c0 = fromArray(S, s, goesOn ? at0 : so);
        FloatVector c1 = fromArray(S, s, goesOn ? at1 : so);
        FloatVector c2 = fromArray(S, s, goesOn ? at2 : so);
        FloatVector c3 = fromArray(S, s, goesOn ? at3 : so);
        FloatVector c4 = fromArray(S, s, goesOn ? at4 : so);
        FloatVector c5 = fromArray(S, s, goesOn ? at5 : so);
        FloatVector c6 = fromArray(S, s, goesOn ? at6 : so);
        FloatVector c7 = fromArray(S, s, goesOn ? at7 : so);
        FloatVector c8 = fromArray(S, s, goesOn ? at8 : so);
        FloatVector c9 = fromArray(S, s, goesOn ? at9 : so);
        FloatVector c10 = fromArray(S, s, goesOn ? at10 : so);
        FloatVector c11 = fromArray(S, s, goesOn ? at11 : so);
        for (int p = 0; p < k; p++) {
            FloatVector right = fromArray(S, b, bo + p * L);
            c0 = broadcast(S, a[ao + p * SIX]).fma(right, c0);
            VarHandle.loadLoadFence();
            c1 = broadcast(S, a[ao + p * SIX + 1]).fma(right, c1);
            VarHandle.loadLoadFence();
            c2 = broadcast(S, a[ao + p * SIX + 2]).fma(right, c2);
            VarHandle.loadLoadFence();
            c3 = broadcast(S, a[ao + p * SIX + 3]).fma(right, c3);
            VarHandle.loadLoadFence();
            c4 = broadcast(S, a[ao + p * SIX + 4]).fma(right, c4);
            VarHandle.loadLoadFence();
            c5 = broadcast(S, a[ao + p * SIX + 5]).fma(right, c5);
            VarHandle.loadLoadFence();
            c6 = broadcast(S, a[ao + p * SIX + TILE]).fma(right, c6);
            VarHandle.loadLoadFence();
            c7 = broadcast(S, a[ao + p * SIX + TILE + 1]).fma(right, c7);
            VarHandle.loadLoadFence();
            c8 = broadcast(S, a[ao + p * SIX + TILE + 2]).fma(right, c8);
            VarHandle.loadLoadFence();
            c9 = broadcast(S, a[ao + p * SIX + TILE + 3]).fma(right, c9);
            VarHandle.loadLoadFence();
            c10 = broadcast(S, a[ao + p * SIX + TILE + 4]).fma(right, c10);
            VarHandle.loadLoadFence();
            c11 = broadcast(S, a[ao + p * SIX + TILE + 5]).fma(right, c11);
        }
        c11.intoArray(c, at11);
        c10.intoArray(c, at10);
        c9.intoArray(c, at9);
        c8.intoArray(c, at8);
        c7.intoArray(c, at7);
        c6.intoArray(c, at6);
        c5.intoArray(c, at5);
        c4.intoArray(c, at4);
        c3.intoArray(c, at3);
        c2.intoArray(c, at2);
        c1.intoArray(c, at1);
        c0.intoArray(c, at0);
    }

    /// See [GemmKernel#narrowOuter].
    static void outer(float[] a, int ao, int lda, int rows, float[] b, int bo, int ldb, int k, float[] c, int co, int ldc) {
        if (rows == EIGHT)
            eight(a, ao, lda, b, bo, ldb, k, c, co, ldc);
        else
            for (int i = 0; i < rows; i++)
                single(a, ao + i, lda, b, bo, ldb, k, c, co + i * ldc);
    }

    /// Eight rows: neighbouring elements of `a`, whose bounds are checked together.
    private static void eight(float[] a, int ao, int lda, float[] b, int bo, int ldb, int k, float[] c, int co, int ldc) {
        FloatVector c0 = fromArray(S, c, co);
        FloatVector c1 = fromArray(S, c, co + ldc);
        FloatVector c2 = fromArray(S, c, co + 2 * ldc);
        FloatVector c3 = fromArray(S, c, co + 3 * ldc);
        FloatVector c4 = fromArray(S, c, co + 4 * ldc);
        FloatVector c5 = fromArray(S, c, co + 5 * ldc);
        FloatVector c6 = fromArray(S, c, co + 6 * ldc);
        FloatVector c7 = fromArray(S, c, co + 7 * ldc);
        for (int p = 0, ap = ao, bp = bo; p < k; p++, ap += lda, bp += ldb) {
            FloatVector right = fromArray(S, b, bp);
            c0 = broadcast(S, a[ap]).fma(right, c0);
            VarHandle.loadLoadFence();
            c1 = broadcast(S, a[ap + 1]).fma(right, c1);
            VarHandle.loadLoadFence();
            c2 = broadcast(S, a[ap + 2]).fma(right, c2);
            VarHandle.loadLoadFence();
            c3 = broadcast(S, a[ap + 3]).fma(right, c3);
            VarHandle.loadLoadFence();
            c4 = broadcast(S, a[ap + 4]).fma(right, c4);
            VarHandle.loadLoadFence();
            c5 = broadcast(S, a[ap + 5]).fma(right, c5);
            VarHandle.loadLoadFence();
            c6 = broadcast(S, a[ap + 6]).fma(right, c6);
            VarHandle.loadLoadFence();
            c7 = broadcast(S, a[ap + 7]).fma(right, c7);
        }
        c0.intoArray(c, co);
        c1.intoArray(c, co + ldc);
        c2.intoArray(c, co + 2 * ldc);
        c3.intoArray(c, co + 3 * ldc);
        c4.intoArray(c, co + 4 * ldc);
        c5.intoArray(c, co + 5 * ldc);
        c6.intoArray(c, co + 6 * ldc);
        c7.intoArray(c, co + 7 * ldc);
    }

    private static void single(float[] a, int ao, int lda, float[] b, int bo, int ldb, int k, float[] c, int co) {
        FloatVector sum = fromArray(S, c, co);
        for (int p = 0, ap = ao, bp = bo; p < k; p++, ap += lda, bp += ldb)
            sum = broadcast(S, a[ap]).fma(fromArray(S, b, bp), sum);
        sum.intoArray(c, co);
    }

    /// See [GemmKernel#put]: each row as two vectors that overlap, or as part of one. Not as shorter vectors: once a process has used two
    /// lengths of them, the compiler no longer knows which one it meets in long loops elsewhere, and leaves boxed vectors there.
    static void put(float[] aside, int at, int distance, int rows, int columns, float[] c, int[] to, int first, int co) {
        if (columns >= L)
            putVectors(aside, at, distance, rows, columns - L, c, to, first, co);
        else
            putPart(aside, at, distance, rows, columns, c, to, first, co);
    }

    private static void putVectors(float[] aside, int at, int distance, int rows, int second, float[] c, int[] to, int first, int co) {
        for (int i = 0; i < rows; i++, at += distance) {
            int out = to[first + i] + co;
            fromArray(S, aside, at).intoArray(c, out);
            fromArray(S, aside, at + second).intoArray(c, out + second);
        }
    }

    private static void putPart(float[] aside, int at, int distance, int rows, int columns, float[] c, int[] to, int first, int co) {
        VectorMask<Float> part = S.indexInRange(0, columns);
        for (int i = 0; i < rows; i++, at += distance)
            fromArray(S, aside, at).intoArray(c, to[first + i] + co, part);
    }
}
