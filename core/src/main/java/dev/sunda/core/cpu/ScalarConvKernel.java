package dev.sunda.core.cpu;

/// Tiles of one row and four columns at a time.
final class ScalarConvKernel implements ConvKernel {
    private static final int COLUMNS = 8;

    @Override
    public int columns() {
        return COLUMNS;
    }

    @Override
    public void tile(float[] x, int[] at, int first, int rows, int xo, float[] b, int bo, int k, float[] start, int so, float[] c, int[] to,
            int co) {
        for (int i = first; i < first + rows; i++)
            for (int j = 0; j < COLUMNS; j += 4) {
                if (start != null)
                    System.arraycopy(start, so + j, c, co + to[i] + j, 4);
                quad(x, at[i] + xo, b, bo + j, k, c, co + to[i] + j);
            }
    }

    @Override
    public void patches(float[] x, int[] at, int first, int rows, int[] offsets, int from, int until, float[] b, int bo, float[] start,
            int so, float[] c, int[] to, int co) {
        for (int i = first; i < first + rows; i++)
            for (int j = 0; j < COLUMNS; j++) {
                float sum = start == null ? c[co + to[i] + j] : start[so + j];
                for (int p = from; p < until; p++)
                    sum = Math.fma(x[at[i] + offsets[p]], b[bo + (p - from) * COLUMNS + j], sum);
                c[co + to[i] + j] = sum;
            }
    }

    @Override
    public void outer(float[] a, int ao, int lda, int rows, float[] b, int bo, int ldb, int k, float[] c, int co, int ldc) {
        for (int i = 0; i < rows; i++)
            for (int p = 0; p < k; p++)
                for (int j = 0; j < COLUMNS; j++)
                    c[co + i * ldc + j] = Math.fma(a[ao + p * lda + i], b[bo + p * ldb + j], c[co + i * ldc + j]);
    }

    @Override
    public void gather(float[] x, int xo, int step, int n, float[] to, int at) {
        for (int p = 0; p < n; p++)
            System.arraycopy(x, xo + p * step, to, at + p * COLUMNS, COLUMNS);
    }

    private static void quad(float[] a, int ao, float[] b, int bo, int k, float[] c, int co) {
        float c0 = c[co];
        float c1 = c[co + 1];
        float c2 = c[co + 2];
        float c3 = c[co + 3];
        for (int p = 0; p < k; p++) {
            float left = a[ao + p];
            int at = bo + p * COLUMNS;
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
