package dev.sunda.core.cpu;

import static jdk.incubator.vector.DoubleVector.broadcast;
import static jdk.incubator.vector.DoubleVector.fromArray;
import static jdk.incubator.vector.DoubleVector.zero;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;

import dev.sunda.core.op.ParametricOp;
import dev.sunda.core.op.UnaryOp;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/// Activations of float64 on whole vectors, with the bits of their definitions in [UnaryOp] and [ParametricOp]. `end` is a multiple of the
/// vector length.
///
/// Exponentials and logarithms of a block, which stays in the first cache, are made in work memory by [SimdStrict64]; short loops stand
/// before and behind. The result may therefore lie where the operand lies.
final class SimdActivations64 {
    private static final VectorSpecies<Double> S = SimdSpecies.D;
    private static final int L = S.length();
    private static final int BLOCK = 1024;
    /// Numerators: a broadcast there would allocate.
    private static final DoubleVector ONE = broadcast(S, 1);
    private static final Apart SOFTPLUS = loopOfTwo("softplus");
    private static final Apart MINUS = loop("minus");
    private static final Apart SILU = loopOfTwo("silu");
    private static final Apart SIGMOID = loop("sigmoid");
    private static final Apart SILU_SLOPE = loop("siluSlope");
    private static final Apart PRODUCT = loopOfTwo("product");

    private SimdActivations64() {
    }

    private static Apart loop(String name) {
        return Apart.of(MethodHandles.lookup(), name, double[].class, int.class, double[].class, int.class, int.class);
    }

    private static Apart loopOfTwo(String name) {
        return Apart.of(MethodHandles.lookup(), name, double[].class, int.class, double[].class, int.class, double[].class, int.class,
                int.class);
    }

    /// Work memory of four blocks.
    private static double[] work() {
        return Scratch64.doubles(Scratch64.Role.EXPONENTIALS, 4 * BLOCK);
    }

    /// `y = op(x)`. Returns how many elements were done, 0 for a function that is not here.
    static int apply(UnaryOp op, double[] x, int xi, double[] y, int yi, int end) {
        switch (op) {
            case SOFTSIGN -> softsign(x, xi, y, yi, end);
            case HARDSIGMOID -> hardsigmoid(x, xi, y, yi, end);
            case HARDSWISH -> hardswish(x, xi, y, yi, end);
            case SILU, MISH, LOG_SIGMOID -> blocks(op, x, xi, y, yi, end);
            default -> {
                return 0;
            }
        }
        return end;
    }

    private static void blocks(UnaryOp op, double[] x, int xi, double[] y, int yi, int end) {
        double[] e = work();
        for (int i = 0; i < end; i += BLOCK) {
            int n = Math.min(BLOCK, end - i);
            switch (op) {
                case SILU -> {
                    SimdStrict64.exp(x, xi + i, e, 0, n);
                    SILU.run(x, xi + i, e, 0, y, yi + i, n);
                }
                case MISH -> {
                    tanhOfSoftplus(x, xi + i, e, n);
                    PRODUCT.run(x, xi + i, e, BLOCK, y, yi + i, n);
                }
                default -> {
                    MINUS.run(x, xi + i, e, 2 * BLOCK, n);
                    logarithms(e, 2 * BLOCK, e, n);
                    SOFTPLUS.run(e, 2 * BLOCK, e, BLOCK, e, 0, n);
                    MINUS.run(e, 0, y, yi + i, n);
                }
            }
        }
    }

    /// `dx = dy * op'(k)`.
    static int backward(UnaryOp op, double[] k, int ki, double[] dy, int di, double[] dx, int oi, int end) {
        switch (op) {
            case SOFTSIGN -> softsignSlopes(k, ki, dy, di, dx, oi, end);
            case HARDSIGMOID -> hardsigmoidSlopes(k, ki, dy, di, dx, oi, end);
            case HARDSWISH -> hardswishSlopes(k, ki, dy, di, dx, oi, end);
            case SILU, MISH, LOG_SIGMOID -> blocksBackward(op, k, ki, dy, di, dx, oi, end);
            default -> {
                return 0;
            }
        }
        return end;
    }

