package dev.sunda.core.cpu;

import java.util.Arrays;

/// Sixteen lanes in an array; also finishes what does not fill a vector.
final class ScalarLayerNorm implements LayerNormKernel {
    @Override
    public void squares(float[] x, int xi, int next, float mean, int n, Sums sums) {
        Arrays.fill(sums.plain(), 0);
        Arrays.fill(sums.centred(), 0);
        finishSquares(x, xi, next, mean, sums, 0, n);
    }

    @Override
    public void normalize(float[] x, int xi, float mean, float rstd, float[] w, float[] b, int wi, float[] y, int yi, int n) {
        finishNormalize(x, xi, mean, rstd, w, b, wi, y, yi, 0, n);
    }

    @Override
    public void products(float[] dy, int di, float[] x, int xi, float mean, float[] w, int wi, Sums sums, int n) {
        Arrays.fill(sums.plain(), 0);
        Arrays.fill(sums.centred(), 0);
        finishProducts(dy, di, x, xi, mean, w, wi, sums, 0, n);
    }

    @Override
    public void gradient(float[] dy, int di, float[] x, int xi, float mean, float rstd, float[] w, float slope, float shift, float[] dx,
            int oi, int n) {
        finishGradient(dy, di, x, xi, mean, rstd, w, slope, shift, dx, oi, 0, n);
    }

    @Override
    public void parameterGradients(float[] dy, int di, float[] x, int xi, float mean, float rstd, float[] w, int wi, float[] sums, int wo,
            int bo,
            Sums products, int n) {
        finishParameterGradients(dy, di, x, xi, mean, rstd, sums, wo, bo, 0, n);
        products(dy, di, x, xi, mean, w, wi, products, n);
    }

    static void finishSquares(float[] x, int xi, int next, float mean, Sums sums, int done, int n) {
        float[] centred = sums.centred();
        for (int j = done; j < n; j++) {
            float d = x[xi + j] - mean;
            centred[j & 15] = Math.fma(d, d, centred[j & 15]);
        }
        sums.totals()[0] = ScalarReduceMath.finishSum(sums.plain(), x, next, done, n);
        sums.totals()[1] = ScalarReduceMath.finishSum(centred, x, xi, n, n);
    }

    static void finishNormalize(float[] x, int xi, float mean, float rstd, float[] w, float[] b, int wi, float[] y, int yi, int done,
            int n) {
        for (int j = done; j < n; j++)
            y[yi + j] = Math.fma((x[xi + j] - mean) * rstd, w[wi + j], b[wi + j]);
    }

    static void finishProducts(float[] dy, int di, float[] x, int xi, float mean, float[] w, int wi, Sums sums, int done, int n) {
        float[] plain = sums.plain();
        float[] centred = sums.centred();
        for (int j = done; j < n; j++) {
            float g = dy[di + j] * w[wi + j];
            plain[j & 15] += g;
            centred[j & 15] = Math.fma(g, x[xi + j] - mean, centred[j & 15]);
        }
        sums.totals()[0] = ScalarReduceMath.finishSum(plain, x, xi, n, n);
        sums.totals()[1] = ScalarReduceMath.finishSum(centred, x, xi, n, n);
    }

    static void finishGradient(float[] dy, int di, float[] x, int xi, float mean, float rstd, float[] w, float slope, float shift,
            float[] dx, int oi, int from, int n) {
        for (int j = from; j < n; j++)
            dx[oi + j] = Math.fma(dy[di + j] * w[j], rstd, Math.fma(x[xi + j] - mean, slope, shift));
    }

    static void finishParameterGradients(float[] dy, int di, float[] x, int xi, float mean, float rstd, float[] sums, int wo, int bo,
            int from,
            int n) {
        for (int j = from; j < n; j++) {
            sums[wo + j] = Math.fma(dy[di + j], (x[xi + j] - mean) * rstd, sums[wo + j]);
            sums[bo + j] += dy[di + j];
        }
    }
}
