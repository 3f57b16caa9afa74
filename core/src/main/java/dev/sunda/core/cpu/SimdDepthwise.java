package dev.sunda.core.cpu;

import static jdk.incubator.vector.FloatVector.fromArray;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// One vector of channels at a time; four pixels share each weight. Channels that do not fill a vector go to the scalar twin.
final class SimdDepthwise implements DepthwiseKernel {
    private static final VectorSpecies<Float> S = SimdSpecies.F;
    private static final int L = S.length();

    @Override
    public void pixels(float[] x, int[] at, int step, float[] w, int[] weight, int taps, float[] start, int channels, int pixels,
            float[] out,
            int oo) {
        int end = channels - channels % L;
        int p = 0;
        if (isSquare(at, taps))
            for (int c = 0; c < end; c += L)
                p = square(x, at, c, step, w, weight, start, pixels, out, oo + c, channels);
        if (end > 0) {
            for (; p + 4 <= pixels; p += 4)
                four(x, at, p * step, step, w, weight, taps, start, end, out, oo + p * channels, channels);
            for (; p < pixels; p++)
                one(x, at, p * step, w, weight, taps, start, end, out, oo + p * channels);
        }
        if (end < channels)
            ScalarDepthwise.pixels(x, at, step, w, weight, taps, start, end, channels, pixels, out, oo);
    }

    /// Three times three taps, evenly spaced: a 3x3 kernel, wherever all of it sees pixels.
    private static boolean isSquare(int[] at, int taps) {
        if (taps != 9)
            return false;
        int next = at[1] - at[0];
        return at[2] - at[1] == next && at[4] - at[3] == next && at[5] - at[4] == next && at[7] - at[6] == next && at[8] - at[7] == next;
    }

    /// Such a run, two pixels at a time: the nine weights stay in registers. Returns how many pixels are done.
    private static int square(float[] x, int[] at, int c, int step, float[] w, int[] weight, float[] start, int pixels, float[] out, int oo,
            int channels) {
        FloatVector w0 = fromArray(S, w, weight[0] + c);
        FloatVector w1 = fromArray(S, w, weight[1] + c);
        FloatVector w2 = fromArray(S, w, weight[2] + c);
        FloatVector w3 = fromArray(S, w, weight[3] + c);
        FloatVector w4 = fromArray(S, w, weight[4] + c);
        FloatVector w5 = fromArray(S, w, weight[5] + c);
        FloatVector w6 = fromArray(S, w, weight[6] + c);
        FloatVector w7 = fromArray(S, w, weight[7] + c);
        FloatVector w8 = fromArray(S, w, weight[8] + c);
        FloatVector first = fromArray(S, start, c);
        int one = at[1] - at[0];
        int two = 2 * one;
        int p = 0;
        for (int i = at[0] + c, j = at[3] + c, k = at[6] + c, to = oo; p + 2 <= pixels; p += 2, to += 2 * channels) {
            FloatVector a = fromArray(S, x, i).fma(w0, first);
            a = fromArray(S, x, i + one).fma(w1, a);
            a = fromArray(S, x, i + two).fma(w2, a);
            i += step;
            a = fromArray(S, x, j).fma(w3, a);
            a = fromArray(S, x, j + one).fma(w4, a);
            a = fromArray(S, x, j + two).fma(w5, a);
            j += step;
            a = fromArray(S, x, k).fma(w6, a);
            a = fromArray(S, x, k + one).fma(w7, a);
            a = fromArray(S, x, k + two).fma(w8, a);
            k += step;
            FloatVector b = fromArray(S, x, i).fma(w0, first);
            b = fromArray(S, x, i + one).fma(w1, b);
            b = fromArray(S, x, i + two).fma(w2, b);
            i += step;
            b = fromArray(S, x, j).fma(w3, b);
            b = fromArray(S, x, j + one).fma(w4, b);
            b = fromArray(S, x, j + two).fma(w5, b);
            j += step;
            b = fromArray(S, x, k).fma(w6, b);
            b = fromArray(S, x, k + one).fma(w7, b);
            b = fromArray(S, x, k + two).fma(w8, b);
            k += step;
            a.intoArray(out, to);
            b.intoArray(out, to + channels);
        }
        return p;
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
    public void gradient(float[] x, int xo, int step, int tapStep, int taps, float[] dy, int dyo, int channels, int pixels,
            float[] sums,
            int so) {
        int end = channels - channels % L;
        int t = 0;
        for (; t + 3 <= taps; t += 3)
            three(x, xo + t * tapStep, step, tapStep, dy, dyo, channels, end, pixels, sums, so + t * channels);
        for (; t < taps; t++)
            one(x, xo + t * tapStep, step, dy, dyo, channels, end, pixels, sums, so + t * channels);
        if (end < channels)
            ScalarDepthwise.gradient(x, xo, step, tapStep, taps, dy, dyo, end, channels, pixels, sums, so);
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
