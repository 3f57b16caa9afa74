package dev.sunda.core.cpu;

import static jdk.incubator.vector.DoubleVector.broadcast;
import static jdk.incubator.vector.DoubleVector.fromArray;
import static jdk.incubator.vector.DoubleVector.zero;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.sunda.core.op.ParametricOp;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/// [Parametric64] on whole vectors, one small loop each.
final class SimdParametric64 {
    private static final VectorSpecies<Double> S = SimdSpecies.D;
    private static final int L = S.length();

    private SimdParametric64() {
    }

    /// `y = op(x)`. Returns how many elements were done, 0 for a function or for numbers that are not here.
    static int values(ParametricOp op, double[] x, int xi, double[] y, int yi, int n) {
        int end = S.loopBound(n);
        double a = op.a(), b = op.b();
        switch (op.kind()) {
            case LEAKY_RELU -> leakyRelu(a, x, xi, y, yi, end);
            case CLAMP, HARDTANH -> end = clamp(a, b, x, xi, y, yi, end);
            case SOFTSHRINK -> softshrink(a, x, xi, y, yi, end);
            case HARDSHRINK -> hardshrink(-a, a, x, xi, y, yi, end);
            case THRESHOLD -> threshold(a, b, x, xi, y, yi, end);
            case ELU -> end = SimdActivations64.elu(op, x, xi, y, yi, end);
            case SOFTPLUS -> SimdActivations64.softplus(op, x, xi, y, yi, end);
            default -> end = 0;
        }
        return end;
    }

    /// `dx = dy * op'(kept)`. Returns how many elements were done.
    static int slopes(ParametricOp op, double[] kept, int ki, double[] dy, int di, double[] dx, int oi, int n) {
        int end = S.loopBound(n);
        double a = op.a(), b = op.b();
        switch (op.kind()) {
            case LEAKY_RELU -> leakySlopes(a, kept, ki, dy, di, dx, oi, end);
            case CLAMP -> inside(a, b, kept, ki, dy, di, dx, oi, end);
            case HARDTANH -> between(a, b, kept, ki, dy, di, dx, oi, end);
            case SOFTSHRINK, HARDSHRINK -> outside(-a, a, kept, ki, dy, di, dx, oi, end);
            case THRESHOLD -> between(a, Double.NaN, kept, ki, dy, di, dx, oi, end);
            case ELU -> end = SimdActivations64.eluSlopes(op, kept, ki, dy, di, dx, oi, end);
            case SOFTPLUS -> SimdActivations64.softplusSlopes(op, kept, ki, dy, di, dx, oi, end);
            default -> end = 0;
        }
        return end;
    }

    private static void leakyRelu(double slope, double[] x, int xi, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, x, xi + j);
            v.mul(broadcast(S, slope).blend(1, v.compare(GT, 0))).intoArray(y, yi + j);
        }
    }

    /// Comparisons take the bound where both are equal; a zero of the other sign counts as a little beyond it, for `max` takes 0 of -0 and
    /// 0 and `min` takes -0. A bound that is NaN is left to the definition.
    private static int clamp(double min, double max, double[] x, int xi, double[] y, int yi, int end) {
        if (min != min || max != max)
            return 0;
        double least = 1 / min < 0 && min == 0 ? -Double.MIN_VALUE : min;
        double most = 1 / max > 0 && max == 0 ? Double.MIN_VALUE : max;
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, x, xi + j);
            v = v.blend(min, v.compare(LE, least));
            v.blend(max, v.compare(GE, most)).intoArray(y, yi + j);
        }
        return end;
    }

    private static void softshrink(double a, double[] x, int xi, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, x, xi + j);
            v.mul(0).blend(v.add(a), v.compare(LT, -a)).blend(v.sub(a), v.compare(GT, a)).intoArray(y, yi + j);
        }
    }

    private static void hardshrink(double least, double most, double[] x, int xi, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, x, xi + j);
            v.blend(0, v.compare(GE, least).and(v.compare(LE, most))).intoArray(y, yi + j);
        }
    }

    private static void threshold(double most, double instead, double[] x, int xi, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, x, xi + j);
            v.blend(instead, v.compare(LE, most)).intoArray(y, yi + j);
        }
    }

    private static void leakySlopes(double slope, double[] kept, int ki, double[] dy, int di, double[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector k = fromArray(S, kept, ki + j);
            DoubleVector d = fromArray(S, dy, di + j);
            d.mul(broadcast(S, slope).blend(1, k.compare(GT, 0))).intoArray(dx, oi + j);
        }
    }

    /// 1 from `least` to `most`.
    private static void inside(double least, double most, double[] kept, int ki, double[] dy, int di, double[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector k = fromArray(S, kept, ki + j);
            DoubleVector d = fromArray(S, dy, di + j);
            d.mul(zero(S).blend(1, k.compare(GE, least).and(k.compare(LE, most)))).intoArray(dx, oi + j);
        }
    }

    /// 0 from `least` to `most`.
    private static void outside(double least, double most, double[] kept, int ki, double[] dy, int di, double[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector k = fromArray(S, kept, ki + j);
            DoubleVector d = fromArray(S, dy, di + j);
            d.mul(broadcast(S, 1).blend(0, k.compare(GE, least).and(k.compare(LE, most)))).intoArray(dx, oi + j);
        }
    }

    /// 0 up to `low` and from `high` on.
    private static void between(double low, double high, double[] kept, int ki, double[] dy, int di, double[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector k = fromArray(S, kept, ki + j);
            DoubleVector d = fromArray(S, dy, di + j);
            d.mul(broadcast(S, 1).blend(0, k.compare(LE, low).or(k.compare(GE, high)))).intoArray(dx, oi + j);
        }
    }
}
