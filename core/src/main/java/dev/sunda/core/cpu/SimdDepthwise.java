package dev.sunda.core.cpu;

import static jdk.incubator.vector.FloatVector.fromArray;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// One vector of channels at a time. Channels that do not fill a vector go to the scalar twin.
final class SimdDepthwise implements DepthwiseKernel {
    private static final VectorSpecies<Float> S = SimdSpecies.F;
    private static final int L = S.length();

    @Override
    public void pixels(float[] x, int[] at, int step, float[] w, int[] weight, int taps, float[] start, int channels, int pixels,
            float[] out, int oo) {
        int end = channels - channels % L;
        if (end > 0) {
            int p = 0;
            for (; p + 4 <= pixels; p += 4)
                four(x, at, p * step, step, w, weight, taps, start, end, out, oo + p * channels, channels);
            for (; p < pixels; p++)
                one(x, at, p * step, w, weight, taps, start, end, out, oo + p * channels);
        }
        if (end < channels)
            ScalarDepthwise.pixels(x, at, step, w, weight, taps, start, end, channels, pixels, out, oo);
    }

    @Override
    public void box(float[] x, int xo, int step, Box box, float[] w, int wo, int ws, float[] start, int so, int channels, int pixels,
            float[] out, int oo, int op) {
        int end = channels - channels % L;
        for (int c = 0; c < end; c += L) {
            if (SimdDepthwiseLines.suits(step, box))
                SimdDepthwiseLines.box(x, xo + c, step, box, w, wo + c, ws, start, so + c, pixels, out, oo + c, op);
            else
                rows(x, xo + c, step, box, w, wo + c, ws, start, so + c, pixels, out, oo + c, op);
        }
        if (end < channels)
            ScalarDepthwise.box(x, xo, step, box, w, wo, ws, start, so, end, channels, pixels, out, oo, op);
    }

    /// One vector of channels of [#box], row by row of taps.
    private static void rows(float[] x, int xo, int step, Box box, float[] w, int wo, int ws, float[] start, int so, int pixels,
            float[] out, int oo, int op) {
        float[] sums = GemmScratch.floats(GemmScratch.Role.TILE, pixels * L);
        int last = box.planes() * box.lines() - 1;
        for (int i = 0; i <= last; i++) {
            int from = xo + i / box.lines() * box.plane() + i % box.lines() * box.line();
            SimdDepthwiseRows.row(x, from, step, box.next(), box.taps(), w, wo + i * box.taps() * ws, ws, i == 0 ? start : sums,
                    i == 0 ? so : 0, i == 0 ? 0 : L, pixels, i == last ? out : sums, i == last ? oo : 0, i == last ? op : L);
        }
    }

    @Override
    public void copy(float[] x, int xo, int step, int channels, int pixels, float[] out, int oo, int op) {
        int end = channels - channels % L;
        for (int c = 0; c < end; c += L)
            for (int p = 0; p < pixels; p++)
                fromArray(S, x, xo + p * step + c).intoArray(out, oo + p * op + c);
        for (int p = 0; p < pixels; p++)
            for (int c = end; c < channels; c++)
                out[oo + p * op + c] = x[xo + p * step + c];
    }

    @Override
    public void squares(float[] x, int xo, int line, int groups, int step, int next, float[] w, int wo, int ws, float[] start, int so,
            int channels, int pixels, float[] out, int oo, int or, int op) {
        int end = channels - channels % L;
        for (int c = 0; c < end; c += L)
            squares(x, xo + c, line, groups, step, next, w, wo + c, ws, start, so + c, pixels, out, oo + c, or, op);
        if (end < channels)
            ScalarDepthwise.squares(x, xo, line, groups, step, next, w, wo, ws, start, so, end, channels, pixels, out, oo, or, op);
    }

