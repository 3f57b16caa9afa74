package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.ScalarFunctions.EXPM1_LEAST;
import static dev.sunda.core.cpu.ScalarFunctions.LOG2_E;
import static dev.sunda.core.cpu.ScalarFunctions.ROUND_POWER;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.zero;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.sunda.core.op.ParametricOp;
import dev.sunda.core.op.UnaryOp;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// [ScalarActivations], and of [Parametric] the functions with exponentials, on whole vectors: the identical chains. `end` is a multiple of
/// the vector length.
///
/// Exponentials, logarithms and logistic functions of a block, which stays in the first cache, are made in work memory by the loops of
/// [SimdFunctions]; short loops stand before and behind. The result may therefore lie where the operand lies.
final class SimdActivations {
    private static final VectorSpecies<Float> S = SimdSpecies.F;
    private static final int L = S.length();
    private static final int BLOCK = 1024;
    private static final int AT = GemmScratch.FIRST;
    /// Numerators: a broadcast there would allocate.
    private static final FloatVector ONE = broadcast(S, 1);
    private static final Apart MINUS_ABS = loop("minusAbs");
    private static final Apart MINUS = loop("minus");
    private static final Apart CUT = loop("cut");
    private static final Apart ONE_MORE = loop("oneMore");
    private static final Apart SILU = loop("silu");
    private static final Apart SILU_SLOPES = loopOfTwo("siluSlopes");
    private static final Apart SIGMOID = Apart.of(SimdFunctions.lookup(), "sigmoid", float[].class, int.class, float[].class, int.class,
            int.class);
    private static final Apart LOG = Apart.of(SimdFunctions.lookup(), "log", float[].class, int.class, float[].class, int.class, int.class);
    private static final Apart PRODUCT = loopOfTwo("product");
    private static final Apart MISH = loopOfTwo("mish");
    private static final Apart MISH_SLOPE = loop("mishSlope");

    private SimdActivations() {
    }

    private static Apart loop(String name) {
        return Apart.of(MethodHandles.lookup(), name, float[].class, int.class, float[].class, int.class, int.class);
    }

    private static Apart loopOfTwo(String name) {
        return Apart.of(MethodHandles.lookup(), name, float[].class, int.class, float[].class, int.class, float[].class, int.class,
                int.class);
    }

    /// Work memory of two blocks from [#AT] on.
    private static float[] work() {
        return GemmScratch.floats(GemmScratch.Role.VALUES, 2 * BLOCK);
    }

    /// Whether the function is computed here.
    static boolean covers(UnaryOp op) {
        return switch (op) {
            case SILU, MISH, SOFTSIGN, LOG_SIGMOID, HARDSIGMOID, HARDSWISH -> true;
            default -> false;
        };
    }

    /// `y = op(x)`.
    static void apply(UnaryOp op, float[] x, int xi, float[] y, int yi, int end) {
        switch (op) {
            case SOFTSIGN -> softsign(x, xi, y, yi, end);
            case HARDSIGMOID -> hardsigmoid(x, xi, y, yi, end);
            case HARDSWISH -> hardswish(x, xi, y, yi, end);
            case SILU -> SILU.run(x, xi, y, yi, end);
            default -> blocks(op, x, xi, y, yi, end);
        }
    }

    private static void blocks(UnaryOp op, float[] x, int xi, float[] y, int yi, int end) {
        float[] e = work();
        for (int i = 0; i < end; i += BLOCK) {
            int n = Math.min(BLOCK, end - i);
            switch (op) {
                case MISH -> {
                    CUT.run(x, xi + i, e, AT, n);
                    SimdFunctions.exp(e, AT, e, AT, n);
                    MISH.run(x, xi + i, e, AT, y, yi + i, n);
                }
                default -> {
                    logarithms(x, xi + i, e, n);
                    logSigmoid(x, xi + i, e, y, yi + i, n);
                }
            }
        }
    }

