package dev.sunda.core.cpu;

import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.VectorOperators.LE;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// Sums take several vectors of channels down the rows at a time, so that additions overlap; maps go along the rows. Channels that do
/// not fill a vector go to the scalar twin.
final class SimdChannelNorm implements ChannelNormKernel {
    private static final VectorSpecies<Float> S = SimdSpecies.F;
    private static final int L = S.length();
    /// Channels from which on a chain that goes through memory is ready again when its turn comes.
    private static final int LONG_ROW = 4 * L;

    @Override
    public void sum(float[] x, int xo, int rows, int channels, float[] sums, int so) {
        int c = 0;
        for (; c + 4 * L <= channels; c += 4 * L)
            sum4(x, xo + c, rows, channels, sums, so + c);
        for (; c + L <= channels; c += L)
            sum1(x, xo + c, rows, channels, sums, so + c);
        ScalarChannelNorm.sum(x, xo, rows, c, channels, sums, so);
    }

    private static void sum4(float[] x, int xo, int rows, int channels, float[] sums, int so) {
        FloatVector a = FloatVector.zero(S), b = a, c = a, d = a;
        for (int r = 0, at = xo; r < rows; r++, at += channels) {
            a = a.add(fromArray(S, x, at));
            b = b.add(fromArray(S, x, at + L));
            c = c.add(fromArray(S, x, at + 2 * L));
            d = d.add(fromArray(S, x, at + 3 * L));
        }
        a.intoArray(sums, so);
        b.intoArray(sums, so + L);
        c.intoArray(sums, so + 2 * L);
        d.intoArray(sums, so + 3 * L);
    }

    private static void sum1(float[] x, int xo, int rows, int channels, float[] sums, int so) {
        FloatVector a = FloatVector.zero(S);
        for (int r = 0, at = xo; r < rows; r++, at += channels)
            a = a.add(fromArray(S, x, at));
        a.intoArray(sums, so);
    }

    @Override
    public void moments(float[] x, int xo, int rows, int channels, float[] centre, int co, float[] sums, int so) {
        int c = 0;
        for (; c + 2 * L <= channels; c += 2 * L)
            moments2(x, xo + c, rows, channels, centre, co + c, sums, so + c);
        for (; c + L <= channels; c += L)
            moments1(x, xo + c, rows, channels, centre, co + c, sums, so + c);
        ScalarChannelNorm.moments(x, xo, rows, c, channels, centre, co, sums, so);
    }

    private static void moments2(float[] x, int xo, int rows, int channels, float[] centre, int co, float[] sums, int so) {
        FloatVector a = FloatVector.zero(S), b = a, aa = a, bb = a, c = a, d = a, cc = a, dd = a;
        FloatVector ma = fromArray(S, centre, co), mb = fromArray(S, centre, co + L);
        int at = xo;
        for (int r = 1; r < rows; r += 2, at += 2 * channels) {
            FloatVector s = fromArray(S, x, at).sub(ma), t = fromArray(S, x, at + L).sub(mb);
            FloatVector u = fromArray(S, x, at + channels).sub(ma), v = fromArray(S, x, at + channels + L).sub(mb);
            a = a.add(s);
            b = b.add(t);
            c = c.add(u);
            d = d.add(v);
            aa = s.fma(s, aa);
            bb = t.fma(t, bb);
            cc = u.fma(u, cc);
            dd = v.fma(v, dd);
        }
        if (rows % 2 == 1) {
            FloatVector s = fromArray(S, x, at).sub(ma), t = fromArray(S, x, at + L).sub(mb);
            a = a.add(s);
            b = b.add(t);
            aa = s.fma(s, aa);
            bb = t.fma(t, bb);
        }
        a.add(c).intoArray(sums, so);
        b.add(d).intoArray(sums, so + L);
        aa.add(cc).intoArray(sums, so + channels);
        bb.add(dd).intoArray(sums, so + channels + L);
    }

