package dev.sunda.core.cpu;

import dev.sunda.core.cpu.DepthwiseWalk.Box;
import dev.sunda.core.cpu.DepthwiseWalk.Taps;

/// Cuts boxes and rows into the pieces that the loops over whole vectors know. Places that do not fill a vector go to the scalar twin.
final class SimdDepthwise implements DepthwiseKernel {
    private static final int L = SimdSpecies.lanes();
    /// Places that pass by all taps before the next ones do: few enough that sums stay in the first cache, enough to share weights.
    private static final int SEGMENT = 1024;
    /// Places of a row from which on rows are worked on one by one, not vector by vector.
    private static final int LONG_ROW = 64;

    @Override
    public int lanes() {
        return L;
    }

    @Override
    public void four(float[] x, int xo, Box box, Cells w, boolean fresh, float[] out, int oo, int or, int n) {
        int end = n - n % L;
        if (fresh && box.columns() == 3 && box.taps() == 3)
            SimdDepthwiseResults.square(x, xo, box.line(), box.next(), w.data(), w.offset(), w.offset() + w.size(), w.rows() * L,
                    box.first(), out, oo, or, end);
        else if (fresh && box.columns() == 2 && box.taps() == 3)
            SimdDepthwiseResults.pair(x, xo, box.line(), box.next(), w.data(), w.offset(), w.offset() + w.size(), w.rows() * L, box.first(),
                    out, oo, or, end);
        else
            for (int i = 0, segment = segment(w); i < end; i += segment) {
                int count = Math.min(segment, end - i);
                for (int r = 0; r < 4 && fresh; r++)
                    begin(w, out, oo + r * or + i, count);
                for (int u = 0; u < box.columns(); u++)
                    column(x, xo + u * box.next() + i, box, w, box.first() + u * box.stride(), out, oo + i, or, count);
            }
        if (end < n)
            ScalarDepthwise.four(x, xo, box, w, fresh, out, oo, or, end, n);
    }

    private static int segment(Cells cells) {
        return Math.max(1, SEGMENT / cells.period()) * cells.period();
    }

    private static void begin(Cells w, float[] out, int oo, int n) {
        SimdDepthwiseResults.begin(w.data(), w.offset(), w.offset() + w.size(), w.rows() * L, out, oo, n);
    }

    private static void column(float[] x, int xo, Box box, Cells w, int number, float[] out, int oo, int or, int n) {
        int line = box.line();
        int wo = w.offset();
        int wend = wo + w.size();
        int cell = w.rows() * L;
        for (int t = 0, k; t < box.taps(); t += k) {
            k = piece(box.taps() - t);
            int from = xo + t * line;
            switch (k) {
                case 7 -> SimdDepthwiseResults.seven(x, from, line, w.data(), wo, wend, cell, number + t, out, oo, or, n);
                case 5 -> SimdDepthwiseResults.five(x, from, line, w.data(), wo, wend, cell, number + t, out, oo, or, n);
                case 3 -> SimdDepthwiseResults.three(x, from, line, w.data(), wo, wend, cell, number + t, out, oo, or, n);
                default -> SimdDepthwiseResults.single(x, from, line, w.data(), wo, wend, cell, number + t, out, oo, or, n);
            }
        }
    }

    /// How many of so many taps a loop takes next.
    private static int piece(int taps) {
        return taps >= 7 ? 7 : taps >= 5 ? 5 : taps >= 3 ? 3 : 1;
    }

    @Override
    public void rows(float[] x, int xs, Taps taps, Cells w, float[] out, int oo, int os, int rows, int n) {
        int end = n - n % L;
        int segment = segment(w);
        if (rows > 1 && n < LONG_ROW && taps.count() > 0)
            for (int i = 0; i < end; i += L)
                vector(x, xs, i, taps, w, out, oo + i, os, rows);
        else
            for (int p = 0, k; p < rows; p += k) {
                k = Math.min(2, rows - p);
                for (int i = 0; i < end; i += segment)
                    row(x, p * xs + i, xs, taps, w, out, oo + p * os + i, os, k, Math.min(segment, end - i));
            }
        if (end < n)
            ScalarDepthwise.rows(x, xs, taps, w, out, oo, os, rows, end, n);
    }

    /// One row or two.
    private static void row(float[] x, int xo, int xs, Taps taps, Cells w, float[] out, int oo, int os, int rows, int n) {
        int[] from = taps.from();
        int[] number = taps.number();
        int wo = w.offset();
        int wend = wo + w.size();
        int cell = w.rows() * L;
        for (int r = 0; r < rows; r++)
            begin(w, out, oo + r * os, n);
        for (int t = 0, k; t < taps.count(); t += k) {
            int left = taps.count() - t;
            k = left >= 5 && rows == 2 ? 5 : left >= 3 ? 3 : 1;
            if (k == 5)
                SimdDepthwiseResults.five(x, xo, xs, from, number, t, w.data(), wo, wend, cell, out, oo, os, n);
            else if (k == 3 && rows == 2)
                SimdDepthwiseResults.three(x, xo, xs, from, number, t, w.data(), wo, wend, cell, out, oo, os, n);
            else if (k == 3)
                SimdDepthwiseResults.any(x, xo + from[t], xo + from[t + 1], xo + from[t + 2], w.data(), wo, wend, cell, number[t] * L,
                        number[t + 1] * L, number[t + 2] * L, out, oo, n);
            else
                for (int r = 0; r < rows; r++)
                    SimdDepthwiseResults.one(x, xo + r * xs + from[t], w.data(), wo, wend, cell, number[t] * L, out, oo + r * os, n);
        }
    }

