package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.ScalarErf64.*;
import static dev.sunda.core.cpu.ScalarFunctions64.*;
import static jdk.incubator.vector.DoubleVector.broadcast;
import static jdk.incubator.vector.DoubleVector.fromArray;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.sunda.core.op.UnaryOp;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorSpecies;

/// [ScalarErf64] on arrays: the identical chains of operations, lane by lane. `end` is a multiple of the vector length.
/// See [SimdErf] for the form of the loops. Forty constants are about as much as the compiler inlines into one loop; `erf` takes more, so
/// that what a block needs of exponentials is written to memory that stays in the first cache.
final class SimdErf64 {
    private static final VectorSpecies<Double> S = SimdSpecies.D;
    private static final int L = S.length();
    /// Elements that stay in the first cache between loops.
    private static final int BLOCK = 1024;
    private static final Apart EXPONENTIALS = loop("exponentials");
    private static final Apart ERF_LARGE = loop("erfLarge");
    private static final Apart ERF = loopOfTwo("erf");
    private static final Apart GELU = loop("gelu");
    private static final Apart GELU_TANH = loop("geluTanh");
    private static final Apart ERF_SLOPES = loopOfTwo("erfSlopes");
    private static final Apart GELU_SLOPES = loopOfTwo("geluSlopes");
    private static final Apart GELU_TANH_SLOPES = loopOfTwo("geluTanhSlopes");

    private SimdErf64() {
    }

    private static Apart loop(String name) {
        return Apart.of(MethodHandles.lookup(), name, double[].class, int.class, double[].class, int.class, int.class);
    }

    private static Apart loopOfTwo(String name) {
        return Apart.of(MethodHandles.lookup(), name, double[].class, int.class, double[].class, int.class, double[].class, int.class,
                int.class);
    }

    /// `y = op(x)`.
    static void apply(UnaryOp op, double[] x, int xi, double[] y, int yi, int end) {
        if (op != UnaryOp.ERF) {
            (op == UnaryOp.GELU ? GELU : GELU_TANH).run(x, xi, y, yi, end);
            return;
        }
        double[] e = Scratch64.doubles(Scratch64.Role.EXPONENTIALS, BLOCK);
        for (int i = 0; i < end; i += BLOCK) {
            int n = Math.min(BLOCK, end - i);
            EXPONENTIALS.run(x, xi + i, e, 0, n);
            ERF_LARGE.run(x, xi + i, e, 0, n);
            ERF.run(x, xi + i, e, 0, y, yi + i, n);
        }
    }

    /// `dx = dy * op'(k)`.
    static void slopes(UnaryOp op, double[] k, int ki, double[] dy, int di, double[] dx, int oi, int end) {
        if (op != UnaryOp.ERF) {
            (op == UnaryOp.GELU ? GELU_SLOPES : GELU_TANH_SLOPES).run(k, ki, dy, di, dx, oi, end);
            return;
        }
        double[] e = Scratch64.doubles(Scratch64.Role.EXPONENTIALS, BLOCK);
        for (int i = 0; i < end; i += BLOCK) {
            int n = Math.min(BLOCK, end - i);
            EXPONENTIALS.run(k, ki + i, e, 0, n);
            ERF_SLOPES.run(e, 0, dy, di + i, dx, oi + i, n);
        }
    }

    // ---------------------------------------------------------------------------------------------------------- pieces

    private static DoubleVector minusBounded(DoubleVector v, double most) {
        DoubleVector m = v.reinterpretAsLongs().or(Long.MIN_VALUE).reinterpretAsDoubles();
        return m.blend(-most, m.compare(LT, -most));
    }

    private static DoubleVector odd(DoubleVector r, DoubleVector z) {
        return z.fma(broadcast(S, P2), broadcast(S, P1)).fma(z, broadcast(S, P0)).mul(r);
    }

    private static DoubleVector even(DoubleVector z) {
        return z.fma(broadcast(S, Q3), broadcast(S, Q2)).fma(z, broadcast(S, Q1)).fma(z, broadcast(S, Q0));
    }

    private static DoubleVector minusCut(DoubleVector v) {
        return v.reinterpretAsLongs().or(Long.MIN_VALUE).min(GAUSS_MOST_BITS).reinterpretAsDoubles();
    }

    private static DoubleVector squareLess(DoubleVector m, DoubleVector n) {
        return n.fma(broadcast(S, 2 * LN2_LOW), m.fma(m, n.mul(2 * LN2_HIGH)));
    }