    private static void moments1(float[] x, int xo, int rows, int channels, float[] centre, int co, float[] sums, int so) {
        FloatVector a = FloatVector.zero(S), aa = a, c = a, cc = a;
        FloatVector mean = fromArray(S, centre, co);
        int at = xo;
        for (int r = 1; r < rows; r += 2, at += 2 * channels) {
            FloatVector s = fromArray(S, x, at).sub(mean), u = fromArray(S, x, at + channels).sub(mean);
            a = a.add(s);
            c = c.add(u);
            aa = s.fma(s, aa);
            cc = u.fma(u, cc);
        }
        if (rows % 2 == 1) {
            FloatVector s = fromArray(S, x, at).sub(mean);
            a = a.add(s);
            aa = s.fma(s, aa);
        }
        a.add(c).intoArray(sums, so);
        aa.add(cc).intoArray(sums, so + channels);
    }

    @Override
    public void products(float[] dy, int dyo, float[] x, int xo, int rows, int channels, float[] mean, float[] sums, int so) {
        int c = 0;
        if (channels >= LONG_ROW) {
            c = channels - channels % L;
            productsAlong(dy, dyo, x, xo, rows, channels, c, mean, sums, so);
        }
        for (; c + 2 * L <= channels; c += 2 * L)
            products2(dy, dyo + c, x, xo + c, rows, channels, mean, c, sums, so + c);
        for (; c + L <= channels; c += L)
            products1(dy, dyo + c, x, xo + c, rows, channels, mean, c, sums, so + c);
        ScalarChannelNorm.products(dy, dyo, x, xo, rows, c, channels, mean, sums, so);
    }

    /// The same chains, each in memory: two streams are read in their order, which is worth more than registers.
    private static void productsAlong(float[] dy, int dyo, float[] x, int xo, int rows, int channels, int end, float[] mean, float[] sums,
            int so) {
        int to = so + channels;
        Arrays.fill(sums, so, so + end, 0);
        Arrays.fill(sums, to, to + end, 0);
        for (int r = 0; r < rows; r++)
            for (int c = 0, at = r * channels; c < end; c += L) {
                FloatVector u = fromArray(S, dy, dyo + at + c);
                fromArray(S, sums, so + c).add(u).intoArray(sums, so + c);
                u.fma(fromArray(S, x, xo + at + c).sub(fromArray(S, mean, c)), fromArray(S, sums, to + c)).intoArray(sums, to + c);
            }
    }

    private static void products2(float[] dy, int dyo, float[] x, int xo, int rows, int channels, float[] mean, int mo, float[] sums,
            int so) {
        FloatVector a = FloatVector.zero(S), b = a, aa = a, bb = a;
        FloatVector ma = fromArray(S, mean, mo), mb = fromArray(S, mean, mo + L);
        for (int r = 0, at = xo, to = dyo; r < rows; r++, at += channels, to += channels) {
            FloatVector u = fromArray(S, dy, to), v = fromArray(S, dy, to + L);
            a = a.add(u);
            b = b.add(v);
            aa = u.fma(fromArray(S, x, at).sub(ma), aa);
            bb = v.fma(fromArray(S, x, at + L).sub(mb), bb);
        }
        a.intoArray(sums, so);
        b.intoArray(sums, so + L);
        aa.intoArray(sums, so + channels);
        bb.intoArray(sums, so + channels + L);
    }

    private static void products1(float[] dy, int dyo, float[] x, int xo, int rows, int channels, float[] mean, int mo, float[] sums,
            int so) {
        FloatVector a = FloatVector.zero(S), aa = a;
        FloatVector ma = fromArray(S, mean, mo);
        for (int r = 0, at = xo, to = dyo; r < rows; r++, at += channels, to += channels) {
            FloatVector u = fromArray(S, dy, to);
            a = a.add(u);
            aa = u.fma(fromArray(S, x, at).sub(ma), aa);
        }
        a.intoArray(sums, so);
        aa.intoArray(sums, so + channels);
    }

    @Override
    public void activeProducts(float[] dy, int dyo, float[] x, int xo, int rows, int channels, float[] mean, float[] scale, float[] shift,
            float[] sums, int so) {
        int c = 0;
        for (; c + 2 * L <= channels; c += 2 * L)
            activeProducts2(dy, dyo + c, x, xo + c, rows, channels, mean, scale, shift, c, sums, so + c);
        for (; c + L <= channels; c += L)
            activeProducts1(dy, dyo + c, x, xo + c, rows, channels, mean, scale, shift, c, sums, so + c);
        ScalarChannelNorm.activeProducts(dy, dyo, x, xo, rows, c, channels, mean, scale, shift, sums, so);
    }