    /// Each pixel that is read serves up to three of four rows.
    private static void squares(float[] x, int xo, int line, int groups, int step, int next, float[] w, int wo, int ws, float[] start,
            int so, int pixels, float[] out, int oo, int or, int op) {
        FloatVector w0 = fromArray(S, w, wo);
        FloatVector w1 = fromArray(S, w, wo + ws);
        FloatVector w2 = fromArray(S, w, wo + 2 * ws);
        FloatVector w3 = fromArray(S, w, wo + 3 * ws);
        FloatVector w4 = fromArray(S, w, wo + 4 * ws);
        FloatVector w5 = fromArray(S, w, wo + 5 * ws);
        FloatVector w6 = fromArray(S, w, wo + 6 * ws);
        FloatVector w7 = fromArray(S, w, wo + 7 * ws);
        FloatVector w8 = fromArray(S, w, wo + 8 * ws);
        FloatVector first = fromArray(S, start, so);
        int two = 2 * next;
        for (int g = 0; g < groups; g++) {
            int from = xo + 4 * g * line;
            int at = oo + 4 * g * or;
            for (int p = 0; p < pixels; p++) {
                int q = from + p * step;
                int to = at + p * op;
                FloatVector v = fromArray(S, x, q);
                FloatVector a = v.fma(w0, first);
                v = fromArray(S, x, q + next);
                a = v.fma(w1, a);
                v = fromArray(S, x, q + two);
                a = v.fma(w2, a);
                v = fromArray(S, x, q + line);
                a = v.fma(w3, a);
                FloatVector b = v.fma(w0, first);
                v = fromArray(S, x, q + line + next);
                a = v.fma(w4, a);
                b = v.fma(w1, b);
                v = fromArray(S, x, q + line + two);
                a = v.fma(w5, a);
                b = v.fma(w2, b);
                v = fromArray(S, x, q + 2 * line);
                a = v.fma(w6, a);
                b = v.fma(w3, b);
                FloatVector c = v.fma(w0, first);
                v = fromArray(S, x, q + 2 * line + next);
                a = v.fma(w7, a);
                b = v.fma(w4, b);
                c = v.fma(w1, c);
                v = fromArray(S, x, q + 2 * line + two);
                a = v.fma(w8, a);
                b = v.fma(w5, b);
                c = v.fma(w2, c);
                a.intoArray(out, to);
                v = fromArray(S, x, q + 3 * line);
                b = v.fma(w6, b);
                c = v.fma(w3, c);
                FloatVector d = v.fma(w0, first);
                v = fromArray(S, x, q + 3 * line + next);
                b = v.fma(w7, b);
                c = v.fma(w4, c);
                d = v.fma(w1, d);
                v = fromArray(S, x, q + 3 * line + two);
                b = v.fma(w8, b);
                c = v.fma(w5, c);
                d = v.fma(w2, d);
                b.intoArray(out, to + or);
                v = fromArray(S, x, q + 4 * line);
                c = v.fma(w6, c);
                d = v.fma(w3, d);
                v = fromArray(S, x, q + 4 * line + next);
                c = v.fma(w7, c);
                d = v.fma(w4, d);
                v = fromArray(S, x, q + 4 * line + two);
                c = v.fma(w8, c);
                d = v.fma(w5, d);
                c.intoArray(out, to + 2 * or);
                v = fromArray(S, x, q + 5 * line);
                d = v.fma(w6, d);
                v = fromArray(S, x, q + 5 * line + next);
                d = v.fma(w7, d);
                v = fromArray(S, x, q + 5 * line + two);
                d = v.fma(w8, d);
                d.intoArray(out, to + 3 * or);
            }
        }
    }

    private static void four(float[] x, int[] at, int shift, int step, float[] w, int[] weight, int taps, float[] start, int end,
            float[] out,
            int oo, int channels) {
        for (int c = 0; c < end; c += L) {
            FloatVector s0 = fromArray(S, start, c), s1 = s0, s2 = s0, s3 = s0;
            for (int t = 0; t < taps; t++) {
                FloatVector v = fromArray(S, w, weight[t] + c);
                int from = at[t] + shift + c;
                s0 = fromArray(S, x, from).fma(v, s0);
                s1 = fromArray(S, x, from + step).fma(v, s1);
                s2 = fromArray(S, x, from + 2 * step).fma(v, s2);
                s3 = fromArray(S, x, from + 3 * step).fma(v, s3);
            }
            s0.intoArray(out, oo + c);
            s1.intoArray(out, oo + channels + c);
            s2.intoArray(out, oo + 2 * channels + c);
            s3.intoArray(out, oo + 3 * channels + c);
        }
    }

