package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.ScalarActivations64.*;
import static dev.sunda.core.cpu.ScalarErf64.LOWER;
import static dev.sunda.core.cpu.ScalarErf64.ROUND_BIASED;
import static dev.sunda.core.cpu.ScalarFunctions64.LN2_HIGH;
import static dev.sunda.core.cpu.ScalarFunctions64.LN2_LOW;
import static dev.sunda.core.cpu.ScalarFunctions64.LOG2_E;
import static jdk.incubator.vector.DoubleVector.broadcast;
import static jdk.incubator.vector.DoubleVector.fromArray;
import static jdk.incubator.vector.DoubleVector.zero;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.sunda.core.op.ParametricOp;
import dev.sunda.core.op.UnaryOp;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/// [ScalarActivations64], and activations without exponentials, on whole vectors: the identical chains. `end` is a multiple of the vector
/// length. Constants are broadcasts, as in [SimdErf].
///
/// Where exponentials, logarithms or logistic functions meet parameters, those of a block, which stays in the first cache, are made in work
/// memory, and a short loop finishes. The result may lie where the operand lies.
final class SimdActivations64 {
    private static final VectorSpecies<Double> S = SimdSpecies.D;
    private static final int L = S.length();
    private static final int BLOCK = 1024;
    /// Numerators: a broadcast there would allocate.
    private static final DoubleVector ONE = broadcast(S, 1);
    private static final Apart SILU = loop("silu");
    private static final Apart MISH = loop("mish");
    private static final Apart LOG1P = loop("logarithms");
    private static final Apart EXP = loopWithNumber("exponentials");
    private static final Apart SIGMOID = loopWithNumber("sigmoid");
    private static final Apart SILU_SLOPES = loopOfTwo("siluSlopes");
    private static final Apart MISH_SLOPES = loopOfTwo("mishSlopes");
    private static final Apart PRODUCT = loopOfTwo("product");

    private SimdActivations64() {
    }

    private static Apart loop(String name) {
        return Apart.of(MethodHandles.lookup(), name, double[].class, int.class, double[].class, int.class, int.class);
    }

    private static Apart loopWithNumber(String name) {
        return Apart.of(MethodHandles.lookup(), name, double[].class, int.class, double.class, double[].class, int.class, int.class);
    }

    private static Apart loopOfTwo(String name) {
        return Apart.of(MethodHandles.lookup(), name, double[].class, int.class, double[].class, int.class, double[].class, int.class,
                int.class);
    }

    /// Work memory of a block.
    private static double[] work() {
        return Scratch64.doubles(Scratch64.Role.EXPONENTIALS, BLOCK);
    }

    /// `y = op(x)`. Returns how many elements were done, 0 for a function that is not here.
    static int apply(UnaryOp op, double[] x, int xi, double[] y, int yi, int end) {
        switch (op) {
            case SOFTSIGN -> softsign(x, xi, y, yi, end);
            case HARDSIGMOID -> hardsigmoid(x, xi, y, yi, end);
            case HARDSWISH -> hardswish(x, xi, y, yi, end);
            case SILU -> SILU.run(x, xi, y, yi, end);
            case MISH -> MISH.run(x, xi, y, yi, end);
            case LOG_SIGMOID -> logSigmoid(x, xi, y, yi, end);
            default -> {
                return 0;
            }
        }
        return end;
    }

    /// `dx = dy * op'(k)`.
    static int backward(UnaryOp op, double[] k, int ki, double[] dy, int di, double[] dx, int oi, int end) {
        switch (op) {
            case SOFTSIGN -> softsignSlopes(k, ki, dy, di, dx, oi, end);
            case HARDSIGMOID -> hardsigmoidSlopes(k, ki, dy, di, dx, oi, end);
            case HARDSWISH -> hardswishSlopes(k, ki, dy, di, dx, oi, end);
            case SILU -> SILU_SLOPES.run(k, ki, dy, di, dx, oi, end);
            case MISH -> MISH_SLOPES.run(k, ki, dy, di, dx, oi, end);
            case LOG_SIGMOID -> logSigmoidSlopes(k, ki, dy, di, dx, oi, end);
            default -> {
                return 0;
            }
        }
        return end;
    }

    // ---------------------------------------------------------------------------------------------------------- pieces

