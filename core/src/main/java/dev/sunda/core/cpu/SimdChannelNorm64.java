package dev.sunda.core.cpu;

import static jdk.incubator.vector.DoubleVector.fromArray;
import static jdk.incubator.vector.VectorOperators.LE;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/// Sums take several vectors of channels down the rows at a time, so that additions overlap. Maps go along the rows; where a row is four
/// vectors, what belongs to its channels stays in registers. Channels that do not fill a vector go to the scalar twin. Sums are stored one
/// by one, as in [SimdChannelNorm].
final class SimdChannelNorm64 implements ChannelNorm64Kernel {
    private static final VectorSpecies<Double> S = SimdSpecies.D;
    private static final int L = S.length();
    private static final int HELD = 4 * L;
    /// Whether the registers hold four vectors of channels with five numbers each, in a map. Sums with relu keep to two vectors: with a
    /// loop of four beside those of two and one they took four times as long and made objects.
    private static final boolean MANY_REGISTERS = L == 8;

    @Override
    public void sum(double[] x, int xo, int rows, int channels, double[] sums, int so) {
        int c = 0;
        for (; c + 4 * L <= channels; c += 4 * L)
            sum4(x, xo + c, rows, channels, sums, so + c);
        for (; c + L <= channels; c += L)
            sum1(x, xo + c, rows, channels, sums, so + c);
        ScalarChannelNorm64.sum(x, xo, rows, c, channels, sums, so);
    }