    private static DoubleVector oddOfTwice(DoubleVector r, DoubleVector z) {
        return z.add(H1).fma(z, broadcast(S, H0)).mul(r);
    }

    private static DoubleVector evenOfTwice(DoubleVector z) {
        return z.fma(broadcast(S, K2), broadcast(S, K1)).fma(z, broadcast(S, K0));
    }

    private static DoubleVector numerator(DoubleVector m, DoubleVector s) {
        DoubleVector p = m.fma(broadcast(S, -N9), broadcast(S, N8)).fma(s, m.fma(broadcast(S, -N7), broadcast(S, N6)));
        p = p.fma(s, m.fma(broadcast(S, -N5), broadcast(S, N4))).fma(s, m.fma(broadcast(S, -N3), broadcast(S, N2)));
        return p.fma(s, m.fma(broadcast(S, -N1), broadcast(S, N0)));
    }

    private static DoubleVector denominator(DoubleVector m, DoubleVector s) {
        DoubleVector p = s.add(m.fma(broadcast(S, -D9), broadcast(S, D8))).fma(s, m.fma(broadcast(S, -D7), broadcast(S, D6)));
        p = p.fma(s, m.fma(broadcast(S, -D5), broadcast(S, D4))).fma(s, m.fma(broadcast(S, -D3), broadcast(S, D2)));
        return p.fma(s, m.fma(broadcast(S, -D1), broadcast(S, D0)));
    }

    private static DoubleVector power(DoubleVector t) {
        return t.reinterpretAsLongs().lanewise(LSHL, 52).reinterpretAsDoubles();
    }

    // ---------------------------------------------------------------------------------------------------------- erf

