package dev.sunda.core.reference;

import dev.sunda.core.spi.View;

/// Batched matrix product `out[b,i,j] = bias[j] + sum over k of x[b,i,k] * y[b,k,j]`; `bias` may be null.
///
/// Floating types: a chain of fused multiply-adds in double with ascending `k` that starts from the bias, rounded once at the end.
/// Integers: exact in 64 bits with wrap-around.
final class NaiveMatmul {
    private NaiveMatmul() {
    }

    static void matmul(View x, View y, View bias, View out) {
        int batch = x.shape().size(0);
        int m = x.shape().size(1);
        int depth = x.shape().size(2);
        int n = y.shape().size(2);
        if (x.dtype().isFloating())
            Elements.store(floating(Elements.doubles(x), Elements.doubles(y), bias == null ? new double[n] : Elements.doubles(bias), batch,
                    m, depth, n), out);
        else
            Elements.store(
                    integer(Elements.longs(x), Elements.longs(y), bias == null ? new long[n] : Elements.longs(bias), batch, m, depth, n),
                    out);
    }

    private static double[] floating(double[] x, double[] y, double[] bias, int batch, int m, int depth, int n) {
        var out = new double[batch * m * n];
        for (int b = 0; b < batch; b++)
            for (int i = 0; i < m; i++)
                for (int j = 0; j < n; j++) {
                    double sum = bias[j];
                    for (int k = 0; k < depth; k++)
                        sum = Math.fma(x[(b * m + i) * depth + k], y[(b * depth + k) * n + j], sum);
                    out[(b * m + i) * n + j] = sum;
                }
        return out;
    }

    private static long[] integer(long[] x, long[] y, long[] bias, int batch, int m, int depth, int n) {
        var out = new long[batch * m * n];
        for (int b = 0; b < batch; b++)
            for (int i = 0; i < m; i++)
                for (int j = 0; j < n; j++) {
                    long sum = bias[j];
                    for (int k = 0; k < depth; k++)
                        sum += x[(b * m + i) * depth + k] * y[(b * depth + k) * n + j];
                    out[(b * m + i) * n + j] = sum;
                }
        return out;
    }
}
