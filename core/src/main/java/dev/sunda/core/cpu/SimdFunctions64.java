package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.ScalarFunctions64.*;
import static jdk.incubator.vector.DoubleVector.fromArray;

import dev.sunda.core.op.UnaryOp;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// [ScalarFunctions64] on arrays; the rest of a loop is left to it. See [SimdFunctions] for the form of the loops.
final class SimdFunctions64 implements Functions64 {
    private static final VectorSpecies<Double> S = SimdSpecies.D;
    private static final int L = S.length();
    private static final DoubleVector ONE = DoubleVector.broadcast(S, 1);
    private static final DoubleVector MINUS_ONE = DoubleVector.broadcast(S, -1);
    private static final Apart EXP = Apart.of(MethodHandles.lookup(), "shiftedExp", double[].class, int.class, double.class, double[].class,
            int.class, int.class);
    private static final Apart LOG = loop("logarithm");
    private static final Apart TANH = loop("tangent");
    private static final Apart SIGMOID = loop("logistic");

    private static Apart loop(String name) {
        return Apart.of(MethodHandles.lookup(), name, double[].class, int.class, double[].class, int.class, int.class);
    }

    @Override
    public void exp(double[] x, int xi, double shift, double[] y, int yi, int n) {
        int end = S.loopBound(n);
        EXP.run(x, xi, shift, y, yi, end);
        finishExp(x, xi, shift, y, yi, end, n);
    }

    @Override
    public void log(double[] x, int xi, double[] y, int yi, int n) {
        int end = S.loopBound(n);
        LOG.run(x, xi, y, yi, end);
        for (int j = end; j < n; j++)
            y[yi + j] = ScalarFunctions64.log(x[xi + j]);
    }

    @Override
    public void tanh(double[] x, int xi, double[] y, int yi, int n) {
        int end = S.loopBound(n);
        TANH.run(x, xi, y, yi, end);
        for (int j = end; j < n; j++)
            y[yi + j] = ScalarFunctions64.tanh(x[xi + j]);
    }

    @Override
    public void sigmoid(double[] x, int xi, double[] y, int yi, int n) {
        int end = S.loopBound(n);
        SIGMOID.run(x, xi, y, yi, end);
        for (int j = end; j < n; j++)
            y[yi + j] = ScalarFunctions64.sigmoid(x[xi + j]);
    }

    @Override
    public void erf(UnaryOp op, double[] x, int xi, double[] y, int yi, int n) {
        int end = S.loopBound(n);
        SimdErf64.apply(op, x, xi, y, yi, end);
        ScalarErf64.finish(op, x, xi, y, yi, end, n);
    }

    @Override
    public void erfSlopes(UnaryOp op, double[] kept, int ki, double[] dy, int di, double[] dx, int oi, int n) {
        int end = S.loopBound(n);
        SimdErf64.slopes(op, kept, ki, dy, di, dx, oi, end);
        ScalarErf64.finishSlopes(op, kept, ki, dy, di, dx, oi, end, n);
    }