    private static DoubleVector lessOne(DoubleVector r) {
        DoubleVector z = r.mul(r);
        DoubleVector p = r.fma(broadcast(S, E9), broadcast(S, E8)).fma(z, r.fma(broadcast(S, E7), broadcast(S, E6)));
        p = p.fma(z, r.fma(broadcast(S, E5), broadcast(S, E4))).fma(z, r.fma(broadcast(S, E3), broadcast(S, E2)));
        return p.fma(z, r.fma(broadcast(S, E1), broadcast(S, E0))).fma(z, r);
    }

    private static DoubleVector remainder(DoubleVector x, DoubleVector n) {
        return n.fma(broadcast(S, -LN2_LOW), n.fma(broadcast(S, -LN2_HIGH), x));
    }

    private static DoubleVector power(DoubleVector t) {
        return t.reinterpretAsLongs().lanewise(LSHL, 52).reinterpretAsDoubles();
    }

    private static DoubleVector raisedExp(DoubleVector x) {
        DoubleVector t = x.fma(broadcast(S, LOG2_E), broadcast(S, ROUND_BIASED));
        DoubleVector power = power(t);
        return lessOne(remainder(x, t.sub(ROUND_BIASED))).fma(power, power);
    }

    private static DoubleVector notBelow(DoubleVector x) {
        return x.blend(LEAST, x.compare(LT, LEAST));
    }

    private static DoubleVector minusAbs(DoubleVector x) {
        return notBelow(x.reinterpretAsLongs().or(Long.MIN_VALUE).reinterpretAsDoubles());
    }

