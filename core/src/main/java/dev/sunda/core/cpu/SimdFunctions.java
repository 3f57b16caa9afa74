package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.ScalarFunctions.*;
import static jdk.incubator.vector.FloatVector.fromArray;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// [ScalarFunctions] on arrays: the identical chains of operations, lane by lane. `end` is a multiple of the vector length.
///
/// The functions are loops made of short pieces. A function from vector to vector as long as `exp` may not be inlined once it has been
/// compiled on its own, and would then allocate every vector. Ranges are cut by comparisons: `min` and `max` take several instructions
/// because they have to tell zeros apart.
final class SimdFunctions {
    private static final VectorSpecies<Float> S = SimdSpecies.F;
    private static final int L = S.length();

    /// Adds as [ScalarFunctions#ROUND_POWER], but leaves a power of two raised by 63, which is a normal number where the result is not.
    static final float ROUND_RAISED = ROUND_POWER + 63;
    private static final float LOWER = 0x1p-63f;

    private static final Apart EXP = Apart.of(lookup(), "shiftedExp", float[].class, int.class, float.class, float[].class, int.class,
            int.class);

    private SimdFunctions() {
    }

    /// Finds the loops of this class.
    static MethodHandles.Lookup lookup() {
        return MethodHandles.lookup();
    }

    /// `y = exp(x)`.
    static void exp(float[] x, int xi, float[] y, int yi, int end) {
        EXP.run(x, xi, 0, y, yi, end);
    }

    /// `y = exp(x - shift)`; `x` and `y` may be the same place.
    static void exp(float[] x, int xi, float shift, float[] y, int yi, int end) {
        EXP.run(x, xi, shift, y, yi, end);
    }

    private static void shiftedExp(float[] x, int xi, float shift, float[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = notBelow(fromArray(S, x, xi + j).sub(shift));
            FloatVector c = v.blend(EXP_MOST, v.compare(VectorOperators.GT, EXP_MOST));
            FloatVector t = c.fma(constant(LOG2_E), constant(ROUND_POWERS));
            scale(expMinus1(remainder(c, t.sub(ROUND_POWERS))), SimdSpecies.bits(t)).intoArray(y, yi + j);
        }
    }

    static FloatVector notBelow(FloatVector x) {
        return x.blend(EXP_LEAST, x.compare(VectorOperators.LT, EXP_LEAST));
    }

    static FloatVector remainder(FloatVector x, FloatVector n) {
        return n.fma(constant(-LN2_LOW), n.fma(constant(-LN2_HIGH), x));
    }

    static FloatVector expMinus1(FloatVector r) {
        FloatVector z = r.mul(r);
        FloatVector high = z.fma(constant(E4), r.fma(constant(E3), constant(E2)));
        return high.fma(z, r.fma(constant(E1), constant(E0))).fma(z, r);
    }

    /// `(1 + s) * 2^n`, `powers` being the bits of `n + ROUND_POWERS`.
    private static FloatVector scale(FloatVector s, IntVector powers) {
        IntVector half = powers.lanewise(VectorOperators.LSHR, 1);
        FloatVector power = half.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
        return s.fma(power, power).mul(powers.sub(half).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats());
    }

    /// `(1 + s) * 2^n`, `powers` being the bits of `n + ROUND_RAISED` with `n` at most 63: the bits of [#scale] for less.
    static FloatVector scaleSmall(FloatVector s, IntVector powers) {
        FloatVector power = powers.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
        return s.fma(power, power).mul(constant(LOWER));
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
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, x, xi + j);
            FloatVector a = SimdSpecies.abs(v);
            FloatVector c = a.blend(TANH_MOST, a.compare(VectorOperators.GT, TANH_MOST)).mul(-2);
            FloatVector t = c.fma(constant(LOG2_E), constant(ROUND_POWER));
            FloatVector power = SimdSpecies.bits(t).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats().mul(-2);
            FloatVector minus2e = expMinus1(remainder(c, t.sub(ROUND_POWER))).fma(power, power);
            FloatVector large = minus2e.div(minus2e.fma(constant(-0.5f), constant(1))).add(1);
            FloatVector y1 = large.blend(tanhPolynomial(a), a.compare(VectorOperators.LT, TANH_SMALL));
            SimdSpecies.bits(y1).or(SimdSpecies.bits(v).and(Integer.MIN_VALUE)).reinterpretAsFloats().intoArray(y, yi + j);
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
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, x, xi + j);
            FloatVector c = notBelow(SimdSpecies.bits(v).or(Integer.MIN_VALUE).reinterpretAsFloats());
            FloatVector t = c.fma(constant(LOG2_E), constant(ROUND_RAISED));
            FloatVector e = scaleSmall(expMinus1(remainder(c, t.sub(ROUND_RAISED))), SimdSpecies.bits(t));
            FloatVector whole = e.blend(1, v.compare(VectorOperators.GE, 0));
            whole.fma(e.div(constant(-1).sub(e)), whole).intoArray(y, yi + j);
        }
    }

    private static FloatVector constant(float value) {
        return FloatVector.broadcast(S, value);
    }
}