    private static void shiftedExp(double[] x, int xi, double shift, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector c = bounded(fromArray(S, x, xi + j).sub(shift));
            DoubleVector t = c.fma(constant(LOG2_E), constant(ROUND_POWERS));
            scale(expMinus1(remainder(c, t.sub(ROUND_POWERS))), t.reinterpretAsLongs()).intoArray(y, yi + j);
        }
    }

    /// Where `exp` is neither 0 nor infinite, or at the ends of that; NaN stays.
    static DoubleVector bounded(DoubleVector x) {
        DoubleVector v = notBelow(x);
        return v.blend(EXP_MOST, v.compare(VectorOperators.GT, EXP_MOST));
    }

    private static DoubleVector notBelow(DoubleVector x) {
        return x.blend(EXP_LEAST, x.compare(VectorOperators.LT, EXP_LEAST));
    }

    static DoubleVector remainder(DoubleVector x, DoubleVector n) {
        return n.fma(constant(-LN2_LOW), n.fma(constant(-LN2_HIGH), x));
    }

    static DoubleVector expMinus1(DoubleVector r) {
        DoubleVector z = r.mul(r);
        DoubleVector p = z.fma(constant(P2), constant(P1)).fma(z, constant(P0)).mul(r);
        DoubleVector q = z.fma(constant(Q3), constant(Q2)).fma(z, constant(Q1)).fma(z, constant(Q0)).sub(p);
        return p.add(p).div(q);
    }

    static DoubleVector scale(DoubleVector s, LongVector powers) {
        LongVector half = powers.lanewise(VectorOperators.LSHR, 1);
        DoubleVector power = half.lanewise(VectorOperators.LSHL, 52).reinterpretAsDoubles();
        return s.fma(power, power).mul(powers.sub(half).lanewise(VectorOperators.LSHL, 52).reinterpretAsDoubles());
    }

    private static void logarithm(double[] x, int xi, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, x, xi + j);
            var tiny = v.compare(VectorOperators.LT, Double.MIN_NORMAL);
            LongVector bits = v.blend(v.mul(0x1p52), tiny).reinterpretAsLongs();
            LongVector power = bits.sub(LEAST_MANTISSA).lanewise(VectorOperators.LSHR, 52).sub(1023);
            DoubleVector e = power.add(ROUND_BITS).reinterpretAsDoubles().sub(ROUND).sub(constant(0).blend(52.0, tiny));
            DoubleVector f = bits.sub(power.lanewise(VectorOperators.LSHL, 52)).reinterpretAsDoubles().sub(1);
            DoubleVector z = f.mul(f);
            DoubleVector rest = e.fma(constant(LOG_LN2_LOW), z.mul(f).mul(numerator(f)).div(denominator(f)));
            logSpecial(v, e.fma(constant(LOG_LN2_HIGH), f.add(z.fma(constant(-0.5), rest)))).intoArray(y, yi + j);
        }
    }

    private static DoubleVector numerator(DoubleVector f) {
        DoubleVector p = f.fma(constant(A5), constant(A4)).fma(f, constant(A3));
        return p.fma(f, constant(A2)).fma(f, constant(A1)).fma(f, constant(A0));
    }

    private static DoubleVector denominator(DoubleVector f) {
        DoubleVector q = f.add(B4).fma(f, constant(B3));
        return q.fma(f, constant(B2)).fma(f, constant(B1)).fma(f, constant(B0));
    }

    private static DoubleVector logSpecial(DoubleVector x, DoubleVector result) {
        return result.blend(x, x.compare(VectorOperators.LT, Double.POSITIVE_INFINITY).not())
                .blend(Double.NEGATIVE_INFINITY, x.compare(VectorOperators.EQ, 0))
                .blend(Double.NaN, x.compare(VectorOperators.LT, 0));
    }

    private static void tangent(double[] x, int xi, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, x, xi + j);
            DoubleVector a = v.reinterpretAsLongs().and(Long.MAX_VALUE).reinterpretAsDoubles();
            DoubleVector c = a.blend(TANH_MOST, a.compare(VectorOperators.GT, TANH_MOST)).mul(-2);
            DoubleVector t = c.fma(constant(LOG2_E), constant(ROUND_POWERS));
            DoubleVector power = t.reinterpretAsLongs().sub(1023).lanewise(VectorOperators.LSHL, 52).reinterpretAsDoubles();
            DoubleVector h = power.fma(expMinus1(remainder(c, t.sub(ROUND_POWERS))), power.sub(1)).mul(-0.5);
            LongVector sign = v.reinterpretAsLongs().and(Long.MIN_VALUE);
            h.fma(h.div(ONE.sub(h)), h).reinterpretAsLongs().or(sign).reinterpretAsDoubles().intoArray(y, yi + j);
        }
    }

    private static void logistic(double[] x, int xi, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, x, xi + j);
            DoubleVector c = notBelow(v.reinterpretAsLongs().or(Long.MIN_VALUE).reinterpretAsDoubles());
            DoubleVector t = c.fma(constant(LOG2_E), constant(ROUND_POWERS));
            DoubleVector e = scale(expMinus1(remainder(c, t.sub(ROUND_POWERS))), t.reinterpretAsLongs());
            DoubleVector whole = e.blend(1.0, v.compare(VectorOperators.GE, 0));
            whole.fma(e.div(MINUS_ONE.sub(e)), whole).intoArray(y, yi + j);
        }
    }

    private static DoubleVector constant(double value) {
        return DoubleVector.broadcast(S, value);
    }
}
