package dev.sunda.core.cpu;

/// Tiles of one row and four columns at a time.
final class ScalarGemm implements GemmKernel {
    private static final int ROWS = 6;
    private static final int COLUMNS = 8;
    private static final int NARROW = 4;

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
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < COLUMNS; j += 4)
                quad(a, ao + i * STRIDE, 1, b, bo + j, COLUMNS, k, start, so + i * lds + j, c, co + i * ldc + j);
    }

    @Override
    public void scattered(float[] a, int ao, int rows, float[] b, int bo, int k, float[] start, int so, float[] c, int[] to, int first,
            int co) {
        for (int i = 0; i < rows; i++) {
            int at = co + to[first + i];
            for (int j = 0; j < COLUMNS; j += 4)
                quad(a, ao + i * STRIDE, 1, b, bo + j, COLUMNS, k, start == null ? c : start, (start == null ? at : so) + j, c, at + j);
        }
    }

    @Override
    public void packed(float[] a, int ao, int rows, float[] b, int bo, int k, float[] start, int so, float[] c, int[] to, int first,
            int co) {
        for (int i = 0; i < rows; i++) {
            int at = co + to[first + i];
            for (int j = 0; j < COLUMNS; j += 4)
                quad(a, ao + i, ROWS, b, bo + j, COLUMNS, k, start == null ? c : start, (start == null ? at : so) + j, c, at + j);
        }
    }

    @Override
    public void narrow(float[] a, int ao, int rows, float[] b, int bo, int k, float[] start, int so, float[] c, int[] to, int first,
            int co) {
        for (int i = 0; i < rows; i++) {
            int at = co + to[first + i];
            quad(a, ao + i * STRIDE, 1, b, bo, NARROW, k, start == null ? c : start, start == null ? at : so, c, at);
        }
    }

    @Override
    public void narrowPacked(float[] a, int ao, int rows, float[] b, int bo, int k, float[] start, int so, float[] c, int[] to, int first,
            int co) {
        for (int i = 0; i < rows; i++) {
            int at = co + to[first + i];
            quad(a, ao + i / ROWS * TILE + i % ROWS, ROWS, b, bo, NARROW, k, start == null ? c : start, start == null ? at : so, c, at);
        }
    }

    @Override
    public void put(float[] aside, int at, int distance, int rows, int columns, float[] c, int[] to, int first, int co) {
        for (int i = 0; i < rows; i++)
            System.arraycopy(aside, at + i * distance, c, to[first + i] + co, columns);
    }

    @Override
    public void narrowOuter(float[] a, int ao, int lda, int rows, float[] b, int bo, int ldb, int k, float[] c, int co, int ldc) {
        for (int i = 0; i < rows; i++)
            quad(a, ao + i, lda, b, bo, ldb, k, c, co + i * ldc, c, co + i * ldc);
    }

    @Override
    public void copyPieces(float[] from, int at, int step, int n, int length, float[] to, int out, int distance) {
        for (int i = 0; i < n; i++)
            System.arraycopy(from, at + i * step, to, out + i * distance, length);
    }

    @Override
    public void addPieces(float[] from, int at, int step, int n, int length, float[] to, int out, int distance) {
        for (int i = 0; i < n; i++)
            for (int j = 0; j < length; j++)
                to[out + i * distance + j] += from[at + i * step + j];
    }

    @Override
    public void copyPairs(float[] from, int first, int second, int step, int n, int split, float[] to, int out) {
        for (int i = 0; i < n; i++) {
            System.arraycopy(from, first + i * step, to, out + i * COLUMNS, split);
            System.arraycopy(from, second + i * step, to, out + i * COLUMNS + split, COLUMNS - split);
        }
    }

    @Override
    public void copyTiles(float[] from, int at, int distance, int steps, float[] to, int out) {
        for (int p = 0; p < steps; p++)
            for (int t = 0; t < 8; t++)
                System.arraycopy(from, at + p * distance + t * ROWS, to, out + t * TILE + p * ROWS, ROWS);
    }

    @Override
    public int slack() {
        return 0;
    }

    @Override
    public void copyRows(float[] b, int at, int rowStride, int rows, float[] to, int out) {
        for (int i = 0; i < rows; i++)
            System.arraycopy(b, at + i * rowStride, to, out + i * COLUMNS, COLUMNS);
    }

    @Override
    public void outer(float[] a, int ao, int lda, int rows, float[] b, int bo, int ldb, int k, float[] c, int co, int ldc) {
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < COLUMNS; j += 4)
                quad(a, ao + i, lda, b, bo + j, ldb, k, c, co + i * ldc + j, c, co + i * ldc + j);
    }

    private static void quad(float[] a, int ao, int as, float[] b, int bo, int ldb, int k, float[] start, int so, float[] c, int co) {
        float c0 = start[so];
        float c1 = start[so + 1];
        float c2 = start[so + 2];
        float c3 = start[so + 3];
        for (int p = 0; p < k; p++) {
            float left = a[ao + p * as];
            int at = bo + p * ldb;
            c0 = Math.fma(left, b[at], c0);
            c1 = Math.fma(left, b[at + 1], c1);
            c2 = Math.fma(left, b[at + 2], c2);
            c3 = Math.fma(left, b[at + 3], c3);
        }
        c[co] = c0;
        c[co + 1] = c1;
        c[co + 2] = c2;
        c[co + 3] = c3;
    }
}