    /// The values for large arguments, in the place of the exponentials.
    private static void erfLarge(double[] x, int xi, double[] e, int ei, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector c = minusBounded(fromArray(S, x, xi + j), SQUARE_MOST).mul(SQRT_2);
            DoubleVector s = c.mul(c);
            DoubleVector power = fromArray(S, e, ei + j).mul(-2 * LOWER);
            numerator(c, s).div(denominator(c, s)).fma(power, broadcast(S, 1)).intoArray(e, ei + j);
        }
    }

    /// The rest of it, `e` being the values for large arguments.
    private static void erf(double[] x, int xi, double[] e, int ei, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, x, xi + j);
            DoubleVector a = v.reinterpretAsLongs().and(Long.MAX_VALUE).reinterpretAsDoubles();
            DoubleVector m = minusBounded(v, SQUARE_MOST);
            DoubleVector w = m.fma(m, broadcast(S, -0.75));
            DoubleVector p = w.fma(broadcast(S, S13), broadcast(S, S12)).fma(w, broadcast(S, S11)).fma(w, broadcast(S, S10));
            p = p.fma(w, broadcast(S, S9)).fma(w, broadcast(S, S8)).fma(w, broadcast(S, S7)).fma(w, broadcast(S, S6));
            p = p.fma(w, broadcast(S, S5)).fma(w, broadcast(S, S4)).fma(w, broadcast(S, S3)).fma(w, broadcast(S, S2));
            DoubleVector small = p.fma(w, broadcast(S, S1)).fma(w, broadcast(S, S0)).fma(a, a);
            LongVector result = fromArray(S, e, ei + j).blend(small, a.compare(LT, ERF_SMALL)).reinterpretAsLongs();
            result.or(v.reinterpretAsLongs().and(Long.MIN_VALUE)).reinterpretAsDoubles().intoArray(y, yi + j);
        }
    }

    private static void erfSlopes(double[] e, int ei, double[] dy, int di, double[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L)
            fromArray(S, dy, di + j).mul(fromArray(S, e, ei + j).mul(ERF_SLOPE * LOWER)).intoArray(dx, oi + j);
    }

    private static void exponentials(double[] x, int xi, double[] e, int ei, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector m = minusBounded(fromArray(S, x, xi + j), SQUARE_MOST);
            DoubleVector t = m.mul(m).fma(broadcast(S, -LOG2_E), broadcast(S, ROUND_BIASED));
            DoubleVector n = t.sub(ROUND_BIASED);
            DoubleVector r = n.fma(broadcast(S, LN2_LOW), m.fma(m, n.mul(LN2_HIGH)));
            DoubleVector z = r.mul(r);
            DoubleVector p = odd(r, z);
            DoubleVector q = even(z);
            q.sub(p).div(q.add(p)).mul(power(t)).intoArray(e, ei + j);
        }
    }

    // ---------------------------------------------------------------------------------------------------------- gelu

    private static void gelu(double[] x, int xi, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, x, xi + j), m = minusCut(v), s = m.mul(m);
            DoubleVector t = s.fma(broadcast(S, -0.5 * LOG2_E), broadcast(S, ROUND_RAISED));
            DoubleVector r = squareLess(m, t.sub(ROUND_RAISED)), z = r.mul(r), p = oddOfTwice(r, z), q = evenOfTwice(z);
            DoubleVector ratio = q.sub(p).mul(numerator(m, s)).div(q.add(p).mul(denominator(m, s)));
            LongVector raised = ratio.reinterpretAsLongs().add(t.reinterpretAsLongs().lanewise(LSHL, 52));
            raised.reinterpretAsDoubles().mul(LOWER).fma(m, v.blend(0, v.compare(LT, 0))).intoArray(y, yi + j);
        }
    }

    private static void geluSlopes(double[] k, int ki, double[] dy, int di, double[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, k, ki + j), m = minusCut(v), s = m.mul(m);
            DoubleVector t = s.fma(broadcast(S, -0.5 * LOG2_E), broadcast(S, ROUND_RAISED));
            DoubleVector r = squareLess(m, t.sub(ROUND_RAISED)), z = r.mul(r), p = oddOfTwice(r, z), q = evenOfTwice(z);
            DoubleVector d = denominator(m, s), n = numerator(m, s);
            DoubleVector ratio = q.sub(p).mul(m.fma(d.mul(broadcast(S, DENSITY)), n)).div(q.add(p).mul(d));
            LongVector raised = ratio.reinterpretAsLongs().add(t.reinterpretAsLongs().lanewise(LSHL, 52));
            DoubleVector slope = raised.reinterpretAsDoubles().mul(broadcast(S, LOWER));
            slope = v.blend(broadcast(S, 1).sub(slope), v.compare(GE, 0)).blend(slope, v.compare(LT, 0));
            fromArray(S, dy, di + j).mul(slope).intoArray(dx, oi + j);
        }
    }

    private static void geluTanh(double[] x, int xi, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, x, xi + j);
            DoubleVector m = minusBounded(v, GELU_TANH_MOST);
            DoubleVector u = m.mul(m).fma(broadcast(S, TANH_CUBIC), broadcast(S, TANH_LINEAR)).mul(m);
            DoubleVector t = u.fma(broadcast(S, -LOG2_E), broadcast(S, ROUND_BIASED));
            DoubleVector n = t.sub(ROUND_BIASED);
            DoubleVector r = n.fma(broadcast(S, LN2_LOW), n.fma(broadcast(S, LN2_HIGH), u));
            DoubleVector z = r.mul(r);
            DoubleVector p = odd(r, z);
            DoubleVector q = even(z);
            DoubleVector e = q.sub(p).mul(power(t));
            DoubleVector ratio = e.div(e.fma(broadcast(S, LOWER), q.add(p)));
            ratio.mul(LOWER).fma(m, v.blend(0, v.compare(LT, 0))).intoArray(y, yi + j);
        }
    }

    private static void geluTanhSlopes(double[] k, int ki, double[] dy, int di, double[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, k, ki + j);
            DoubleVector m = minusBounded(v, GELU_TANH_MOST);
            DoubleVector s = m.mul(m);
            DoubleVector u = s.fma(broadcast(S, TANH_CUBIC), broadcast(S, TANH_LINEAR)).mul(m);
            DoubleVector t = u.fma(broadcast(S, -LOG2_E), broadcast(S, ROUND_BIASED));
            DoubleVector n = t.sub(ROUND_BIASED);
            DoubleVector r = n.fma(broadcast(S, LN2_LOW), n.fma(broadcast(S, LN2_HIGH), u));
            DoubleVector z = r.mul(r);
            DoubleVector p = odd(r, z);
            DoubleVector q = even(z);
            DoubleVector d = q.add(p);
            DoubleVector e = q.sub(p).mul(power(t));
            DoubleVector w = e.fma(broadcast(S, LOWER), d);
            DoubleVector inner = s.fma(broadcast(S, -TANH_SLOPE), broadcast(S, -TANH_LINEAR)).mul(m).fma(d, w);
            DoubleVector slope = e.mul(inner).div(w.mul(w)).mul(LOWER);
            slope = broadcast(S, 1).sub(slope).blend(slope, v.compare(LT, 0));
            fromArray(S, dy, di + j).mul(slope).intoArray(dx, oi + j);
        }
    }
}
