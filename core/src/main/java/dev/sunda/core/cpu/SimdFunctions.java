package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.ScalarFunctions.*;
import static jdk.incubator.vector.FloatVector.fromArray;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// [ScalarFunctions] on arrays: the identical chains of operations, lane by lane. `end` is a multiple of the vector length.
///
/// The functions are loops made of short pieces, and `tanh` and `sigmoid` run the one loop of `exp` on blocks that stay in the
/// cache. A function from vector to vector as long as `exp` may not be inlined once it has been compiled on its own, and would
/// then allocate every vector.
final class SimdFunctions {
    private static final VectorSpecies<Float> S = SimdSpecies.F;
    private static final int L = S.length();
    private static final int BLOCK = 1024;
    private static final FloatVector ONE = FloatVector.broadcast(S, 1);
    private static final FloatVector TWO = FloatVector.broadcast(S, 2);

    private SimdFunctions() {
    }

    /// `y = exp(x - shift)`; `x` and `y` may be the same place.
    static void exp(float[] x, int xi, float shift, float[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector c = fromArray(S, x, xi + j).sub(shift).max(EXP_LEAST).min(EXP_MOST);
            FloatVector t = c.fma(constant(LOG2_E), constant(ROUND));
            FloatVector n = t.sub(ROUND);
            FloatVector r = n.fma(constant(-LN2_LOW), n.fma(constant(-LN2_HIGH), c));
            scale(expPolynomial(r), SimdSpecies.bits(t).sub(ROUND_BITS)).intoArray(y, yi + j);
        }
    }

    private static FloatVector expPolynomial(FloatVector r) {
        FloatVector p = r.fma(constant(E5), constant(E4));
        p = p.fma(r, constant(E3));
        p = p.fma(r, constant(E2));
        p = p.fma(r, constant(E1));
        p = p.fma(r, constant(E0));
        return p.fma(r.mul(r), r).add(1);
    }

    private static FloatVector scale(FloatVector p, IntVector power) {
        IntVector half = power.lanewise(VectorOperators.ASHR, 1);
        return p.mul(powerOfTwo(half)).mul(powerOfTwo(power.sub(half)));
    }

    private static FloatVector powerOfTwo(IntVector n) {
        return n.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
    }

    /// `y = log(x)`.
    static void log(float[] x, int xi, float[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, x, xi + j);
            var tiny = v.compare(VectorOperators.LT, Float.MIN_NORMAL);
            IntVector bits = SimdSpecies.bits(v.blend(v.mul(0x1p23f), tiny));
            IntVector power = bits.sub(SQRT_HALF_BITS).lanewise(VectorOperators.ASHR, 23);
            FloatVector e = power.add(ROUND_BITS).reinterpretAsFloats().sub(ROUND).sub(constant(0).blend(23f, tiny));
            FloatVector f = bits.sub(power.lanewise(VectorOperators.LSHL, 23)).reinterpretAsFloats().sub(1);
            logSpecial(v, logFinish(e, f, logPolynomial(f))).intoArray(y, yi + j);
        }
    }

    private static FloatVector logPolynomial(FloatVector f) {
        FloatVector p = f.fma(constant(L8), constant(L7));
        p = p.fma(f, constant(L6));
        p = p.fma(f, constant(L5));
        p = p.fma(f, constant(L4));
        p = p.fma(f, constant(L3));
        p = p.fma(f, constant(L2));
        p = p.fma(f, constant(L1));
        return p.fma(f, constant(L0));
    }

    private static FloatVector logFinish(FloatVector e, FloatVector f, FloatVector p) {
        FloatVector z = f.mul(f);
        FloatVector y = e.fma(constant(LN2_LOW), p.mul(f).mul(z));
        return e.fma(constant(LN2_HIGH), f.add(z.fma(constant(-0.5f), y)));
    }

    private static FloatVector logSpecial(FloatVector x, FloatVector result) {
        return result.blend(x, x.compare(VectorOperators.LT, Float.POSITIVE_INFINITY).not())
                .blend(Float.NEGATIVE_INFINITY, x.compare(VectorOperators.EQ, 0))
                .blend(Float.NaN, x.compare(VectorOperators.LT, 0));
    }

    /// `y = tanh(x)`.
    static void tanh(float[] x, int xi, float[] y, int yi, int end) {
        for (int i = 0; i < end; i += BLOCK) {
            int n = Math.min(BLOCK, end - i);
            tanhArgument(x, xi + i, y, yi + i, n);
            exp(y, yi + i, 0, y, yi + i, n);
            tanhFinish(x, xi + i, y, yi + i, n);
        }
    }

    private static void tanhArgument(float[] x, int xi, float[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector c = SimdSpecies.abs(fromArray(S, x, xi + j)).min(TANH_MOST);
            c.add(c).intoArray(y, yi + j);
        }
    }

    private static void tanhFinish(float[] x, int xi, float[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, x, xi + j);
            FloatVector a = SimdSpecies.abs(v);
            FloatVector large = ONE.sub(TWO.div(fromArray(S, y, yi + j).add(1)));
            FloatVector result = large.blend(tanhPolynomial(a), a.compare(VectorOperators.LT, TANH_SMALL));
            IntVector sign = SimdSpecies.bits(v).and(Integer.MIN_VALUE);
            SimdSpecies.bits(result).or(sign).reinterpretAsFloats().intoArray(y, yi + j);
        }
    }

    private static FloatVector tanhPolynomial(FloatVector a) {
        FloatVector z = a.mul(a);
        FloatVector p = z.fma(constant(T4), constant(T3));
        p = p.fma(z, constant(T2));
        p = p.fma(z, constant(T1));
        p = p.fma(z, constant(T0));
        return p.fma(z.mul(a), a);
    }

    /// `y = 1 / (1 + exp(-x))`.
    static void sigmoid(float[] x, int xi, float[] y, int yi, int end) {
        for (int i = 0; i < end; i += BLOCK) {
            int n = Math.min(BLOCK, end - i);
            minusAbs(x, xi + i, y, yi + i, n);
            exp(y, yi + i, 0, y, yi + i, n);
            sigmoidFinish(x, xi + i, y, yi + i, n);
        }
    }

    private static void minusAbs(float[] x, int xi, float[] y, int yi, int end) {
        for (int j = 0; j < end; j += L)
            SimdSpecies.bits(fromArray(S, x, xi + j)).or(Integer.MIN_VALUE).reinterpretAsFloats().intoArray(y, yi + j);
    }

    private static void sigmoidFinish(float[] x, int xi, float[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector e = fromArray(S, y, yi + j);
            FloatVector numerator = e.blend(1, fromArray(S, x, xi + j).compare(VectorOperators.GE, 0));
            FloatVector d = e.add(1);
            FloatVector lost = e.sub(d.sub(1));
            FloatVector inverse = ONE.div(d);
            FloatVector q = numerator.mul(inverse);
            FloatVector minus = q.neg();
            minus.fma(lost, minus.fma(d, numerator)).fma(inverse, q).intoArray(y, yi + j);
        }
    }

    private static FloatVector constant(float value) {
        return FloatVector.broadcast(S, value);
    }
}