    /// `dx = dy * op'(k)`.
    static void backward(UnaryOp op, float[] k, int ki, float[] dy, int di, float[] dx, int oi, int end) {
        switch (op) {
            case SOFTSIGN -> softsignSlopes(k, ki, dy, di, dx, oi, end);
            case HARDSIGMOID -> hardsigmoidSlopes(k, ki, dy, di, dx, oi, end);
            case HARDSWISH -> hardswishSlopes(k, ki, dy, di, dx, oi, end);
            case SILU -> SILU_SLOPES.run(k, ki, dy, di, dx, oi, end);
            default -> blocksBackward(op, k, ki, dy, di, dx, oi, end);
        }
    }

    private static void blocksBackward(UnaryOp op, float[] k, int ki, float[] dy, int di, float[] dx, int oi, int end) {
        float[] e = work();
        for (int i = 0; i < end; i += BLOCK) {
            int n = Math.min(BLOCK, end - i);
            switch (op) {
                case MISH -> {
                    CUT.run(k, ki + i, e, AT, n);
                    SimdFunctions.exp(e, AT, e, AT, n);
                    MISH_SLOPE.run(k, ki + i, e, AT, n);
                }
                default -> {
                    MINUS.run(k, ki + i, e, AT, n);
                    SIGMOID.run(e, AT, e, AT, n);
                }
            }
            PRODUCT.run(dy, di + i, e, AT, dx, oi + i, n);
        }
    }

    // ---------------------------------------------------------------------------------------------------------- pieces

    private static void minusAbs(float[] x, int xi, float[] e, int ei, int end) {
        for (int j = 0; j < end; j += L)
            SimdSpecies.bits(fromArray(S, x, xi + j)).or(Integer.MIN_VALUE).reinterpretAsFloats().intoArray(e, ei + j);
    }

    private static void minus(float[] x, int xi, float[] e, int ei, int end) {
        for (int j = 0; j < end; j += L)
            fromArray(S, x, xi + j).neg().intoArray(e, ei + j);
    }

    private static void oneMore(float[] x, int xi, float[] e, int ei, int end) {
        for (int j = 0; j < end; j += L)
            fromArray(S, x, xi + j).add(1).intoArray(e, ei + j);
    }

    private static void product(float[] a, int ai, float[] b, int bi, float[] y, int yi, int end) {
        for (int j = 0; j < end; j += L)
            fromArray(S, a, ai + j).mul(fromArray(S, b, bi + j)).intoArray(y, yi + j);
    }

    /// `e^-|x|` in the first block of the work memory, the logarithm of one more in the second.
    private static void logarithms(float[] x, int xi, float[] e, int end) {
        MINUS_ABS.run(x, xi, e, AT, end);
        SimdFunctions.exp(e, AT, e, AT, end);
        ONE_MORE.run(e, AT, e, AT + BLOCK, end);
        LOG.run(e, AT + BLOCK, e, AT + BLOCK, end);
    }

    private static FloatVector expOfMinusAbs(FloatVector v) {
        FloatVector c = SimdFunctions.notBelow(SimdSpecies.bits(v).or(Integer.MIN_VALUE).reinterpretAsFloats());
        FloatVector t = c.fma(broadcast(S, ScalarFunctions.LOG2_E), broadcast(S, SimdFunctions.ROUND_RAISED));
        FloatVector r = SimdFunctions.remainder(c, t.sub(SimdFunctions.ROUND_RAISED));
        return SimdFunctions.scaleSmall(SimdFunctions.expMinus1(r), SimdSpecies.bits(t));
    }

    // ---------------------------------------------------------------------------------------------------------- values

