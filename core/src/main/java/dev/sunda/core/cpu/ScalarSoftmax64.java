package dev.sunda.core.cpu;

import java.util.Arrays;

/// Eight chains in an array; also finishes what does not fill them, in the first one.
final class ScalarSoftmax64 implements Softmax64Kernel {
    @Override
    public double largest(double[] x, int xi, int n) {
        return finishLargest(x[xi], x, xi, 1, n);
    }

    @Override
    public double exponentials(double[] x, int xi, int next, double shift, double[] y, int yi, int n, Lanes lanes) {
        ScalarFunctions64.finishExp(x, xi, shift, y, yi, 0, n);
        lanes.largest()[0] = largest(x, next, n);
        return Reduce64.sum(y, yi, n);
    }

    @Override
    public void divide(double[] y, int yi, double sum, int n) {
        finishDivide(y, yi, sum, 0, n);
    }

    @Override
    public void shift(double[] x, int xi, double max, double log, double[] y, int yi, int n) {
        finishShift(x, xi, max, log, y, yi, 0, n);
    }

    @Override
    public double backward(double[] y, int yi, int yn, double[] dy, int di, int dn, double dot, double[] dx, int oi, int n, Lanes lanes) {
        double next = dot(y, yn, dy, dn, n, lanes);
        finishBackward(y, yi, dy, di, dot, dx, oi, 0, n);
        return next;
    }

    @Override
    public double dot(double[] y, int yi, double[] dy, int di, int n, Lanes lanes) {
        double[] sums = lanes.sums();
        int end = n & -8;
        Arrays.fill(sums, 0);
        for (int j = 0; j < end; j++)
            sums[j & 7] = Math.fma(y[yi + j], dy[di + j], sums[j & 7]);
        return finishDot(sums, y, yi, dy, di, end, n);
    }

    @Override
    public double logBackward(double[] y, int yi, double[] dy, int di, int dn, double sum, double[] dx, int oi, int n, Lanes lanes) {
        finishLogBackward(y, yi, dy, di, sum, dx, oi, 0, n);
        return Reduce64.sum(dy, dn, n);
    }

    static double finishLargest(double most, double[] x, int xi, int from, int n) {
        double largest = most;
        for (int j = from; j < n; j++)
            largest = x[xi + j] > largest ? x[xi + j] : largest;
        return largest;
    }

    static void finishDivide(double[] y, int yi, double sum, int from, int n) {
        double inverse = 1 / sum;
        for (int j = from; j < n; j++) {
            double q = y[yi + j] * inverse;
            y[yi + j] = Math.fma(Math.fma(q, -sum, y[yi + j]), inverse, q);
        }
    }

    static void finishShift(double[] x, int xi, double max, double log, double[] y, int yi, int from, int n) {
        for (int j = from; j < n; j++)
            y[yi + j] = x[xi + j] - max - log;
    }

    static void finishBackward(double[] y, int yi, double[] dy, int di, double dot, double[] dx, int oi, int from, int n) {
        for (int j = from; j < n; j++)
            dx[oi + j] = y[yi + j] * (dy[di + j] - dot);
    }

    static double finishDot(double[] sums, double[] y, int yi, double[] dy, int di, int from, int n) {
        for (int j = from; j < n; j++)
            sums[0] = Math.fma(y[yi + j], dy[di + j], sums[0]);
        return Reduce64.joined(sums);
    }

    static void finishLogBackward(double[] y, int yi, double[] dy, int di, double sum, double[] dx, int oi, int from, int n) {
        for (int j = from; j < n; j++)
            dx[oi + j] = Math.fma(ScalarFunctions64.exp(y[yi + j]), -sum, dy[di + j]);
    }
}