    private static void one(float[] x, int[] at, int shift, float[] w, int[] weight, int taps, float[] start, int end, float[] out,
            int oo) {
        for (int c = 0; c < end; c += L) {
            FloatVector sum = fromArray(S, start, c);
            for (int t = 0; t < taps; t++)
                sum = fromArray(S, x, at[t] + shift + c).fma(fromArray(S, w, weight[t] + c), sum);
            sum.intoArray(out, oo + c);
        }
    }

    @Override
    public void gradient(float[] x, int xo, int step, int tapStep, int taps, float[] dy, int dyo, int channels, int count, int pixels,
            float[] sums, int so) {
        int end = count - count % L;
        int t = 0;
        for (; t + 3 <= taps; t += 3)
            three(x, xo + t * tapStep, step, tapStep, dy, dyo, channels, end, pixels, sums, so + t * channels);
        for (; t < taps; t++)
            one(x, xo + t * tapStep, step, dy, dyo, channels, end, pixels, sums, so + t * channels);
        if (end < count)
            ScalarDepthwise.gradient(x, xo, step, tapStep, taps, dy, dyo, channels, end, count, pixels, sums, so);
    }

    private static void three(float[] x, int xo, int step, int tapStep, float[] dy, int dyo, int channels, int end, int pixels,
            float[] sums,
            int so) {
        int c = 0;
        for (; c + 2 * L <= end; c += 2 * L)
            threeWide(x, xo + c, step, tapStep, dy, dyo + c, channels, pixels, sums, so + c);
        for (; c < end; c += L)
            for (int t = 0; t < 3; t++)
                narrow(x, xo + c + t * tapStep, step, dy, dyo + c, channels, pixels, sums, so + t * channels + c);
    }

    private static void threeWide(float[] x, int xo, int step, int tapStep, float[] dy, int dyo, int channels, int pixels, float[] sums,
            int so) {
        FloatVector a0 = fromArray(S, sums, so), a1 = fromArray(S, sums, so + L);
        FloatVector b0 = fromArray(S, sums, so + channels), b1 = fromArray(S, sums, so + channels + L);
        FloatVector c0 = fromArray(S, sums, so + 2 * channels), c1 = fromArray(S, sums, so + 2 * channels + L);
        for (int p = 0, from = xo, d = dyo; p < pixels; p++, from += step, d += channels) {
            FloatVector d0 = fromArray(S, dy, d), d1 = fromArray(S, dy, d + L);
            a0 = fromArray(S, x, from).fma(d0, a0);
            a1 = fromArray(S, x, from + L).fma(d1, a1);
            b0 = fromArray(S, x, from + tapStep).fma(d0, b0);
            b1 = fromArray(S, x, from + tapStep + L).fma(d1, b1);
            c0 = fromArray(S, x, from + 2 * tapStep).fma(d0, c0);
            c1 = fromArray(S, x, from + 2 * tapStep + L).fma(d1, c1);
        }
        a0.intoArray(sums, so);
        a1.intoArray(sums, so + L);
        b0.intoArray(sums, so + channels);
        b1.intoArray(sums, so + channels + L);
        c0.intoArray(sums, so + 2 * channels);
        c1.intoArray(sums, so + 2 * channels + L);
    }

    private static void one(float[] x, int xo, int step, float[] dy, int dyo, int channels, int end, int pixels, float[] sums, int so) {
        for (int c = 0; c < end; c += L)
            narrow(x, xo + c, step, dy, dyo + c, channels, pixels, sums, so + c);
    }

    private static void narrow(float[] x, int xo, int step, float[] dy, int dyo, int channels, int pixels, float[] sums, int so) {
        FloatVector sum = fromArray(S, sums, so);
        for (int p = 0, from = xo, d = dyo; p < pixels; p++, from += step, d += channels)
            sum = fromArray(S, x, from).fma(fromArray(S, dy, d), sum);
        sum.intoArray(sums, so);
    }
}
