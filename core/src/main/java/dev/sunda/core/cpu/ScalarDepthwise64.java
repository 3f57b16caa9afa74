package dev.sunda.core.cpu;

import dev.sunda.core.cpu.DepthwiseWalk.Box;
import dev.sunda.core.cpu.DepthwiseWalk.Taps;

/// Place by place.
final class ScalarDepthwise64 implements Depthwise64Kernel {
    @Override
    public int lanes() {
        return 1;
    }

    @Override
    public void four(double[] x, int xo, Box box, Cells w, boolean fresh, double[] out, int oo, int or, int n) {
        four(x, xo, box, w, fresh, out, oo, or, 0, n);
    }

    /// The places from `first` on.
    static void four(double[] x, int xo, Box box, Cells w, boolean fresh, double[] out, int oo, int or, int first, int n) {
        for (int r = 0; r < 4; r++)
            for (int i = first; i < n; i++) {
                int place = i % w.period();
                double sum = fresh ? w.data()[w.at(0, place)] : out[oo + r * or + i];
                for (int u = 0; u < box.columns(); u++)
                    for (int t = 0; t < box.taps(); t++)
                        sum = Math.fma(x[xo + u * box.next() + (r + t) * box.line() + i],
                                w.data()[w.at(box.first() + u * box.stride() + t, place)], sum);
                out[oo + r * or + i] = sum;
            }
    }

    @Override
    public void rows(double[] x, int xs, Taps taps, Cells w, double[] out, int oo, int os, int rows, int n) {
        rows(x, xs, taps, w, out, oo, os, rows, 0, n);
    }

    /// The places from `first` on.
    static void rows(double[] x, int xs, Taps taps, Cells w, double[] out, int oo, int os, int rows, int first, int n) {
        for (int p = 0; p < rows; p++)
            for (int i = first; i < n; i++) {
                int place = i % w.period();
                double sum = w.data()[w.at(0, place)];
                for (int t = 0; t < taps.count(); t++)
                    sum = Math.fma(x[taps.from()[t] + p * xs + i], w.data()[w.at(taps.number()[t], place)], sum);
                out[oo + p * os + i] = sum;
            }
    }

    @Override
    public void fourGradient(double[] x, int xo, Box box, double[] dy, int yo, int ys, int n, Cells sums) {
        fourGradient(x, xo, box, dy, yo, ys, 0, n, sums);
    }

    /// The places from `first` on.
    static void fourGradient(double[] x, int xo, Box box, double[] dy, int yo, int ys, int first, int n, Cells sums) {
        for (int u = 0; u < box.columns(); u++)
            for (int t = 0; t < box.taps(); t++)
                for (int i = first; i < n; i++) {
                    int at = sums.at(box.first() + u * box.stride() + t, i % sums.period());
                    for (int r = 0; r < 4; r++)
                        sums.data()[at] = Math.fma(x[xo + u * box.next() + (r + t) * box.line() + i], dy[yo + r * ys + i],
                                sums.data()[at]);
                }
    }

    @Override
    public void rowsGradient(double[] x, int xs, Taps taps, double[] dy, int yo, int ys, int rows, int n, Cells sums) {
        rowsGradient(x, xs, taps, dy, yo, ys, rows, 0, n, sums);
    }

    /// The places from `first` on.
    static void rowsGradient(double[] x, int xs, Taps taps, double[] dy, int yo, int ys, int rows, int first, int n, Cells sums) {
        for (int t = 0; t < taps.count(); t++)
            for (int p = 0; p < rows; p++)
                for (int i = first; i < n; i++) {
                    int at = sums.at(taps.number()[t], i % sums.period());
                    sums.data()[at] = Math.fma(x[taps.from()[t] + p * xs + i], dy[yo + p * ys + i], sums.data()[at]);
                }
    }
}
