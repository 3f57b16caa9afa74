package dev.sunda.core.cpu;

import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.VectorOperators.LE;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// Sums take several vectors of channels down the rows at a time, so that additions overlap. Maps go along the rows; where a row is four
/// vectors, what belongs to its channels stays in registers. Channels that do not fill a vector go to the scalar twin. Sums are stored
/// one by one: a method of its own for four of them is no longer inlined at the end of a long one, and then takes boxed vectors.
final class SimdChannelNorm implements ChannelNormKernel {
    private static final VectorSpecies<Float> S = SimdSpecies.F;
    private static final int L = S.length();
    /// Whether the registers hold four vectors of channels with four sums each.
    private static final boolean MANY_REGISTERS = L == 16;
    /// Channels from which on a chain that goes through memory is ready again when its turn comes.
    private static final int LONG_ROW = (MANY_REGISTERS ? 16 : 4) * L;

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
        for (; MANY_REGISTERS && c + 4 * L <= channels; c += 4 * L)
            moments4(x, xo + c, rows, channels, centre, co + c, sums, so + c);
        for (; c + 2 * L <= channels; c += 2 * L)
            moments2(x, xo + c, rows, channels, centre, co + c, sums, so + c);
        for (; c + L <= channels; c += L)
            moments1(x, xo + c, rows, channels, centre, co + c, sums, so + c);
        ScalarChannelNorm.moments(x, xo, rows, c, channels, centre, co, sums, so);
    }

    private static void moments4(float[] x, int xo, int rows, int channels, float[] centre, int co, float[] sums, int so) {
        FloatVector a = FloatVector.zero(S), b = a, c = a, d = a, aa = a, bb = a, cc = a, dd = a;
        FloatVector e = a, f = a, g = a, h = a, ee = a, ff = a, gg = a, hh = a;
        FloatVector ma = fromArray(S, centre, co), mb = fromArray(S, centre, co + L);
        FloatVector mc = fromArray(S, centre, co + 2 * L), md = fromArray(S, centre, co + 3 * L);
        int at = xo;
        for (int r = 1; r < rows; r += 2, at += 2 * channels) {
            FloatVector s = fromArray(S, x, at).sub(ma), t = fromArray(S, x, at + L).sub(mb);
            FloatVector u = fromArray(S, x, at + 2 * L).sub(mc), v = fromArray(S, x, at + 3 * L).sub(md);
            a = a.add(s);
            b = b.add(t);
            c = c.add(u);
            d = d.add(v);
            aa = s.fma(s, aa);
            bb = t.fma(t, bb);
            cc = u.fma(u, cc);
            dd = v.fma(v, dd);
            s = fromArray(S, x, at + channels).sub(ma);
            t = fromArray(S, x, at + channels + L).sub(mb);
            u = fromArray(S, x, at + channels + 2 * L).sub(mc);
            v = fromArray(S, x, at + channels + 3 * L).sub(md);
            e = e.add(s);
            f = f.add(t);
            g = g.add(u);
            h = h.add(v);
            ee = s.fma(s, ee);
            ff = t.fma(t, ff);
            gg = u.fma(u, gg);
            hh = v.fma(v, hh);
        }
        if (rows % 2 == 1) {
            FloatVector s = fromArray(S, x, at).sub(ma), t = fromArray(S, x, at + L).sub(mb);
            FloatVector u = fromArray(S, x, at + 2 * L).sub(mc), v = fromArray(S, x, at + 3 * L).sub(md);
            a = a.add(s);
            b = b.add(t);
            c = c.add(u);
            d = d.add(v);
            aa = s.fma(s, aa);
            bb = t.fma(t, bb);
            cc = u.fma(u, cc);
            dd = v.fma(v, dd);
        }
        a.add(e).intoArray(sums, so);
        b.add(f).intoArray(sums, so + L);
        c.add(g).intoArray(sums, so + 2 * L);
        d.add(h).intoArray(sums, so + 3 * L);
        int to = so + channels;
        aa.add(ee).intoArray(sums, to);
        bb.add(ff).intoArray(sums, to + L);
        cc.add(gg).intoArray(sums, to + 2 * L);
        dd.add(hh).intoArray(sums, to + 3 * L);
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
        for (; c + 4 * L <= channels; c += 4 * L)
            products4(dy, dyo + c, x, xo + c, rows, channels, mean, c, sums, so + c);
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

    private static void products4(float[] dy, int dyo, float[] x, int xo, int rows, int channels, float[] mean, int mo, float[] sums,
            int so) {
        FloatVector a = FloatVector.zero(S), b = a, c = a, d = a, aa = a, bb = a, cc = a, dd = a;
        FloatVector ma = fromArray(S, mean, mo), mb = fromArray(S, mean, mo + L);
        FloatVector mc = fromArray(S, mean, mo + 2 * L), md = fromArray(S, mean, mo + 3 * L);
        for (int r = 0, at = xo, to = dyo; r < rows; r++, at += channels, to += channels) {
            FloatVector s = fromArray(S, dy, to), t = fromArray(S, dy, to + L);
            FloatVector u = fromArray(S, dy, to + 2 * L), v = fromArray(S, dy, to + 3 * L);
            a = a.add(s);
            b = b.add(t);
            c = c.add(u);
            d = d.add(v);
            aa = s.fma(fromArray(S, x, at).sub(ma), aa);
            bb = t.fma(fromArray(S, x, at + L).sub(mb), bb);
            cc = u.fma(fromArray(S, x, at + 2 * L).sub(mc), cc);
            dd = v.fma(fromArray(S, x, at + 3 * L).sub(md), dd);
        }
        a.intoArray(sums, so);
        b.intoArray(sums, so + L);
        c.intoArray(sums, so + 2 * L);
        d.intoArray(sums, so + 3 * L);
        int to = so + channels;
        aa.intoArray(sums, to);
        bb.intoArray(sums, to + L);
        cc.intoArray(sums, to + 2 * L);
        dd.intoArray(sums, to + 3 * L);
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
    public int held() {
        return 4 * L;
    }

    @Override
    public void normalize(float[] x, int xo, int rows, int channels, float[] mean, float[] scale, float[] shift, float least, float[] y,
            int yo) {
        if (channels == held()) {
            normalize4(x, xo, rows * channels, mean, scale, shift, least, y, yo);
            return;
        }
        int end = channels - channels % L;
        for (int r = 0; r < rows; r++)
            for (int c = 0, at = xo + r * channels, to = yo + r * channels; c < end; c += L) {
                FloatVector v = fromArray(S, x, at + c).sub(fromArray(S, mean, c)).fma(fromArray(S, scale, c), fromArray(S, shift, c));
                v.blend(least, v.compare(LE, least)).intoArray(y, to + c);
            }
        if (end < channels)
            ScalarChannelNorm.normalize(x, xo, rows, end, channels, mean, scale, shift, least, y, yo);
    }

    private static void normalize4(float[] x, int xo, int n, float[] mean, float[] scale, float[] shift, float least, float[] y, int yo) {
        FloatVector ma = fromArray(S, mean, 0), mb = fromArray(S, mean, L);
        FloatVector mc = fromArray(S, mean, 2 * L), md = fromArray(S, mean, 3 * L);
        FloatVector sa = fromArray(S, scale, 0), sb = fromArray(S, scale, L);
        FloatVector sc = fromArray(S, scale, 2 * L), sd = fromArray(S, scale, 3 * L);
        FloatVector ha = fromArray(S, shift, 0), hb = fromArray(S, shift, L);
        FloatVector hc = fromArray(S, shift, 2 * L), hd = fromArray(S, shift, 3 * L);
        for (int i = 0; i < n; i += 4 * L) {
            FloatVector a = fromArray(S, x, xo + i).sub(ma).fma(sa, ha), b = fromArray(S, x, xo + i + L).sub(mb).fma(sb, hb);
            FloatVector c = fromArray(S, x, xo + i + 2 * L).sub(mc).fma(sc, hc), d = fromArray(S, x, xo + i + 3 * L).sub(md).fma(sd, hd);
            a.blend(least, a.compare(LE, least)).intoArray(y, yo + i);
            b.blend(least, b.compare(LE, least)).intoArray(y, yo + i + L);
            c.blend(least, c.compare(LE, least)).intoArray(y, yo + i + 2 * L);
            d.blend(least, d.compare(LE, least)).intoArray(y, yo + i + 3 * L);
        }
    }

    @Override
    public void gradient(float[] dy, int dyo, float[] x, int xo, int rows, int channels, float[] mean, float[] scale,
            float[] slope, float[] shift, float[] dx, int dxo) {
        if (channels == held()) {
            gradient4(dy, dyo, x, xo, rows * channels, mean, scale, slope, shift, dx, dxo);
            return;
        }
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

    private static void gradient4(float[] dy, int dyo, float[] x, int xo, int n, float[] mean, float[] scale, float[] slope,
            float[] shift, float[] dx, int dxo) {
        FloatVector ma = fromArray(S, mean, 0), mb = fromArray(S, mean, L);
        FloatVector mc = fromArray(S, mean, 2 * L), md = fromArray(S, mean, 3 * L);
        FloatVector sa = fromArray(S, scale, 0), sb = fromArray(S, scale, L);
        FloatVector sc = fromArray(S, scale, 2 * L), sd = fromArray(S, scale, 3 * L);
        FloatVector la = fromArray(S, slope, 0), lb = fromArray(S, slope, L);
        FloatVector lc = fromArray(S, slope, 2 * L), ld = fromArray(S, slope, 3 * L);
        FloatVector ha = fromArray(S, shift, 0), hb = fromArray(S, shift, L);
        FloatVector hc = fromArray(S, shift, 2 * L), hd = fromArray(S, shift, 3 * L);
        for (int i = 0; i < n; i += 4 * L) {
            FloatVector a = fromArray(S, x, xo + i).sub(ma).fma(la, ha), b = fromArray(S, x, xo + i + L).sub(mb).fma(lb, hb);
            FloatVector c = fromArray(S, x, xo + i + 2 * L).sub(mc).fma(lc, hc), d = fromArray(S, x, xo + i + 3 * L).sub(md).fma(ld, hd);
            fromArray(S, dy, dyo + i).fma(sa, a).intoArray(dx, dxo + i);
            fromArray(S, dy, dyo + i + L).fma(sb, b).intoArray(dx, dxo + i + L);
            fromArray(S, dy, dyo + i + 2 * L).fma(sc, c).intoArray(dx, dxo + i + 2 * L);
            fromArray(S, dy, dyo + i + 3 * L).fma(sd, d).intoArray(dx, dxo + i + 3 * L);
        }
    }

    @Override
    public void activeGradient(float[] dy, int dyo, float[] x, int xo, int rows, int channels, float[] mean, float[] scale, float[] bias,
            float[] slope, float[] shift, float[] dx, int dxo) {
        if (MANY_REGISTERS && channels == held()) {
            activeGradient4(dy, dyo, x, xo, rows * channels, mean, scale, bias, slope, shift, dx, dxo);
            return;
        }
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

    private static void activeGradient4(float[] dy, int dyo, float[] x, int xo, int n, float[] mean, float[] scale, float[] bias,
            float[] slope, float[] shift, float[] dx, int dxo) {
        FloatVector one = FloatVector.broadcast(S, 1);
        FloatVector ma = fromArray(S, mean, 0), mb = fromArray(S, mean, L);
        FloatVector mc = fromArray(S, mean, 2 * L), md = fromArray(S, mean, 3 * L);
        FloatVector sa = fromArray(S, scale, 0), sb = fromArray(S, scale, L);
        FloatVector sc = fromArray(S, scale, 2 * L), sd = fromArray(S, scale, 3 * L);
        FloatVector ba = fromArray(S, bias, 0), bb = fromArray(S, bias, L);
        FloatVector bc = fromArray(S, bias, 2 * L), bd = fromArray(S, bias, 3 * L);
        FloatVector la = fromArray(S, slope, 0), lb = fromArray(S, slope, L);
        FloatVector lc = fromArray(S, slope, 2 * L), ld = fromArray(S, slope, 3 * L);
        FloatVector ha = fromArray(S, shift, 0), hb = fromArray(S, shift, L);
        FloatVector hc = fromArray(S, shift, 2 * L), hd = fromArray(S, shift, 3 * L);
        for (int i = 0; i < n; i += 4 * L) {
            FloatVector u = fromArray(S, x, xo + i).sub(ma);
            FloatVector d = fromArray(S, dy, dyo + i).mul(one.blend(0, u.fma(sa, ba).compare(LE, 0)));
            d.fma(sa, u.fma(la, ha)).intoArray(dx, dxo + i);
            u = fromArray(S, x, xo + i + L).sub(mb);
            d = fromArray(S, dy, dyo + i + L).mul(one.blend(0, u.fma(sb, bb).compare(LE, 0)));
            d.fma(sb, u.fma(lb, hb)).intoArray(dx, dxo + i + L);
            u = fromArray(S, x, xo + i + 2 * L).sub(mc);
            d = fromArray(S, dy, dyo + i + 2 * L).mul(one.blend(0, u.fma(sc, bc).compare(LE, 0)));
            d.fma(sc, u.fma(lc, hc)).intoArray(dx, dxo + i + 2 * L);
            u = fromArray(S, x, xo + i + 3 * L).sub(md);
            d = fromArray(S, dy, dyo + i + 3 * L).mul(one.blend(0, u.fma(sd, bd).compare(LE, 0)));
            d.fma(sd, u.fma(ld, hd)).intoArray(dx, dxo + i + 3 * L);
        }
    }
}
