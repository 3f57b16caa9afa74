package dev.sunda.core.cpu;

import static jdk.incubator.vector.DoubleVector.fromArray;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/// A vector of channels at a time; four positions share a weight, four vectors of channels hide the latency of a sum.
final class SimdDepthwise64 implements Depthwise64Kernel {
    private static final VectorSpecies<Double> S = VectorSpecies.of(double.class, SimdSpecies.F.vectorShape());
    private static final int L = S.length();

    @Override
    public void pixels(double[] x, int[] at, int step, double[] w, int[] taps, int seen, double[] start, int channels, int length,
            double[] y, int yo) {
        int end = S.loopBound(channels);
        int p = 0;
        for (; p <= length - 4; p += 4)
            for (int c = 0; c < end; c += L)
                four(x, p * step + c, at, step, w, taps, c, seen, start, y, yo + p * channels + c, channels);
        for (; p < length; p++)
            for (int c = 0; c < end; c += L)
                one(x, p * step + c, at, w, taps, c, seen, start, y, yo + p * channels + c);
        if (end < channels)
            ScalarDepthwise64.finishPixels(x, at, step, w, taps, seen, start, end, channels, length, y, yo);
    }

    private static void four(double[] x, int xo, int[] at, int step, double[] w, int[] taps, int c, int seen, double[] start, double[] y,
            int yo, int channels) {
        DoubleVector y0 = fromArray(S, start, c), y1 = y0, y2 = y0, y3 = y0;
        for (int t = 0; t < seen; t++) {
            DoubleVector weight = fromArray(S, w, taps[t] + c);
            int from = at[t] + xo;
            y0 = fromArray(S, x, from).fma(weight, y0);
            y1 = fromArray(S, x, from + step).fma(weight, y1);
            y2 = fromArray(S, x, from + 2 * step).fma(weight, y2);
            y3 = fromArray(S, x, from + 3 * step).fma(weight, y3);
        }
        y0.intoArray(y, yo);
        y1.intoArray(y, yo + channels);
        y2.intoArray(y, yo + 2 * channels);
        y3.intoArray(y, yo + 3 * channels);
    }

    private static void one(double[] x, int xo, int[] at, double[] w, int[] taps, int c, int seen, double[] start, double[] y, int yo) {
        DoubleVector sum = fromArray(S, start, c);
        for (int t = 0; t < seen; t++)
            sum = fromArray(S, x, at[t] + xo).fma(fromArray(S, w, taps[t] + c), sum);
        sum.intoArray(y, yo);
    }

    @Override
    public void gradient(double[] x, int xo, int step, double[] dy, int yo, int channels, int length, double[] sums, int so) {
        int c = 0;
        for (; c <= channels - 4 * L; c += 4 * L)
            fourSums(x, xo + c, step, dy, yo + c, channels, length, sums, so + c);
        for (; c <= channels - L; c += L)
            oneSum(x, xo + c, step, dy, yo + c, channels, length, sums, so + c);
        if (c < channels)
            ScalarDepthwise64.finishGradient(x, xo, step, dy, yo, c, channels, length, sums, so);
    }

    private static void fourSums(double[] x, int xo, int step, double[] dy, int yo, int channels, int length, double[] sums, int so) {
        DoubleVector s0 = fromArray(S, sums, so), s1 = fromArray(S, sums, so + L);
        DoubleVector s2 = fromArray(S, sums, so + 2 * L), s3 = fromArray(S, sums, so + 3 * L);
        for (int p = 0; p < length; p++) {
            int xi = xo + p * step;
            int yi = yo + p * channels;
            s0 = fromArray(S, x, xi).fma(fromArray(S, dy, yi), s0);
            s1 = fromArray(S, x, xi + L).fma(fromArray(S, dy, yi + L), s1);
            s2 = fromArray(S, x, xi + 2 * L).fma(fromArray(S, dy, yi + 2 * L), s2);
            s3 = fromArray(S, x, xi + 3 * L).fma(fromArray(S, dy, yi + 3 * L), s3);
        }
        s0.intoArray(sums, so);
        s1.intoArray(sums, so + L);
        s2.intoArray(sums, so + 2 * L);
        s3.intoArray(sums, so + 3 * L);
    }

    private static void oneSum(double[] x, int xo, int step, double[] dy, int yo, int channels, int length, double[] sums, int so) {
        DoubleVector sum = fromArray(S, sums, so);
        for (int p = 0; p < length; p++)
            sum = fromArray(S, x, xo + p * step).fma(fromArray(S, dy, yo + p * channels), sum);
        sum.intoArray(sums, so);
    }
}
