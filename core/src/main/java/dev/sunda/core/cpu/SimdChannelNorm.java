package dev.sunda.core.cpu;

import static jdk.incubator.vector.FloatVector.fromArray;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// Sums take two vectors of channels down the rows at a time, so that additions overlap; maps go along the rows. Channels that do
/// not fill a vector go to the scalar twin.
final class SimdChannelNorm implements ChannelNormKernel {
    private static final VectorSpecies<Float> S = SimdSpecies.F;
    private static final int L = S.length();

    @Override
    public void sum(float[] x, int xo, int rows, int channels, float[] sums, int so) {
        int c = 0;
        for (; c + 2 * L <= channels; c += 2 * L) {
            FloatVector a = FloatVector.zero(S), b = a;
            for (int r = 0, at = xo + c; r < rows; r++, at += channels) {
                a = a.add(fromArray(S, x, at));
                b = b.add(fromArray(S, x, at + L));
            }
            a.intoArray(sums, so + c);
            b.intoArray(sums, so + c + L);
        }
        ScalarChannelNorm.sum(x, xo, rows, c, channels, sums, so);
    }

    @Override
    public void squares(float[] x, int xo, int rows, int channels, float[] mean, float[] sums, int so) {
        int c = 0;
        for (; c + 2 * L <= channels; c += 2 * L) {
            FloatVector a = FloatVector.zero(S), b = a;
            FloatVector ma = fromArray(S, mean, c), mb = fromArray(S, mean, c + L);
            for (int r = 0, at = xo + c; r < rows; r++, at += channels) {
                FloatVector ca = fromArray(S, x, at).sub(ma), cb = fromArray(S, x, at + L).sub(mb);
                a = ca.fma(ca, a);
                b = cb.fma(cb, b);
            }
            a.intoArray(sums, so + c);
            b.intoArray(sums, so + c + L);
        }
        ScalarChannelNorm.squares(x, xo, rows, c, channels, mean, sums, so);
    }

    @Override
    public void products(float[] dy, int dyo, float[] x, int xo, int rows, int channels, float[] mean, float[] sums, int so) {
        int c = 0;
        for (; c + 2 * L <= channels; c += 2 * L) {
            FloatVector a = FloatVector.zero(S), b = a;
            FloatVector ma = fromArray(S, mean, c), mb = fromArray(S, mean, c + L);
            for (int r = 0, at = xo + c, d = dyo + c; r < rows; r++, at += channels, d += channels) {
                a = fromArray(S, dy, d).fma(fromArray(S, x, at).sub(ma), a);
                b = fromArray(S, dy, d + L).fma(fromArray(S, x, at + L).sub(mb), b);
            }
            a.intoArray(sums, so + c);
            b.intoArray(sums, so + c + L);
        }
        ScalarChannelNorm.products(dy, dyo, x, xo, rows, c, channels, mean, sums, so);
    }

    @Override
    public void normalize(float[] x, int xo, int rows, int channels, float[] mean, float[] scale, float[] shift, float[] y,
            int yo) {
        int end = channels - channels % L;
        for (int r = 0; r < rows; r++)
            for (int c = 0, at = xo + r * channels, to = yo + r * channels; c < end; c += L)
                fromArray(S, x, at + c).sub(fromArray(S, mean, c)).fma(fromArray(S, scale, c), fromArray(S, shift, c)).intoArray(y, to + c);
        if (end < channels)
            ScalarChannelNorm.normalize(x, xo, rows, end, channels, mean, scale, shift, y, yo);
    }

    @Override
    public void gradient(float[] dy, int dyo, float[] x, int xo, int rows, int channels, float[] mean, float[] scale,
            float[] slope,
            float[] shift, float[] dx, int dxo) {
        int end = channels - channels % L;
        for (int r = 0; r < rows; r++)
            for (int c = 0, at = r * channels; c < end; c += L) {
                FloatVector line = fromArray(S, x, xo + at + c).sub(fromArray(S, mean, c)).fma(fromArray(S, slope, c), fromArray(S,
                        shift, c));
                fromArray(S, dy, dyo + at + c).fma(fromArray(S, scale, c), line).intoArray(dx, dxo + at + c);
            }
        if (end < channels)
            ScalarChannelNorm.gradient(dy, dyo, x, xo, rows, end, channels, mean, scale, slope, shift, dx, dxo);
    }
}