    private static void sum4(double[] x, int xo, int rows, int channels, double[] sums, int so) {
        DoubleVector a = DoubleVector.zero(S), b = a, c = a, d = a;
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

    private static void sum1(double[] x, int xo, int rows, int channels, double[] sums, int so) {
        DoubleVector a = DoubleVector.zero(S);
        for (int r = 0, at = xo; r < rows; r++, at += channels)
            a = a.add(fromArray(S, x, at));
        a.intoArray(sums, so);
    }

    @Override
    public void moments(double[] x, int xo, int rows, int channels, double[] centre, int co, double[] sums, int so) {
        int c = 0;
        for (; c + 4 * L <= channels; c += 4 * L)
            moments4(x, xo + c, rows, channels, centre, co + c, sums, so + c);
        for (; c + L <= channels; c += L)
            moments1(x, xo + c, rows, channels, centre, co + c, sums, so + c);
        ScalarChannelNorm64.moments(x, xo, rows, c, channels, centre, co, sums, so);
    }

    private static void moments4(double[] x, int xo, int rows, int channels, double[] centre, int co, double[] sums, int so) {
        DoubleVector a = DoubleVector.zero(S), b = a, c = a, d = a, aa = a, bb = a, cc = a, dd = a;
        DoubleVector ma = fromArray(S, centre, co), mb = fromArray(S, centre, co + L);
        DoubleVector mc = fromArray(S, centre, co + 2 * L), md = fromArray(S, centre, co + 3 * L);
        for (int r = 0, at = xo; r < rows; r++, at += channels) {
            DoubleVector u = fromArray(S, x, at).sub(ma);
            a = a.add(u);
            aa = u.fma(u, aa);
            u = fromArray(S, x, at + L).sub(mb);
            b = b.add(u);
            bb = u.fma(u, bb);
            u = fromArray(S, x, at + 2 * L).sub(mc);
            c = c.add(u);
            cc = u.fma(u, cc);
            u = fromArray(S, x, at + 3 * L).sub(md);
            d = d.add(u);
            dd = u.fma(u, dd);
        }
        a.intoArray(sums, so);
        b.intoArray(sums, so + L);
        c.intoArray(sums, so + 2 * L);
        d.intoArray(sums, so + 3 * L);
        int second = so + channels;
        aa.intoArray(sums, second);
        bb.intoArray(sums, second + L);
        cc.intoArray(sums, second + 2 * L);
        dd.intoArray(sums, second + 3 * L);
    }

    private static void moments1(double[] x, int xo, int rows, int channels, double[] centre, int co, double[] sums, int so) {
        DoubleVector a = DoubleVector.zero(S), aa = a, mean = fromArray(S, centre, co);
        for (int r = 0, at = xo; r < rows; r++, at += channels) {
            DoubleVector u = fromArray(S, x, at).sub(mean);
            a = a.add(u);
            aa = u.fma(u, aa);
        }
        a.intoArray(sums, so);
        aa.intoArray(sums, so + channels);
    }

    @Override
    public void products(double[] dy, int dyo, double[] x, int xo, int rows, int channels, double[] mean, double[] sums, int so) {
        int c = 0;
        for (; c + 4 * L <= channels; c += 4 * L)
            products4(dy, dyo + c, x, xo + c, rows, channels, mean, c, sums, so + c);
        for (; c + L <= channels; c += L)
            products1(dy, dyo + c, x, xo + c, rows, channels, mean, c, sums, so + c);
        ScalarChannelNorm64.products(dy, dyo, x, xo, rows, c, channels, mean, sums, so);
    }

    private static void products4(double[] dy, int dyo, double[] x, int xo, int rows, int channels, double[] mean, int co, double[] sums,
            int so) {
        DoubleVector a = DoubleVector.zero(S), b = a, c = a, d = a, aa = a, bb = a, cc = a, dd = a;
        DoubleVector ma = fromArray(S, mean, co), mb = fromArray(S, mean, co + L);
        DoubleVector mc = fromArray(S, mean, co + 2 * L), md = fromArray(S, mean, co + 3 * L);
        for (int r = 0, at = xo, to = dyo; r < rows; r++, at += channels, to += channels) {
            DoubleVector u = fromArray(S, dy, to);
            a = a.add(u);
            aa = u.fma(fromArray(S, x, at).sub(ma), aa);
            u = fromArray(S, dy, to + L);
            b = b.add(u);
            bb = u.fma(fromArray(S, x, at + L).sub(mb), bb);
            u = fromArray(S, dy, to + 2 * L);
            c = c.add(u);
            cc = u.fma(fromArray(S, x, at + 2 * L).sub(mc), cc);
            u = fromArray(S, dy, to + 3 * L);
            d = d.add(u);
            dd = u.fma(fromArray(S, x, at + 3 * L).sub(md), dd);
        }
        a.intoArray(sums, so);
        b.intoArray(sums, so + L);
        c.intoArray(sums, so + 2 * L);
        d.intoArray(sums, so + 3 * L);
        int second = so + channels;
        aa.intoArray(sums, second);
        bb.intoArray(sums, second + L);
        cc.intoArray(sums, second + 2 * L);
        dd.intoArray(sums, second + 3 * L);
    }

    private static void products1(double[] dy, int dyo, double[] x, int xo, int rows, int channels, double[] mean, int co, double[] sums,
            int so) {
        DoubleVector a = DoubleVector.zero(S), aa = a, ma = fromArray(S, mean, co);
        for (int r = 0, at = xo, to = dyo; r < rows; r++, at += channels, to += channels) {
            DoubleVector u = fromArray(S, dy, to);
            a = a.add(u);
            aa = u.fma(fromArray(S, x, at).sub(ma), aa);
        }
        a.intoArray(sums, so);
        aa.intoArray(sums, so + channels);
    }

    @Override
    public void activeProducts(double[] dy, int dyo, double[] x, int xo, int rows, int channels, double[] mean, double[] scale,
            double[] shift, double[] sums, int so) {
        int c = 0;
        for (; c + 2 * L <= channels; c += 2 * L)
            activeProducts2(dy, dyo + c, x, xo + c, rows, channels, mean, scale, shift, c, sums, so + c);
        for (; c + L <= channels; c += L)
            activeProducts1(dy, dyo + c, x, xo + c, rows, channels, mean, scale, shift, c, sums, so + c);
        ScalarChannelNorm64.activeProducts(dy, dyo, x, xo, rows, c, channels, mean, scale, shift, sums, so);
    }

    private static void activeProducts2(double[] dy, int dyo, double[] x, int xo, int rows, int channels, double[] mean, double[] scale,
            double[] shift, int co, double[] sums, int so) {
        DoubleVector a = DoubleVector.zero(S), b = a, aa = a, bb = a, one = DoubleVector.broadcast(S, 1);
        DoubleVector ma = fromArray(S, mean, co), mb = fromArray(S, mean, co + L);
        DoubleVector sa = fromArray(S, scale, co), sb = fromArray(S, scale, co + L);
        DoubleVector ha = fromArray(S, shift, co), hb = fromArray(S, shift, co + L);
        for (int r = 0, at = xo, to = dyo; r < rows; r++, at += channels, to += channels) {
            DoubleVector u = fromArray(S, x, at).sub(ma);
            DoubleVector v = fromArray(S, dy, to).mul(one.blend(0.0, u.fma(sa, ha).compare(LE, 0.0)));
            a = a.add(v);
            aa = v.fma(u, aa);
            u = fromArray(S, x, at + L).sub(mb);
            v = fromArray(S, dy, to + L).mul(one.blend(0.0, u.fma(sb, hb).compare(LE, 0.0)));
            b = b.add(v);
            bb = v.fma(u, bb);
        }
        a.intoArray(sums, so);
        b.intoArray(sums, so + L);
        aa.intoArray(sums, so + channels);
        bb.intoArray(sums, so + channels + L);
    }

    private static void activeProducts1(double[] dy, int dyo, double[] x, int xo, int rows, int channels, double[] mean, double[] scale,
            double[] shift, int co, double[] sums, int so) {
        DoubleVector a = DoubleVector.zero(S), aa = a, one = DoubleVector.broadcast(S, 1);
        DoubleVector ma = fromArray(S, mean, co), sa = fromArray(S, scale, co), ha = fromArray(S, shift, co);
        for (int r = 0, at = xo, to = dyo; r < rows; r++, at += channels, to += channels) {
            DoubleVector u = fromArray(S, x, at).sub(ma);
            DoubleVector v = fromArray(S, dy, to).mul(one.blend(0.0, u.fma(sa, ha).compare(LE, 0.0)));
            a = a.add(v);
            aa = v.fma(u, aa);
        }
        a.intoArray(sums, so);
        aa.intoArray(sums, so + channels);
    }

    @Override
    public int held() {
        return Math.max(HELD, 16);
    }

    @Override
    public void normalize(double[] x, int xo, int rows, int channels, double[] mean, double[] scale, double[] shift, double least,
            double[] y,
            int yo) {
        if (channels == HELD) {
            normalize4(x, xo, rows * channels, mean, scale, shift, least, y, yo);
            return;
        }
        int end = channels - channels % L;
        for (int r = 0; r < rows; r++)
            for (int c = 0, at = xo + r * channels, to = yo + r * channels; c < end; c += L) {
                DoubleVector v = fromArray(S, x, at + c).sub(fromArray(S, mean, c)).fma(fromArray(S, scale, c), fromArray(S, shift, c));
                v.blend(least, v.compare(LE, least)).intoArray(y, to + c);
            }
        if (end < channels)
            ScalarChannelNorm64.normalize(x, xo, rows, end, channels, mean, scale, shift, least, y, yo);
    }

    private static void normalize4(double[] x, int xo, int n, double[] mean, double[] scale, double[] shift, double least, double[] y,
            int yo) {
        DoubleVector ma = fromArray(S, mean, 0), mb = fromArray(S, mean, L);
        DoubleVector mc = fromArray(S, mean, 2 * L), md = fromArray(S, mean, 3 * L);
        DoubleVector sa = fromArray(S, scale, 0), sb = fromArray(S, scale, L);
        DoubleVector sc = fromArray(S, scale, 2 * L), sd = fromArray(S, scale, 3 * L);
        DoubleVector ha = fromArray(S, shift, 0), hb = fromArray(S, shift, L);
        DoubleVector hc = fromArray(S, shift, 2 * L), hd = fromArray(S, shift, 3 * L);
        for (int i = 0; i < n; i += 4 * L) {
            DoubleVector a = fromArray(S, x, xo + i).sub(ma).fma(sa, ha), b = fromArray(S, x, xo + i + L).sub(mb).fma(sb, hb);
            DoubleVector c = fromArray(S, x, xo + i + 2 * L).sub(mc).fma(sc, hc), d = fromArray(S, x, xo + i + 3 * L).sub(md).fma(sd, hd);
            a.blend(least, a.compare(LE, least)).intoArray(y, yo + i);
            b.blend(least, b.compare(LE, least)).intoArray(y, yo + i + L);
            c.blend(least, c.compare(LE, least)).intoArray(y, yo + i + 2 * L);
            d.blend(least, d.compare(LE, least)).intoArray(y, yo + i + 3 * L);
        }
    }

    @Override
    public void gradient(double[] dy, int dyo, double[] x, int xo, int rows, int channels, double[] mean, double[] scale,
            double[] slope, double[] shift, double[] dx, int dxo) {
        if (channels == HELD) {
            gradient4(dy, dyo, x, xo, rows * channels, mean, scale, slope, shift, dx, dxo);
            return;
        }
        int end = channels - channels % L;
        for (int r = 0; r < rows; r++)
            for (int c = 0, at = r * channels; c < end; c += L) {
                DoubleVector line = fromArray(S, x, xo + at + c).sub(fromArray(S, mean, c)).fma(fromArray(S, slope, c), fromArray(S,
                        shift, c));
                fromArray(S, dy, dyo + at + c).fma(fromArray(S, scale, c), line).intoArray(dx, dxo + at + c);
            }
        if (end < channels)
            ScalarChannelNorm64.gradient(dy, dyo, x, xo, rows, end, channels, mean, scale, slope, shift, dx, dxo);
    }

    private static void gradient4(double[] dy, int dyo, double[] x, int xo, int n, double[] mean, double[] scale, double[] slope,
            double[] shift, double[] dx, int dxo) {
        DoubleVector ma = fromArray(S, mean, 0), mb = fromArray(S, mean, L);
        DoubleVector mc = fromArray(S, mean, 2 * L), md = fromArray(S, mean, 3 * L);
        DoubleVector sa = fromArray(S, scale, 0), sb = fromArray(S, scale, L);
        DoubleVector sc = fromArray(S, scale, 2 * L), sd = fromArray(S, scale, 3 * L);
        DoubleVector la = fromArray(S, slope, 0), lb = fromArray(S, slope, L);
        DoubleVector lc = fromArray(S, slope, 2 * L), ld = fromArray(S, slope, 3 * L);
        DoubleVector ha = fromArray(S, shift, 0), hb = fromArray(S, shift, L);
        DoubleVector hc = fromArray(S, shift, 2 * L), hd = fromArray(S, shift, 3 * L);
        for (int i = 0; i < n; i += 4 * L) {
            DoubleVector a = fromArray(S, x, xo + i).sub(ma).fma(la, ha), b = fromArray(S, x, xo + i + L).sub(mb).fma(lb, hb);
            DoubleVector c = fromArray(S, x, xo + i + 2 * L).sub(mc).fma(lc, hc), d = fromArray(S, x, xo + i + 3 * L).sub(md).fma(ld, hd);
            fromArray(S, dy, dyo + i).fma(sa, a).intoArray(dx, dxo + i);
            fromArray(S, dy, dyo + i + L).fma(sb, b).intoArray(dx, dxo + i + L);
            fromArray(S, dy, dyo + i + 2 * L).fma(sc, c).intoArray(dx, dxo + i + 2 * L);
            fromArray(S, dy, dyo + i + 3 * L).fma(sd, d).intoArray(dx, dxo + i + 3 * L);
        }
    }

    @Override
    public void activeGradient(double[] dy, int dyo, double[] x, int xo, int rows, int channels, double[] mean, double[] scale,
            double[] bias,
            double[] slope, double[] shift, double[] dx, int dxo) {
        if (MANY_REGISTERS && channels == HELD) {
            activeGradient4(dy, dyo, x, xo, rows * channels, mean, scale, bias, slope, shift, dx, dxo);
            return;
        }
        int end = channels - channels % L;
        DoubleVector one = DoubleVector.broadcast(S, 1);
        for (int r = 0; r < rows; r++)
            for (int c = 0, at = r * channels; c < end; c += L) {
                DoubleVector u = fromArray(S, x, xo + at + c).sub(fromArray(S, mean, c)), factor = fromArray(S, scale, c);
                DoubleVector d = fromArray(S, dy, dyo + at + c)
                        .mul(one.blend(0.0, u.fma(factor, fromArray(S, bias, c)).compare(LE, 0.0)));
                d.fma(factor, u.fma(fromArray(S, slope, c), fromArray(S, shift, c))).intoArray(dx, dxo + at + c);
            }
        if (end < channels)
            ScalarChannelNorm64.activeGradient(dy, dyo, x, xo, rows, end, channels, mean, scale, bias, slope, shift, dx, dxo);
    }

    private static void activeGradient4(double[] dy, int dyo, double[] x, int xo, int n, double[] mean, double[] scale, double[] bias,
            double[] slope, double[] shift, double[] dx, int dxo) {
        DoubleVector one = DoubleVector.broadcast(S, 1);
        DoubleVector ma = fromArray(S, mean, 0), mb = fromArray(S, mean, L);
        DoubleVector mc = fromArray(S, mean, 2 * L), md = fromArray(S, mean, 3 * L);
        DoubleVector sa = fromArray(S, scale, 0), sb = fromArray(S, scale, L);
        DoubleVector sc = fromArray(S, scale, 2 * L), sd = fromArray(S, scale, 3 * L);
        DoubleVector ba = fromArray(S, bias, 0), bb = fromArray(S, bias, L);
        DoubleVector bc = fromArray(S, bias, 2 * L), bd = fromArray(S, bias, 3 * L);
        DoubleVector la = fromArray(S, slope, 0), lb = fromArray(S, slope, L);
        DoubleVector lc = fromArray(S, slope, 2 * L), ld = fromArray(S, slope, 3 * L);
        DoubleVector ha = fromArray(S, shift, 0), hb = fromArray(S, shift, L);
        DoubleVector hc = fromArray(S, shift, 2 * L), hd = fromArray(S, shift, 3 * L);
        for (int i = 0; i < n; i += 4 * L) {
            DoubleVector u = fromArray(S, x, xo + i).sub(ma);
            DoubleVector d = fromArray(S, dy, dyo + i).mul(one.blend(0.0, u.fma(sa, ba).compare(LE, 0.0)));
            d.fma(sa, u.fma(la, ha)).intoArray(dx, dxo + i);
            u = fromArray(S, x, xo + i + L).sub(mb);
            d = fromArray(S, dy, dyo + i + L).mul(one.blend(0.0, u.fma(sb, bb).compare(LE, 0.0)));
            d.fma(sb, u.fma(lb, hb)).intoArray(dx, dxo + i + L);
            u = fromArray(S, x, xo + i + 2 * L).sub(mc);
            d = fromArray(S, dy, dyo + i + 2 * L).mul(one.blend(0.0, u.fma(sc, bc).compare(LE, 0.0)));
            d.fma(sc, u.fma(lc, hc)).intoArray(dx, dxo + i + 2 * L);
            u = fromArray(S, x, xo + i + 3 * L).sub(md);
            d = fromArray(S, dy, dyo + i + 3 * L).mul(one.blend(0.0, u.fma(sd, bd).compare(LE, 0.0)));
            d.fma(sd, u.fma(ld, hd)).intoArray(dx, dxo + i + 3 * L);
        }
    }
}