    /// `y = e^-|number x|`.
    private static void exponentials(double[] x, int xi, double number, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L)
            raisedExp(minusAbs(fromArray(S, x, xi + j).mul(number))).mul(LOWER).intoArray(y, yi + j);
    }

    /// `y = log(1 + x)` for numbers from 0 to 1.
    private static void logarithms(double[] x, int xi, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector e = fromArray(S, x, xi + j), w = e.sub(0.5), z = w.mul(w);
            DoubleVector p = w.fma(broadcast(S, L19), broadcast(S, L18)).fma(z, w.fma(broadcast(S, L17), broadcast(S, L16)));
            p = p.fma(z, w.fma(broadcast(S, L15), broadcast(S, L14))).fma(z, w.fma(broadcast(S, L13), broadcast(S, L12)));
            p = p.fma(z, w.fma(broadcast(S, L11), broadcast(S, L10))).fma(z, w.fma(broadcast(S, L9), broadcast(S, L8)));
            p = p.fma(z, w.fma(broadcast(S, L7), broadcast(S, L6))).fma(z, w.fma(broadcast(S, L5), broadcast(S, L4)));
            p = p.fma(z, w.fma(broadcast(S, L3), broadcast(S, L2))).fma(z, w.fma(broadcast(S, L1), broadcast(S, L0)));
            p.fma(e.mul(e), e).intoArray(y, yi + j);
        }
    }

    /// `y = 1 / (1 + e^-(number x))`.
    private static void sigmoid(double[] x, int xi, double number, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, x, xi + j).mul(number), e = raisedExp(minusAbs(v));
            var notNegative = v.compare(GE, 0);
            DoubleVector ratio = e.blend(1, notNegative).div(e.fma(broadcast(S, LOWER), broadcast(S, 1)));
            ratio.mul(broadcast(S, LOWER).blend(1, notNegative)).intoArray(y, yi + j);
        }
    }

    private static void product(double[] a, int ai, double[] b, int bi, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L)
            fromArray(S, a, ai + j).mul(fromArray(S, b, bi + j)).intoArray(y, yi + j);
    }

    // ---------------------------------------------------------------------------------------------------------- values

    private static void softsign(double[] x, int xi, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, x, xi + j);
            v.div(SimdSpecies.abs(v).add(1)).intoArray(y, yi + j);
        }
    }

    private static void hardsigmoid(double[] x, int xi, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, x, xi + j).add(3);
            v = v.blend(0, v.compare(LE, 0));
            v.blend(6, v.compare(GE, 6)).div(broadcast(S, 6)).intoArray(y, yi + j);
        }
    }

    private static void hardswish(double[] x, int xi, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, x, xi + j), h = v.add(3);
            h = h.blend(0, h.compare(LE, 0));
            v.mul(h.blend(6, h.compare(GE, 6)).div(broadcast(S, 6))).intoArray(y, yi + j);
        }
    }

    private static void silu(double[] x, int xi, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, x, xi + j), m = minusAbs(v), e = raisedExp(m);
            var notNegative = v.compare(GE, 0);
            DoubleVector ratio = v.fma(broadcast(S, 0), m.mul(e)).blend(v, notNegative).div(e.fma(broadcast(S, LOWER), broadcast(S, 1)));
            ratio.mul(broadcast(S, LOWER).blend(1, notNegative)).intoArray(y, yi + j);
        }
    }

    private static void mish(double[] x, int xi, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, x, xi + j);
            var large = v.compare(GT, MISH_MOST);
            DoubleVector c = notBelow(v.blend(MISH_MOST, large)), e = raisedExp(c);
            DoubleVector p = e.mul(e.fma(broadcast(S, LOWER), broadcast(S, 2)));
            DoubleVector ratio = v.fma(broadcast(S, 0), c.mul(p)).div(p.fma(broadcast(S, LOWER), broadcast(S, 2)));
            ratio.mul(LOWER).blend(v, large).intoArray(y, yi + j);
        }
    }

    private static void logSigmoid(double[] x, int xi, double[] y, int yi, int end) {
        double[] e = work();
        for (int i = 0; i < end; i += BLOCK) {
            int n = Math.min(BLOCK, end - i);
            EXP.run(x, xi + i, 1, e, 0, n);
            LOG1P.run(e, 0, e, 0, n);
            logSigmoid(x, xi + i, e, y, yi + i, n);
        }
    }

    private static void logSigmoid(double[] x, int xi, double[] log, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, x, xi + j).neg();
            v.blend(0, v.compare(LE, 0)).add(fromArray(S, log, j)).neg().intoArray(y, yi + j);
        }
    }

    /// [ParametricOp.Kind#SOFTPLUS].
    static void softplus(ParametricOp op, double[] x, int xi, double[] y, int yi, int end) {
        double[] e = work();
        for (int i = 0; i < end; i += BLOCK) {
            int n = Math.min(BLOCK, end - i);
            EXP.run(x, xi + i, op.a(), e, 0, n);
            LOG1P.run(e, 0, e, 0, n);
            softplus(op.a(), op.b(), x, xi + i, e, y, yi + i, n);
        }
    }

    private static void softplus(double beta, double most, double[] x, int xi, double[] log, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, x, xi + j), c = v.mul(beta);
            DoubleVector sum = c.blend(0, c.compare(LE, 0)).add(fromArray(S, log, j));
            sum.div(broadcast(S, beta)).blend(v, c.compare(GT, most)).intoArray(y, yi + j);
        }
    }

    /// [ParametricOp.Kind#ELU] if the exponents are not positive.
    static int elu(ParametricOp op, double[] x, int xi, double[] y, int yi, int end) {
        if (!ScalarActivations64.covers(op))
            return 0;
        elu(op.a() * op.b(), op.b(), op.c(), x, xi, y, yi, end);
        return end;
    }

    private static void elu(double minus, double plus, double rate, double[] x, int xi, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, x, xi + j), c = v.mul(rate);
            c = c.blend(EXPM1_LEAST, c.compare(LT, EXPM1_LEAST));
            DoubleVector t = c.fma(broadcast(S, LOG2_E), broadcast(S, ROUND_POWER)), power = power(t);
            DoubleVector less = lessOne(remainder(c, t.sub(ROUND_POWER))).fma(power, power.sub(1));
            v.mul(plus).blend(less.mul(minus), v.compare(LT, 0)).intoArray(y, yi + j);
        }
    }

    // ---------------------------------------------------------------------------------------------------------- slopes

    private static void softsignSlopes(double[] k, int ki, double[] dy, int di, double[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = SimdSpecies.abs(fromArray(S, k, ki + j)).add(1);
            fromArray(S, dy, di + j).mul(ONE.div(v.mul(v))).intoArray(dx, oi + j);
        }
    }

    private static void hardsigmoidSlopes(double[] k, int ki, double[] dy, int di, double[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, k, ki + j);
            DoubleVector d = fromArray(S, dy, di + j);
            d.mul(zero(S).blend(1.0 / 6, v.compare(GT, -3).and(v.compare(LT, 3)))).intoArray(dx, oi + j);
        }
    }

    private static void hardswishSlopes(double[] k, int ki, double[] dy, int di, double[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, k, ki + j);
            DoubleVector slope = broadcast(S, 1).blend(v.div(broadcast(S, 3)).add(0.5), v.compare(LT, 3)).blend(0, v.compare(LE, -3));
            fromArray(S, dy, di + j).mul(slope).intoArray(dx, oi + j);
        }
    }

    private static void siluSlopes(double[] k, int ki, double[] dy, int di, double[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, k, ki + j), m = minusAbs(v), e = raisedExp(m);
            var notNegative = v.compare(GE, 0);
            DoubleVector near = ONE.div(e.fma(broadcast(S, LOWER), broadcast(S, 1))), far = e.mul(near);
            DoubleVector inner = v.fma(broadcast(S, 0), m).fma(near.blend(far.mul(-LOWER), notNegative), broadcast(S, 1));
            DoubleVector slope = far.blend(near, notNegative).mul(inner).mul(broadcast(S, LOWER).blend(1, notNegative));
            fromArray(S, dy, di + j).mul(slope).intoArray(dx, oi + j);
        }
    }

    private static void mishSlopes(double[] k, int ki, double[] dy, int di, double[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, k, ki + j);
            var large = v.compare(GT, MISH_MOST);
            DoubleVector c = notBelow(v.blend(MISH_MOST, large)), e = raisedExp(c);
            DoubleVector more = e.fma(broadcast(S, LOWER), broadcast(S, 2));
            DoubleVector inverse = ONE.div(e.mul(more).fma(broadcast(S, LOWER), broadcast(S, 2)));
            DoubleVector inner = v.fma(broadcast(S, 0), c).mul(e.fma(broadcast(S, 4 * LOWER), broadcast(S, 4))).fma(inverse, more);
            DoubleVector slope = e.mul(inverse).mul(inner).mul(LOWER).blend(v.fma(broadcast(S, 0), broadcast(S, 1)), large);
            fromArray(S, dy, di + j).mul(slope).intoArray(dx, oi + j);
        }
    }

    private static void logSigmoidSlopes(double[] k, int ki, double[] dy, int di, double[] dx, int oi, int end) {
        double[] e = work();
        for (int i = 0; i < end; i += BLOCK) {
            int n = Math.min(BLOCK, end - i);
            SIGMOID.run(k, ki + i, -1, e, 0, n);
            PRODUCT.run(dy, di + i, e, 0, dx, oi + i, n);
        }
    }

    /// The derivative of [#elu].
    static int eluSlopes(ParametricOp op, double[] k, int ki, double[] dy, int di, double[] dx, int oi, int end) {
        if (!ScalarActivations64.covers(op))
            return 0;
        double[] e = work();
        for (int i = 0; i < end; i += BLOCK) {
            int n = Math.min(BLOCK, end - i);
            EXP.run(k, ki + i, op.c(), e, 0, n);
            eluSlopes(op.a() * op.b() * op.c(), op.b(), k, ki + i, e, dy, di + i, dx, oi + i, n);
        }
        return end;
    }

    private static void eluSlopes(double minus, double plus, double[] k, int ki, double[] e, double[] dy, int di, double[] dx, int oi,
            int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector slope = broadcast(S, plus).blend(fromArray(S, e, j).mul(minus), fromArray(S, k, ki + j).compare(LE, 0));
            fromArray(S, dy, di + j).mul(slope).intoArray(dx, oi + j);
        }
    }

    /// The derivative of [#softplus].
    static void softplusSlopes(ParametricOp op, double[] k, int ki, double[] dy, int di, double[] dx, int oi, int end) {
        double[] e = work();
        for (int i = 0; i < end; i += BLOCK) {
            int n = Math.min(BLOCK, end - i);
            SIGMOID.run(k, ki + i, op.a(), e, 0, n);
            softplusSlopes(op.a(), op.b(), k, ki + i, e, dy, di + i, dx, oi + i, n);
        }
    }

    private static void softplusSlopes(double beta, double most, double[] k, int ki, double[] e, double[] dy, int di, double[] dx, int oi,
            int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector slope = fromArray(S, e, j).blend(1, fromArray(S, k, ki + j).mul(beta).compare(GT, most));
            fromArray(S, dy, di + j).mul(slope).intoArray(dx, oi + j);
        }
    }
}
