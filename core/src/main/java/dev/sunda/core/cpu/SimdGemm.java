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
    static final int ROWS = 6;
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
        int i1 = Math.min(1, rows - 1);
        int i2 = Math.min(2, rows - 1);
        int i3 = Math.min(3, rows - 1);
        int i4 = Math.min(4, rows - 1);
        int i5 = rows - 1;
        tile(a, ao, b, bo, k, start, so, so + i1 * lds, so + i2 * lds, so + i3 * lds, so + i4 * lds, so + i5 * lds, c, co, co + i1 * ldc,
                co + i2 * ldc, co + i3 * ldc, co + i4 * ldc, co + i5 * ldc);
    }

    @Override
    public void scattered(float[] a, int ao, int rows, float[] b, int bo, int k, float[] start, int so, float[] c, int[] to, int first,
            int co) {
        int last = first + rows - 1;
        int c0 = co + to[first];
        int c1 = co + to[Math.min(first + 1, last)];
        int c2 = co + to[Math.min(first + 2, last)];
        int c3 = co + to[Math.min(first + 3, last)];
        int c4 = co + to[Math.min(first + 4, last)];
        int c5 = co + to[last];
        if (start == null)
            tile(a, ao, b, bo, k, c, c0, c1, c2, c3, c4, c5, c, c0, c1, c2, c3, c4, c5);
        else
            tile(a, ao, b, bo, k, start, so, so, so, so, so, so, c, c0, c1, c2, c3, c4, c5);
    }

    /// A tile whose row `i` starts from the values at `si` and is written to `ci`. A row that is not there has the place of the last one
    /// that is: rows are written from the last to the first, so that this one remains.
    private static void tile(float[] a, int ao, float[] b, int bo, int k, float[] start, int s0, int s1, int s2, int s3, int s4, int s5,
            float[] c, int at0, int at1, int at2, int at3, int at4, int at5) {
        FloatVector c00 = fromArray(S, start, s0), c01 = fromArray(S, start, s0 + L);
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
        put(c50, c51, c, at5);
        put(c40, c41, c, at4);
        put(c30, c31, c, at3);
        put(c20, c21, c, at2);
        put(c10, c11, c, at1);
        put(c00, c01, c, at0);
    }

    @Override
    public void packed(float[] a, int ao, int rows, float[] b, int bo, int k, float[] start, int so, float[] c, int[] to, int first,
            int co) {
        int last = first + rows - 1;
        int at0 = co + to[first];
        int at1 = co + to[Math.min(first + 1, last)];
        int at2 = co + to[Math.min(first + 2, last)];
        int at3 = co + to[Math.min(first + 3, last)];
        int at4 = co + to[Math.min(first + 4, last)];
        int at5 = co + to[last];
        boolean goesOn = start == null;
        float[] s = goesOn ? c : start;
        int s0 = goesOn ? at0 : so;
        int s1 = goesOn ? at1 : so;
        int s2 = goesOn ? at2 : so;
        int s3 = goesOn ? at3 : so;
        int s4 = goesOn ? at4 : so;
        int s5 = goesOn ? at5 : so;
        FloatVector c00 = fromArray(S, s, s0), c01 = fromArray(S, s, s0 + L);
        FloatVector c10 = fromArray(S, s, s1), c11 = fromArray(S, s, s1 + L);
        FloatVector c20 = fromArray(S, s, s2), c21 = fromArray(S, s, s2 + L);
        FloatVector c30 = fromArray(S, s, s3), c31 = fromArray(S, s, s3 + L);
        FloatVector c40 = fromArray(S, s, s4), c41 = fromArray(S, s, s4 + L);
        FloatVector c50 = fromArray(S, s, s5), c51 = fromArray(S, s, s5 + L);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = fromArray(S, b, bo + p * COLUMNS), b1 = fromArray(S, b, bo + p * COLUMNS + L);
            FloatVector v0 = broadcast(S, a[ao + p * ROWS]);
            c00 = v0.fma(b0, c00);
            c01 = v0.fma(b1, c01);
            VarHandle.loadLoadFence();
            FloatVector v1 = broadcast(S, a[ao + p * ROWS + 1]);
            c10 = v1.fma(b0, c10);
            c11 = v1.fma(b1, c11);
            VarHandle.loadLoadFence();
            FloatVector v2 = broadcast(S, a[ao + p * ROWS + 2]);
            c20 = v2.fma(b0, c20);
            c21 = v2.fma(b1, c21);
            VarHandle.loadLoadFence();
            FloatVector v3 = broadcast(S, a[ao + p * ROWS + 3]);
            c30 = v3.fma(b0, c30);
            c31 = v3.fma(b1, c31);
            VarHandle.loadLoadFence();
            FloatVector v4 = broadcast(S, a[ao + p * ROWS + 4]);
            c40 = v4.fma(b0, c40);
            c41 = v4.fma(b1, c41);
            VarHandle.loadLoadFence();
            FloatVector v5 = broadcast(S, a[ao + p * ROWS + 5]);
            c50 = v5.fma(b0, c50);
            c51 = v5.fma(b1, c51);
        }
        put(c50, c51, c, at5);
        put(c40, c41, c, at4);
        put(c30, c31, c, at3);
        put(c20, c21, c, at2);
        put(c10, c11, c, at1);
        put(c00, c01, c, at0);
    }

    @Override
    public void narrow(float[] a, int ao, int rows, float[] b, int bo, int k, float[] start, int so, float[] c, int[] to, int first,
            int co) {
        SimdNarrowGemm.tile(a, ao, rows, b, bo, k, start, so, c, to, first, co);
    }

    @Override
    public void narrowPacked(float[] a, int ao, int rows, float[] b, int bo, int k, float[] start, int so, float[] c, int[] to, int first,
            int co) {
        SimdNarrowGemm.packed(a, ao, rows, b, bo, k, start, so, c, to, first, co);
    }

    @Override
    public void put(float[] aside, int at, int distance, int rows, int columns, float[] c, int[] to, int first, int co) {
        SimdNarrowGemm.put(aside, at, distance, rows, columns, c, to, first, co);
    }

    @Override
    public void narrowOuter(float[] a, int ao, int lda, int rows, float[] b, int bo, int ldb, int k, float[] c, int co, int ldc) {
        SimdNarrowGemm.outer(a, ao, lda, rows, b, bo, ldb, k, c, co, ldc);
    }

    @Override
    public void copyPieces(float[] from, int at, int step, int n, int length, float[] to, int out, int distance) {
        if (length <= L)
            for (int i = 0; i < n; i++, at += step, out += distance)
                fromArray(S, from, at).intoArray(to, out);
        else if (length <= 2 * L)
            for (int i = 0; i < n; i++, at += step, out += distance) {
                fromArray(S, from, at).intoArray(to, out);
                fromArray(S, from, at + L).intoArray(to, out + L);
            }
        else
            for (int i = 0; i < n; i++, at += step, out += distance)
                for (int j = 0; j < length; j += L)
                    fromArray(S, from, at + j).intoArray(to, out + j);
    }

    @Override
    public void addPieces(float[] from, int at, int step, int n, int length, float[] to, int out, int distance) {
        int whole = S.loopBound(length);
        for (int i = 0; i < n; i++, at += step, out += distance) {
            for (int j = 0; j < whole; j += L)
                fromArray(S, to, out + j).add(fromArray(S, from, at + j)).intoArray(to, out + j);
            for (int j = whole; j < length; j++)
                to[out + j] += from[at + j];
        }
    }

    @Override
    public void copyPairs(float[] from, int first, int second, int step, int n, int split, float[] to, int out) {
        for (int i = 0; i < n; i++, first += step, second += step, out += COLUMNS) {
            fromArray(S, from, first).intoArray(to, out);
            fromArray(S, from, first + L).intoArray(to, out + L);
            fromArray(S, from, second).intoArray(to, out + split);
            fromArray(S, from, second + L).intoArray(to, out + split + L);
        }
    }

    @Override
    public void copyTiles(float[] from, int at, int distance, int steps, float[] to, int out) {
        for (int p = 0, x = at, o = out; p < steps; p++, x += distance, o += ROWS) {
            copySix(from, x, to, o);
            copySix(from, x + ROWS, to, o + TILE);
            copySix(from, x + 2 * ROWS, to, o + 2 * TILE);
            copySix(from, x + 3 * ROWS, to, o + 3 * TILE);
            copySix(from, x + 4 * ROWS, to, o + 4 * TILE);
            copySix(from, x + 5 * ROWS, to, o + 5 * TILE);
            copySix(from, x + 6 * ROWS, to, o + 6 * TILE);
            copySix(from, x + 7 * ROWS, to, o + 7 * TILE);
        }
    }

    /// Six floats, in whole vectors.
    private static void copySix(float[] from, int at, float[] to, int out) {
        fromArray(S, from, at).intoArray(to, out);
        if (L < ROWS)
            fromArray(S, from, at + ROWS - L).intoArray(to, out + ROWS - L);
    }

    @Override
    public int slack() {
        return L - 1;
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