    private static void blocksBackward(UnaryOp op, double[] k, int ki, double[] dy, int di, double[] dx, int oi, int end) {
        double[] e = work();
        for (int i = 0; i < end; i += BLOCK) {
            int n = Math.min(BLOCK, end - i);
            switch (op) {
                case SILU -> {
                    SimdStrict64.exp(k, ki + i, e, 0, n);
                    SILU_SLOPE.run(k, ki + i, e, 0, n);
                }
                case MISH -> {
                    tanhOfSoftplus(k, ki + i, e, n);
                    SIGMOID.run(k, ki + i, e, 0, n);
                    mishSlope(k, ki + i, e, n);
                }
                default -> {
                    MINUS.run(k, ki + i, e, 2 * BLOCK, n);
                    SimdStrict64.exp(e, 2 * BLOCK, e, 0, n);
                    SIGMOID.run(e, 2 * BLOCK, e, 0, n);
                }
            }
            PRODUCT.run(dy, di + i, e, 0, dx, oi + i, n);
        }
    }

    // ---------------------------------------------------------------------------------------------------------- pieces

    private static void minus(double[] x, int xi, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L)
            fromArray(S, x, xi + j).neg().intoArray(y, yi + j);
    }

    private static void times(double factor, double[] x, int xi, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L)
            fromArray(S, x, xi + j).mul(factor).intoArray(y, yi + j);
    }

    private static void product(double[] a, int ai, double[] b, int bi, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L)
            fromArray(S, a, ai + j).mul(fromArray(S, b, bi + j)).intoArray(y, yi + j);
    }

    /// `e^-|x|` in the first block of the work memory, the logarithm of one more in the second.
    private static void logarithms(double[] x, int xi, double[] e, int end) {
        SimdStrict64.exp(x, xi, e, 0, end);
        SimdStrict64.log1p(e, 0, e, BLOCK, end);
    }

    /// `log(1 + e^x)` from `log(1 + e^-|x|)`.
    private static void softplus(double[] x, int xi, double[] log, int li, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, x, xi + j);
            v.blend(0, v.compare(LE, 0)).add(fromArray(S, log, li + j)).intoArray(y, yi + j);
        }
    }

    /// The logistic function in the place of `e^-|x|`.
    private static void sigmoid(double[] x, int xi, double[] e, int ei, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector power = fromArray(S, e, ei + j);
            power.blend(1, fromArray(S, x, xi + j).compare(GE, 0)).div(power.add(1)).intoArray(e, ei + j);
        }
    }

    /// `e^-|x|` in the first block of the work memory, `tanh(log(1 + e^x))` in the second.
    private static void tanhOfSoftplus(double[] x, int xi, double[] e, int end) {
        logarithms(x, xi, e, end);
        SOFTPLUS.run(x, xi, e, BLOCK, e, BLOCK, end);
        times(2, e, BLOCK, e, 2 * BLOCK, end);
        SimdStrict64.expm1Above(e, 2 * BLOCK, e, 3 * BLOCK, end);
        MINUS.run(e, 2 * BLOCK, e, 2 * BLOCK, end);
        SimdStrict64.expm1Below(e, 2 * BLOCK, e, 2 * BLOCK, end);
        tanh(e, end);
    }

    /// `StrictMath.tanh` of the second block in its place; the third has `expm1` of minus twice its numbers, the fourth of twice.
    private static void tanh(double[] e, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, e, BLOCK + j), less = fromArray(S, e, 2 * BLOCK + j);
            var large = v.compare(GE, 1);
            DoubleVector more = less.blend(fromArray(S, e, 3 * BLOCK + j), large).add(2);
            DoubleVector z = less.neg().blend(2, large).div(more);
            z = z.blend(broadcast(S, 1).sub(z), large).blend(1, v.compare(GE, 22));
            z.blend(v, v.compare(NE, v)).intoArray(e, BLOCK + j);
        }
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

    private static void silu(double[] x, int xi, double[] e, int ei, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, x, xi + j), power = fromArray(S, e, ei + j);
            v.mul(power.blend(1, v.compare(GE, 0)).div(power.add(1))).intoArray(y, yi + j);
        }
    }

    /// [ParametricOp.Kind#SOFTPLUS].
    static void softplus(ParametricOp op, double[] x, int xi, double[] y, int yi, int end) {
        double[] e = work();
        for (int i = 0; i < end; i += BLOCK) {
            int n = Math.min(BLOCK, end - i);
            times(op.a(), x, xi + i, e, 2 * BLOCK, n);
            logarithms(e, 2 * BLOCK, e, n);
            SOFTPLUS.run(e, 2 * BLOCK, e, BLOCK, e, BLOCK, n);
            softplus(op.a(), op.b(), x, xi + i, e, y, yi + i, n);
        }
    }

    private static void softplus(double beta, double most, double[] x, int xi, double[] e, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            var large = fromArray(S, e, 2 * BLOCK + j).compare(GT, most);
            DoubleVector v = fromArray(S, e, BLOCK + j).div(broadcast(S, beta));
            v.blend(fromArray(S, x, xi + j), large).intoArray(y, yi + j);
        }
    }

    /// [ParametricOp.Kind#ELU] if the exponents are not positive.
    static int elu(ParametricOp op, double[] x, int xi, double[] y, int yi, int end) {
        if (!(op.c() > 0))
            return 0;
        double[] e = work();
        for (int i = 0; i < end; i += BLOCK) {
            int n = Math.min(BLOCK, end - i);
            times(op.c(), x, xi + i, e, 0, n);
            SimdStrict64.expm1Below(e, 0, e, 0, n);
            elu(op.a(), op.b(), x, xi + i, e, y, yi + i, n);
        }
        return end;
    }

    private static void elu(double minus, double plus, double[] x, int xi, double[] e, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, x, xi + j);
            v.mul(plus).blend(fromArray(S, e, j).mul(minus).mul(plus), v.compare(LE, 0)).intoArray(y, yi + j);
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

    /// In the place of `e^-|x|`.
    private static void siluSlope(double[] x, int xi, double[] e, int ei, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, x, xi + j), power = fromArray(S, e, ei + j), sum = power.add(1);
            DoubleVector plus = power.blend(1, v.compare(GE, 0)).div(sum), minus = power.blend(1, v.compare(LE, 0)).div(sum);
            plus.mul(v.mul(minus).add(1)).intoArray(e, ei + j);
        }
    }

    /// From the logistic function, in its place.
    private static void mishSlope(double[] x, int xi, double[] e, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector t = fromArray(S, e, BLOCK + j), rest = broadcast(S, 1).sub(t.mul(t));
            t.add(fromArray(S, x, xi + j).mul(fromArray(S, e, j)).mul(rest)).intoArray(e, j);
        }
    }

    /// The derivative of [#elu].
    static int eluSlopes(ParametricOp op, double[] k, int ki, double[] dy, int di, double[] dx, int oi, int end) {
        if (!(op.c() > 0))
            return 0;
        double[] e = work();
        for (int i = 0; i < end; i += BLOCK) {
            int n = Math.min(BLOCK, end - i);
            times(op.c(), k, ki + i, e, 0, n);
            SimdStrict64.exp(e, 0, e, 0, n);
            eluSlopes(op.a(), op.b(), op.c(), k, ki + i, e, dy, di + i, dx, oi + i, n);
        }
        return end;
    }

    private static void eluSlopes(double a, double b, double c, double[] k, int ki, double[] e, double[] dy, int di, double[] dx, int oi,
            int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector slope = fromArray(S, e, j).mul(a).mul(b).mul(c);
            slope = broadcast(S, b).blend(slope, fromArray(S, k, ki + j).compare(LE, 0));
            fromArray(S, dy, di + j).mul(slope).intoArray(dx, oi + j);
        }
    }

    /// The derivative of [#softplus].
    static void softplusSlopes(ParametricOp op, double[] k, int ki, double[] dy, int di, double[] dx, int oi, int end) {
        double[] e = work();
        for (int i = 0; i < end; i += BLOCK) {
            int n = Math.min(BLOCK, end - i);
            times(op.a(), k, ki + i, e, 2 * BLOCK, n);
            SimdStrict64.exp(e, 2 * BLOCK, e, 0, n);
            SIGMOID.run(e, 2 * BLOCK, e, 0, n);
            softplusSlopes(op.b(), e, dy, di + i, dx, oi + i, n);
        }
    }

    private static void softplusSlopes(double most, double[] e, double[] dy, int di, double[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector slope = fromArray(S, e, j).blend(1, fromArray(S, e, 2 * BLOCK + j).compare(GT, most));
            fromArray(S, dy, di + j).mul(slope).intoArray(dx, oi + j);
        }
    }
}
