package dev.sunda.core.cpu;

import dev.sunda.core.cpu.DepthwiseWalk.Box;
import dev.sunda.core.cpu.DepthwiseWalk.Taps;
import jdk.incubator.vector.VectorSpecies;

/// Picks the loop for a box or rows. Places that do not fill a vector go to the scalar twin.
final class SimdDepthwise64 implements Depthwise64Kernel {
    private static final VectorSpecies<Double> S = SimdSpecies.D;
    private static final int L = S.length();
    /// Places that pass by all columns before the next ones do: few enough that sums stay in the second cache, enough to share weights.
    private static final int SEGMENT = 1024;

    @Override
    public int lanes() {
        return L;
    }

    @Override
    public void four(double[] x, int xo, Box box, Cells w, boolean fresh, double[] out, int oo, int or, int n) {
        int end = S.loopBound(n);
        int wo = w.offset();
        int wend = wo + w.size();
        int cell = w.rows() * L;
        if (fresh && box.columns() == 3 && box.taps() == 3)
            SimdDepthwiseResults64.square(x, xo, box.line(), box.next(), w.data(), wo, wend, cell, box.first(), out, oo, or, end);
        else if (fresh && box.columns() == 2 && box.taps() == 3)
            SimdDepthwiseResults64.pair(x, xo, box.line(), box.next(), w.data(), wo, wend, cell, box.first(), out, oo, or, end);
        else if (box.taps() == 3)
            SimdDepthwiseResults64.three(x, xo, box.columns(), box.next(), box.line(), w.data(), wo, wend, cell, box.first() * L,
                    box.stride() * L, fresh, out, oo, or, end);
        else if (box.taps() == 7 && box.columns() > 0)
            columns(x, xo, box, w, fresh, out, oo, or, end);
        else
            SimdDepthwiseResults64.any(x, xo, box.columns(), box.next(), box.taps(), box.line(), w.data(), wo, wend, cell,
                    box.first() * L, box.stride() * L, fresh, out, oo, or, end);
        if (end < n)
            ScalarDepthwise64.four(x, xo, box, w, fresh, out, oo, or, end, n);
    }

    /// Columns of seven taps, one after the other.
    private static void columns(double[] x, int xo, Box box, Cells w, boolean fresh, double[] out, int oo, int or, int n) {
        int segment = Math.max(1, SEGMENT / w.period()) * w.period();
        for (int i = 0; i < n; i += segment)
            for (int u = 0; u < box.columns(); u++)
                SimdDepthwiseResults64.seven(x, xo + u * box.next() + i, box.line(), w.data(), w.offset(), w.offset() + w.size(),
                        w.rows() * L, box.first() + u * box.stride(), fresh && u == 0, out, oo + i, or, Math.min(segment, n - i));
    }

    @Override
    public void rows(double[] x, int xs, Taps taps, Cells w, double[] out, int oo, int os, int rows, int n) {
        int end = S.loopBound(n);
        int period = w.period();
        int whole = end / period * period;
        if (rows > 1)
            rows(x, 0, xs, taps, w, out, oo, os, rows, end);
        else {
            rows(x, 0, period, taps, w, out, oo, period, whole / period, period);
            rows(x, whole, 0, taps, w, out, oo + whole, 0, 1, end - whole);
        }
        if (end < n)
            ScalarDepthwise64.rows(x, xs, taps, w, out, oo, os, rows, end, n);
    }

    /// @param n at most a period
    private static void rows(double[] x, int xo, int xs, Taps taps, Cells w, double[] out, int oo, int os, int rows, int n) {
        int cell = w.rows() * L;
        int p = 0;
        for (; p < rows - 3; p += 4)
            SimdDepthwiseResults64.rows(x, xo + p * xs, xs, taps.from(), taps.number(), taps.count(), w.data(), w.offset(), cell, out,
                    oo + p * os, os, n);
        for (; p < rows; p++)
            SimdDepthwiseResults64.row(x, xo + p * xs, taps.from(), taps.number(), taps.count(), w.data(), w.offset(), cell, out,
                    oo + p * os, n);
    }

    @Override
    public void fourGradient(double[] x, int xo, Box box, double[] dy, int yo, int ys, int n, Cells sums) {
        int end = S.loopBound(n);
        int so = sums.offset();
        int send = so + sums.size();
        int cell = sums.rows() * L;
        if (box.columns() == 3 && box.taps() == 3)
            SimdDepthwiseGradients64.square(x, xo, box.line(), box.next(), dy, yo, ys, end, sums.data(), so, send, cell, box.first());
        else if (box.taps() == 3)
            SimdDepthwiseGradients64.three(x, xo, box.columns(), box.next(), box.line(), dy, yo, ys, end, sums.data(), so, send, cell,
                    box.first() * L, box.stride() * L);
        else
            SimdDepthwiseGradients64.any(x, xo, box.columns(), box.next(), box.taps(), box.line(), dy, yo, ys, end, sums.data(), so, send,
                    cell, box.first() * L, box.stride() * L);
        if (end < n)
            ScalarDepthwise64.fourGradient(x, xo, box, dy, yo, ys, end, n, sums);
    }

    @Override
    public void rowsGradient(double[] x, int xs, Taps taps, double[] dy, int yo, int ys, int rows, int n, Cells sums) {
        int end = S.loopBound(n);
        int period = sums.period();
        int whole = end / period * period;
        if (rows > 1)
            rowsGradient(x, 0, xs, taps, dy, yo, ys, rows, end, sums);
        else {
            rowsGradient(x, 0, period, taps, dy, yo, period, whole / period, period, sums);
            rowsGradient(x, whole, 0, taps, dy, yo + whole, 0, 1, end - whole, sums);
        }
        if (end < n)
            ScalarDepthwise64.rowsGradient(x, xs, taps, dy, yo, ys, rows, end, n, sums);
    }

    /// @param n at most a period
    private static void rowsGradient(double[] x, int xo, int xs, Taps taps, double[] dy, int yo, int ys, int rows, int n, Cells sums) {
        int cell = sums.rows() * L;
        int p = 0;
        for (; p < rows - 3; p += 4)
            SimdDepthwiseGradients64.rows(x, xo + p * xs, xs, taps.from(), taps.number(), taps.count(), dy, yo + p * ys, ys, n,
                    sums.data(), sums.offset(), cell);
        for (; p < rows; p++)
            SimdDepthwiseGradients64.row(x, xo + p * xs, taps.from(), taps.number(), taps.count(), dy, yo + p * ys, n, sums.data(),
                    sums.offset(), cell);
    }
}
