package dev.sunda.core.cpu;

import java.util.Arrays;

/// Plain loops; also for rows that do not fill a vector.
final class ScalarTapMath implements TapMath {
    @Override
    public void rows(Taps taps, float[] x, int from, int n, float[] out, int to, int first, int end) {
        if (taps.identity)
            System.arraycopy(x, from + first * n, out, to + first * n, (end - first) * n);
        else if (n == 1)
            numbers(taps, x, from, out, to, first, end);
        else
            for (int i = first; i < end; i++)
                row(taps, i, x, from, n, out, to + i * n);
    }

    static void row(Taps taps, int i, float[] x, int from, int n, float[] out, int to) {
        if (taps.copies)
            System.arraycopy(x, from + taps.index[i] * n, out, to, n);
        else
            finish(taps, i, x, from, n, out, to, 0);
    }

    /// Numbers of output `i` from number `done` on.
    static void finish(Taps taps, int i, float[] x, int from, int n, float[] out, int to, int done) {
        int t = taps.start[i];
        int last = taps.start[i + 1];
        if (t == last) {
            Arrays.fill(out, to + done, to + n, 0);
            return;
        }
        float w = taps.floats[t];
        int row = from + taps.index[t] * n;
        for (int c = done; c < n; c++)
            out[to + c] = w * x[row + c];
        for (t++; t < last; t++) {
            w = taps.floats[t];
            row = from + taps.index[t] * n;
            for (int c = done; c < n; c++)
                out[to + c] = Math.fma(w, x[row + c], out[to + c]);
        }
    }

    /// Rows of one number.
    private static void numbers(Taps taps, float[] x, int from, float[] out, int to, int first, int end) {
        if (taps.copies)
            copies(taps.index, x, from, out, to, first, end);
        else if (taps.each == 2)
            pairs(taps.index, taps.floats, x, from, out, to, first, end);
        else
            for (int i = first; i < end; i++)
                out[to + i] = number(taps.start[i], taps.start[i + 1], taps.index, taps.floats, x, from);
    }

    private static void copies(int[] index, float[] x, int from, float[] out, int to, int first, int end) {
        for (int i = first; i < end; i++)
            out[to + i] = x[from + index[i]];
    }

    private static void pairs(int[] index, float[] weight, float[] x, int from, float[] out, int to, int first, int end) {
        for (int i = first; i < end; i++)
            out[to + i] = Math.fma(weight[2 * i + 1], x[from + index[2 * i + 1]], weight[2 * i] * x[from + index[2 * i]]);
    }

    private static float number(int start, int last, int[] index, float[] weight, float[] x, int from) {
        if (start == last)
            return 0;
        float sum = weight[start] * x[from + index[start]];
        for (int t = start + 1; t < last; t++)
            sum = Math.fma(weight[t], x[from + index[t]], sum);
        return sum;
    }
}
