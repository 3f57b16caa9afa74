package dev.sunda.core.cpu;

/// Tiles of one row and four columns at a time.
final class ScalarGemm64 implements Gemm64Kernel {
    private static final int COLUMNS = 8;

    @Override
    public int columns() {
        return COLUMNS;
    }

    @Override
    public void tile(double[] a, int ao, int rows, double[] b, int bo, int k, double[] start, int so, int lds, double[] c, int co,
            int ldc) {
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < COLUMNS; j += 4)
                quad(a, ao + i * STRIDE, b, bo + j, k, start, so + i * lds + j, c, co + i * ldc + j);
    }

    private static void quad(double[] a, int ao, double[] b, int bo, int k, double[] start, int so, double[] c, int co) {
        double c0 = start[so];
        double c1 = start[so + 1];
        double c2 = start[so + 2];
        double c3 = start[so + 3];
        for (int p = 0; p < k; p++) {
            double left = a[ao + p];
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

    @Override
    public void addPieces(double[] from, int at, int step, int n, int length, double[] to, int out, int distance) {
        for (int i = 0; i < n; i++, at += step, out += distance)
            for (int j = 0; j < length; j++)
                to[out + j] += from[at + j];
    }
}
