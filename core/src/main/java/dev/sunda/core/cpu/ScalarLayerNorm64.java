package dev.sunda.core.cpu;

import java.util.Arrays;

/// Eight chains in an array; also finishes what does not fill them, in the first one.
final class ScalarLayerNorm64 implements LayerNorm64Kernel {
    @Override
    public double squares(double[] x, int xi, double mean, int n, double[] lanes) {
        int end = n & -8;
        Arrays.fill(lanes, 0);
        for (int j = 0; j < end; j++) {
            double d = x[xi + j] - mean;
            lanes[j & 7] = Math.fma(d, d, lanes[j & 7]);
        }
        return finishSquares(lanes, x, xi, mean, end, n);
    }

    @Override
    public double normalize(double[] x, int xi, int next, double mean, double rstd, double[] w, double[] b, double[] y, int yi, int n,
            double[] lanes) {
        finishNormalize(x, xi, mean, rstd, w, b, y, yi, 0, n);
        return Reduce64.sum(x, next, n);
    }

    @Override
    public void products(double[] dy, int di, double[] x, int xi, double mean, double[] w, Sums sums, int n) {
        int end = n & -8;
        double[] plain = sums.plain();
        double[] centred = sums.centred();
        Arrays.fill(plain, 0);
        Arrays.fill(centred, 0);
        for (int j = 0; j < end; j++) {
            double g = dy[di + j] * w[j];
            plain[j & 7] += g;
            centred[j & 7] = Math.fma(g, x[xi + j] - mean, centred[j & 7]);
        }
        finishProducts(dy, di, x, xi, mean, w, sums, end, n);
    }

    @Override
    public void gradient(double[] dy, int di, double[] x, int xi, double mean, double rstd, double[] w, double slope, double shift,
            double[] dx, int oi, int n) {
        finishGradient(dy, di, x, xi, mean, rstd, w, slope, shift, dx, oi, 0, n);
    }

    @Override
    public void parameterGradients(double[] dy, int di, double[] x, int xi, double mean, double rstd, double[] w, double[] sums, int wo,
            int bo,
            Sums products, int n) {
        finishParameterGradients(dy, di, x, xi, mean, rstd, sums, wo, bo, 0, n);
        products(dy, di, x, xi, mean, w, products, n);
    }

    static double finishSquares(double[] lanes, double[] x, int xi, double mean, int done, int n) {
        for (int j = done; j < n; j++) {
            double d = x[xi + j] - mean;
            lanes[0] = Math.fma(d, d, lanes[0]);
        }
        return Reduce64.joined(lanes);
    }

    static void finishNormalize(double[] x, int xi, double mean, double rstd, double[] w, double[] b, double[] y, int yi, int done,
            int n) {
        for (int j = done; j < n; j++)
            y[yi + j] = Math.fma((x[xi + j] - mean) * rstd, w[j], b[j]);
    }

    static void finishProducts(double[] dy, int di, double[] x, int xi, double mean, double[] w, Sums sums, int done, int n) {
        double[] plain = sums.plain();
        double[] centred = sums.centred();
        for (int j = done; j < n; j++) {
            double g = dy[di + j] * w[j];
            plain[0] += g;
            centred[0] = Math.fma(g, x[xi + j] - mean, centred[0]);
        }
        sums.totals()[0] = Reduce64.joined(plain);
        sums.totals()[1] = Reduce64.joined(centred);
    }

    static void finishGradient(double[] dy, int di, double[] x, int xi, double mean, double rstd, double[] w, double slope, double shift,
            double[] dx, int oi, int from, int n) {
        for (int j = from; j < n; j++)
            dx[oi + j] = Math.fma(dy[di + j] * w[j], rstd, Math.fma(x[xi + j] - mean, slope, shift));
    }

    static void finishParameterGradients(double[] dy, int di, double[] x, int xi, double mean, double rstd, double[] sums, int wo, int bo,
            int from,
            int n) {
        for (int j = from; j < n; j++) {
            sums[wo + j] = Math.fma(dy[di + j], (x[xi + j] - mean) * rstd, sums[wo + j]);
            sums[bo + j] += dy[di + j];
        }
    }
}