    /// `x` times [SimdFunctions#sigmoid].
    private static void silu(float[] x, int xi, float[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, x, xi + j), e = expOfMinusAbs(v);
            FloatVector whole = e.blend(1, v.compare(GE, 0));
            v.mul(whole.fma(e.div(broadcast(S, -1).sub(e)), whole)).intoArray(y, yi + j);
        }
    }

    private static void softsign(float[] x, int xi, float[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, x, xi + j);
            v.div(SimdSpecies.abs(v).add(1)).intoArray(y, yi + j);
        }
    }

    private static void hardsigmoid(float[] x, int xi, float[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, x, xi + j).add(3);
            v = v.blend(0, v.compare(LE, 0));
            v.blend(6, v.compare(GE, 6)).div(broadcast(S, 6)).intoArray(y, yi + j);
        }
    }

    private static void hardswish(float[] x, int xi, float[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, x, xi + j), h = v.add(3);
            h = h.blend(0, h.compare(LE, 0));
            v.mul(h.blend(6, h.compare(GE, 6)).div(broadcast(S, 6))).intoArray(y, yi + j);
        }
    }

    private static void cut(float[] x, int xi, float[] e, int ei, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, x, xi + j);
            v.blend(ScalarActivations.MISH_MOST, v.compare(GT, ScalarActivations.MISH_MOST)).intoArray(e, ei + j);
        }
    }

    private static void mish(float[] x, int xi, float[] e, int ei, float[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, e, ei + j), m = v.mul(v.add(2));
            fromArray(S, x, xi + j).mul(m.div(m.add(2))).intoArray(y, yi + j);
        }
    }

    /// [ScalarFunctions#softplus] of a number whose positive part is `positive`.
    private static FloatVector softplus(FloatVector positive, FloatVector e, FloatVector log) {
        FloatVector sum = e.add(1);
        return positive.add(log.add(e.sub(sum.sub(1)).div(sum)));
    }

    private static void logSigmoid(float[] x, int xi, float[] e, float[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, x, xi + j).neg();
            FloatVector positive = v.blend(0, v.compare(LE, 0));
            softplus(positive, fromArray(S, e, AT + j), fromArray(S, e, AT + BLOCK + j)).neg().intoArray(y, yi + j);
        }
    }

    /// [ParametricOp.Kind#SOFTPLUS] if its `beta` is 1.
    static int softplus(ParametricOp op, float[] x, int xi, float[] y, int yi, int end) {
        if (op.a() != 1)
            return 0;
        float[] e = work();
        for (int i = 0; i < end; i += BLOCK) {
            int n = Math.min(BLOCK, end - i);
            logarithms(x, xi + i, e, n);
            softplus(SimdParametric.notAbove(op.b()), x, xi + i, e, y, yi + i, n);
        }
        return end;
    }

    private static void softplus(float most, float[] x, int xi, float[] e, float[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, x, xi + j);
            FloatVector positive = v.blend(0, v.compare(LE, 0));
            softplus(positive, fromArray(S, e, AT + j), fromArray(S, e, AT + BLOCK + j)).blend(v, v.compare(GT, most)).intoArray(y, yi
                    + j);
        }
    }

    /// [ParametricOp.Kind#ELU] if the exponents are not positive.
    static int elu(ParametricOp op, float[] x, int xi, float[] y, int yi, int end) {
        float rate = (float) op.c();
        if (!(rate > 0))
            return 0;
        elu((float) (op.a() * op.b()), (float) op.b(), rate, x, xi, y, yi, end);
        return end;
    }

    private static void elu(float minus, float plus, float rate, float[] x, int xi, float[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, x, xi + j), c = v.mul(rate);
            c = c.blend(EXPM1_LEAST, c.compare(LT, EXPM1_LEAST));
            FloatVector t = c.fma(broadcast(S, LOG2_E), broadcast(S, ROUND_POWER));
            FloatVector s = SimdFunctions.expMinus1(SimdFunctions.remainder(c, t.sub(ROUND_POWER)));
            FloatVector power = SimdSpecies.bits(t).lanewise(LSHL, 23).reinterpretAsFloats();
            v.mul(plus).blend(s.fma(power, power.sub(1)).mul(minus), v.compare(LE, 0)).intoArray(y, yi + j);
        }
    }

    // ---------------------------------------------------------------------------------------------------------- slopes

    private static void softsignSlopes(float[] k, int ki, float[] dy, int di, float[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = SimdSpecies.abs(fromArray(S, k, ki + j)).add(1);
            fromArray(S, dy, di + j).mul(ONE.div(v.mul(v))).intoArray(dx, oi + j);
        }
    }

    private static void hardsigmoidSlopes(float[] k, int ki, float[] dy, int di, float[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, k, ki + j);
            FloatVector d = fromArray(S, dy, di + j);
            d.mul(zero(S).blend(1 / 6f, v.compare(GT, -3).and(v.compare(LT, 3)))).intoArray(dx, oi + j);
        }
    }

    private static void hardswishSlopes(float[] k, int ki, float[] dy, int di, float[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, k, ki + j);
            FloatVector slope = broadcast(S, 1).blend(v.div(broadcast(S, 3)).add(0.5f), v.compare(LT, 3)).blend(0, v.compare(LE, -3));
            fromArray(S, dy, di + j).mul(slope).intoArray(dx, oi + j);
        }
    }

    private static void siluSlopes(float[] x, int xi, float[] dy, int di, float[] dx, int oi, int end) {
        FloatVector one = broadcast(S, 1);
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, x, xi + j), e = expOfMinusAbs(v);
            FloatVector near = one.div(e.add(1)), far = e.mul(near);
            FloatVector minus = far.mul(v.mul(near).add(1));
            FloatVector slope = minus.blend(near.mul(v.mul(far).add(1)), v.compare(GE, 0));
            fromArray(S, dy, di + j).mul(slope).intoArray(dx, oi + j);
        }
    }

    /// In the place of `e^x`.
    private static void mishSlope(float[] x, int xi, float[] e, int ei, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, x, xi + j), power = fromArray(S, e, ei + j);
            FloatVector m = power.mul(power.add(2)), more = m.add(2);
            FloatVector slope = power.mul(4).mul(power.add(1)).div(more.mul(more));
            slope = slope.blend(0, v.compare(GT, ScalarActivations.MISH_MOST));
            m.div(more).add(v.mul(slope)).intoArray(e, ei + j);
        }
    }

    static void eluSlopes(ParametricOp op, float[] k, int ki, float[] dy, int di, float[] dx, int oi, int end) {
        float minus = (float) (op.a() * op.b() * op.c());
        float[] e = work();
        for (int i = 0; i < end; i += BLOCK) {
            int n = Math.min(BLOCK, end - i);
            times((float) op.c(), k, ki + i, e, n);
            SimdFunctions.exp(e, AT, e, AT, n);
            eluSlopes(minus, (float) op.b(), k, ki + i, e, dy, di + i, dx, oi + i, n);
        }
    }

    private static void times(float rate, float[] x, int xi, float[] e, int end) {
        for (int j = 0; j < end; j += L)
            fromArray(S, x, xi + j).mul(rate).intoArray(e, AT + j);
    }

    private static void eluSlopes(float minus, float plus, float[] k, int ki, float[] e, float[] dy, int di, float[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, k, ki + j);
            FloatVector slope = broadcast(S, plus).blend(fromArray(S, e, AT + j).mul(minus), v.compare(LE, 0));
            fromArray(S, dy, di + j).mul(slope).intoArray(dx, oi + j);
        }
    }

    /// The derivative of [#softplus].
    static int softplusSlopes(ParametricOp op, float[] k, int ki, float[] dy, int di, float[] dx, int oi, int end) {
        if (op.a() != 1)
            return 0;
        float[] e = work();
        for (int i = 0; i < end; i += BLOCK) {
            int n = Math.min(BLOCK, end - i);
            SIGMOID.run(k, ki + i, e, AT, n);
            softplusSlopes(SimdParametric.notAbove(op.b()), k, ki + i, e, dy, di + i, dx, oi + i, n);
        }
        return end;
    }

    private static void softplusSlopes(float most, float[] k, int ki, float[] e, float[] dy, int di, float[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, k, ki + j);
            fromArray(S, dy, di + j).mul(fromArray(S, e, AT + j).blend(1, v.compare(GT, most))).intoArray(dx, oi + j);
        }
    }
}