    /// One vector of places of all rows.
    private static void vector(float[] x, int xs, int i, Taps taps, Cells w, float[] out, int oo, int os, int rows) {
        int[] from = taps.from();
        int[] number = taps.number();
        for (int t = 0, k; t < taps.count(); t += k) {
            k = t + 3 <= taps.count() ? 3 : 1;
            float[] begin = t == 0 ? w.data() : out;
            int bo = t == 0 ? w.at(0, i) : oo;
            int bs = t == 0 ? 0 : os;
            if (k == 3)
                SimdDepthwiseResults.strided(x, from[t] + i, from[t + 1] + i, from[t + 2] + i, xs, w.data(), w.at(number[t], i),
                        w.at(number[t + 1], i), w.at(number[t + 2], i), begin, bo, bs, out, oo, os, rows);
            else
                SimdDepthwiseResults.strided(x, from[t] + i, xs, w.data(), w.at(number[t], i), begin, bo, bs, out, oo, os, rows);
        }
    }

    @Override
    public void fourGradient(float[] x, int xo, Box box, float[] dy, int yo, int ys, int n, Cells sums) {
        int end = n - n % L;
        if (box.columns() == 3 && box.taps() == 3)
            SimdDepthwiseGradients.square(x, xo, box.line(), box.next(), dy, yo, ys, end, sums.data(), sums.offset(),
                    sums.offset() + sums.size(), sums.rows() * L, box.first());
        else
            for (int i = 0, segment = segment(sums); i < end; i += segment)
                for (int u = 0; u < box.columns(); u++)
                    columnGradient(x, xo + u * box.next() + i, box, dy, yo + i, ys, Math.min(segment, end - i), sums,
                            box.first() + u * box.stride());
        if (end < n)
            ScalarDepthwise.fourGradient(x, xo, box, dy, yo, ys, end, n, sums);
    }

    private static void columnGradient(float[] x, int xo, Box box, float[] dy, int yo, int ys, int n, Cells sums, int number) {
        int line = box.line();
        float[] s = sums.data();
        int so = sums.offset();
        int send = so + sums.size();
        int cell = sums.rows() * L;
        for (int t = 0, k; t < box.taps(); t += k) {
            k = piece(box.taps() - t);
            int from = xo + t * line;
            switch (k) {
                case 7 -> SimdDepthwiseGradients.seven(x, from, line, dy, yo, ys, n, s, so, send, cell, number + t);
                case 5 -> SimdDepthwiseGradients.five(x, from, line, dy, yo, ys, n, s, so, send, cell, number + t);
                case 3 -> SimdDepthwiseGradients.three(x, from, line, dy, yo, ys, n, s, so, send, cell, number + t);
                default -> SimdDepthwiseGradients.single(x, from, line, dy, yo, ys, n, s, so, send, cell, number + t);
            }
        }
    }

    @Override
    public void rowsGradient(float[] x, int xs, Taps taps, float[] dy, int yo, int ys, int rows, int n, Cells sums) {
        int end = n - n % L;
        int segment = segment(sums);
        if (rows > 1 && n < LONG_ROW)
            for (int i = 0; i < end; i += L)
                vectorGradient(x, xs, i, taps, dy, yo + i, ys, rows, sums);
        else
            for (int p = 0, k; p < rows; p += k) {
                k = Math.min(2, rows - p);
                for (int i = 0; i < end; i += segment)
                    rowGradient(x, p * xs + i, xs, taps, dy, yo + p * ys + i, ys, k, Math.min(segment, end - i), sums);
            }
        if (end < n)
            ScalarDepthwise.rowsGradient(x, xs, taps, dy, yo, ys, rows, end, n, sums);
    }

    /// One row or two.
    private static void rowGradient(float[] x, int xo, int xs, Taps taps, float[] dy, int yo, int ys, int rows, int n, Cells sums) {
        int[] from = taps.from();
        int[] number = taps.number();
        float[] s = sums.data();
        int so = sums.offset();
        int send = so + sums.size();
        int cell = sums.rows() * L;
        for (int t = 0, k; t < taps.count(); t += k) {
            int left = taps.count() - t;
            k = left >= 5 && rows == 2 ? 5 : left >= 3 ? 3 : 1;
            if (k == 5)
                SimdDepthwiseGradients.five(x, xo, xs, from, number, t, dy, yo, ys, n, s, so, send, cell);
            else if (k == 3 && rows == 2)
                SimdDepthwiseGradients.three(x, xo, xs, from, number, t, dy, yo, ys, n, s, so, send, cell);
            else if (k == 3)
                SimdDepthwiseGradients.any(x, xo + from[t], xo + from[t + 1], xo + from[t + 2], dy, yo, n, s, so, send, cell,
                        number[t] * L, number[t + 1] * L, number[t + 2] * L);
            else
                for (int r = 0; r < rows; r++)
                    SimdDepthwiseGradients.one(x, xo + r * xs + from[t], dy, yo + r * ys, n, s, so, send, cell, number[t] * L);
        }
    }

    /// One vector of places of all rows.
    private static void vectorGradient(float[] x, int xs, int i, Taps taps, float[] dy, int yo, int ys, int rows, Cells sums) {
        int[] from = taps.from();
        int[] number = taps.number();
        int t = 0;
        for (; t + 3 <= taps.count(); t += 3)
            SimdDepthwiseGradients.strided(x, from[t] + i, from[t + 1] + i, from[t + 2] + i, xs, dy, yo, ys, rows, sums.data(),
                    sums.at(number[t], i), sums.at(number[t + 1], i), sums.at(number[t + 2], i));
        for (; t < taps.count(); t++)
            SimdDepthwiseGradients.strided(x, from[t] + i, xs, dy, yo, ys, rows, sums.data(), sums.at(number[t], i));
    }
}