    private static void activeProducts2(float[] dy, int dyo, float[] x, int xo, int rows, int channels, float[] mean, float[] scale,
            float[] shift, int co, float[] sums, int so) {
        FloatVector a = FloatVector.zero(S), b = a, aa = a, bb = a, one = FloatVector.broadcast(S, 1);
        FloatVector ma = fromArray(S, mean, co), mb = fromArray(S, mean, co + L);
        FloatVector sa = fromArray(S, scale, co), sb = fromArray(S, scale, co + L);
        FloatVector ha = fromArray(S, shift, co), hb = fromArray(S, shift, co + L);
        for (int r = 0, at = xo, to = dyo; r < rows; r++, at += channels, to += channels) {
            FloatVector u = fromArray(S, x, at).sub(ma), v = fromArray(S, x, at + L).sub(mb);
            FloatVector d = fromArray(S, dy, to).mul(one.blend(0, u.fma(sa, ha).compare(LE, 0)));
            FloatVector e = fromArray(S, dy, to + L).mul(one.blend(0, v.fma(sb, hb).compare(LE, 0)));
            a = a.add(d);
            b = b.add(e);
            aa = d.fma(u, aa);
            bb = e.fma(v, bb);
        }
        a.intoArray(sums, so);
        b.intoArray(sums, so + L);
        aa.intoArray(sums, so + channels);
        bb.intoArray(sums, so + channels + L);
    }

    private static void activeProducts1(float[] dy, int dyo, float[] x, int xo, int rows, int channels, float[] mean, float[] scale,
            float[] shift, int co, float[] sums, int so) {
        FloatVector a = FloatVector.zero(S), aa = a, one = FloatVector.broadcast(S, 1);
        FloatVector ma = fromArray(S, mean, co), sa = fromArray(S, scale, co), ha = fromArray(S, shift, co);
        for (int r = 0, at = xo, to = dyo; r < rows; r++, at += channels, to += channels) {
            FloatVector u = fromArray(S, x, at).sub(ma);
            FloatVector d = fromArray(S, dy, to).mul(one.blend(0, u.fma(sa, ha).compare(LE, 0)));
            a = a.add(d);
            aa = d.fma(u, aa);
        }
        a.intoArray(sums, so);
        aa.intoArray(sums, so + channels);
    }

    @Override
    public void normalize(float[] x, int xo, int rows, int channels, float[] mean, float[] scale, float[] shift, float least, float[] y,
            int yo) {
        int end = channels - channels % L;
        for (int r = 0; r < rows; r++)
            for (int c = 0, at = xo + r * channels, to = yo + r * channels; c < end; c += L) {
                FloatVector v = fromArray(S, x, at + c).sub(fromArray(S, mean, c)).fma(fromArray(S, scale, c), fromArray(S, shift, c));
                v.blend(least, v.compare(LE, least)).intoArray(y, to + c);
            }
        if (end < channels)
            ScalarChannelNorm.normalize(x, xo, rows, end, channels, mean, scale, shift, least, y, yo);
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

    @Override
    public void activeGradient(float[] dy, int dyo, float[] x, int xo, int rows, int channels, float[] mean, float[] scale, float[] bias,
            float[] slope, float[] shift, float[] dx, int dxo) {
        int end = channels - channels % L;
        FloatVector one = FloatVector.broadcast(S, 1);
        for (int r = 0; r < rows; r++)
            for (int c = 0, at = r * channels; c < end; c += L) {
                FloatVector u = fromArray(S, x, xo + at + c).sub(fromArray(S, mean, c)), factor = fromArray(S, scale, c);
                FloatVector d = fromArray(S, dy, dyo + at + c)
                        .mul(one.blend(0, u.fma(factor, fromArray(S, bias, c)).compare(LE, 0)));
                d.fma(factor, u.fma(fromArray(S, slope, c), fromArray(S, shift, c))).intoArray(dx, dxo + at + c);
            }
        if (end < channels)
            ScalarChannelNorm.activeGradient(dy, dyo, x, xo, rows, end, channels, mean, scale, bias, slope, shift, dx, dxo);
    }
}
