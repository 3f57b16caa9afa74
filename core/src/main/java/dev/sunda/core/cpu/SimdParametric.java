package dev.sunda.core.cpu;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.zero;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.sunda.core.op.ParametricOp;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// [Parametric] on whole vectors, one small loop each. Bounds are doubles there; a float is above one exactly if it is above the nearest
/// float not above the bound, and so on.
final class SimdParametric {
    private static final VectorSpecies<Float> S = SimdSpecies.F;
    private static final int L = S.length();

    private SimdParametric() {
    }

    /// `y = op(x)`. Returns how many elements were done, 0 for a function or for numbers that are not here.
    static int values(ParametricOp op, float[] x, int xi, float[] y, int yi, int n) {
        int end = S.loopBound(n);
        double a = op.a(), b = op.b();
        switch (op.kind()) {
            case LEAKY_RELU -> leakyRelu((float) a, x, xi, y, yi, end);
            case CLAMP, HARDTANH -> end = clamp((float) a, (float) b, x, xi, y, yi, end);
            case SOFTSHRINK -> {
                if (a != (float) a)                                  // a difference of doubles, rounded
                    return 0;
                softshrink((float) a, x, xi, y, yi, end);
            }
            case HARDSHRINK -> hardshrink(notBelow(-a), notAbove(a), x, xi, y, yi, end);
            case THRESHOLD -> threshold(notAbove(a), (float) b, x, xi, y, yi, end);
            case ELU -> end = SimdActivations.elu(op, x, xi, y, yi, end);
            case SOFTPLUS -> end = SimdActivations.softplus(op, x, xi, y, yi, end);
            default -> end = 0;
        }
        return end;
    }

    /// `dx = dy * op'(kept)`. Returns how many elements were done.
    static int slopes(ParametricOp op, float[] kept, int ki, float[] dy, int di, float[] dx, int oi, int n) {
        int end = S.loopBound(n);
        double a = op.a(), b = op.b();
        switch (op.kind()) {
            case LEAKY_RELU -> leakySlopes((float) a, kept, ki, dy, di, dx, oi, end);
            case CLAMP -> inside(notBelow(a), notAbove(b), kept, ki, dy, di, dx, oi, end);
            case HARDTANH -> between(notAbove(a), notBelow(b), kept, ki, dy, di, dx, oi, end);
            case SOFTSHRINK, HARDSHRINK -> outside(notBelow(-a), notAbove(a), kept, ki, dy, di, dx, oi, end);
            case THRESHOLD -> between(notAbove(a), Float.NaN, kept, ki, dy, di, dx, oi, end);
            case ELU -> SimdActivations.eluSlopes(op, kept, ki, dy, di, dx, oi, end);
            case SOFTPLUS -> end = SimdActivations.softplusSlopes(op, kept, ki, dy, di, dx, oi, end);
            default -> end = 0;
        }
        return end;
    }

    /// The largest float that is not above `bound`.
    static float notAbove(double bound) {
        float near = (float) bound;
        return near > bound ? Math.nextDown(near) : near;
    }

    /// The smallest float that is not below `bound`.
    private static float notBelow(double bound) {
        float near = (float) bound;
        return near < bound ? Math.nextUp(near) : near;
    }

    private static void leakyRelu(float slope, float[] x, int xi, float[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, x, xi + j);
            v.mul(broadcast(S, slope).blend(1, v.compare(GT, 0))).intoArray(y, yi + j);
        }
    }

    /// Comparisons take the bound where both are equal; a zero of the other sign counts as a little beyond it, for `max` takes 0 of -0 and
    /// 0 and `min` takes -0. A bound that is NaN is left to the definition.
    private static int clamp(float min, float max, float[] x, int xi, float[] y, int yi, int end) {
        if (min != min || max != max)
            return 0;
        float least = 1 / min < 0 && min == 0 ? -Float.MIN_VALUE : min;
        float most = 1 / max > 0 && max == 0 ? Float.MIN_VALUE : max;
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, x, xi + j);
            v = v.blend(min, v.compare(LE, least));
            v.blend(max, v.compare(GE, most)).intoArray(y, yi + j);
        }
        return end;
    }

    private static void softshrink(float a, float[] x, int xi, float[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, x, xi + j);
            v.mul(0).blend(v.add(a), v.compare(LT, -a)).blend(v.sub(a), v.compare(GT, a)).intoArray(y, yi + j);
        }
    }

    private static void hardshrink(float least, float most, float[] x, int xi, float[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, x, xi + j);
            v.blend(0, v.compare(GE, least).and(v.compare(LE, most))).intoArray(y, yi + j);
        }
    }

    private static void threshold(float most, float instead, float[] x, int xi, float[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, x, xi + j);
            v.blend(instead, v.compare(LE, most)).intoArray(y, yi + j);
        }
    }

    private static void leakySlopes(float slope, float[] kept, int ki, float[] dy, int di, float[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector k = fromArray(S, kept, ki + j);
            FloatVector d = fromArray(S, dy, di + j);
            d.mul(broadcast(S, slope).blend(1, k.compare(GT, 0))).intoArray(dx, oi + j);
        }
    }

    /// 1 from `least` to `most`.
    private static void inside(float least, float most, float[] kept, int ki, float[] dy, int di, float[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector k = fromArray(S, kept, ki + j);
            FloatVector d = fromArray(S, dy, di + j);
            d.mul(zero(S).blend(1, k.compare(GE, least).and(k.compare(LE, most)))).intoArray(dx, oi + j);
        }
    }

    /// 0 from `least` to `most`.
    private static void outside(float least, float most, float[] kept, int ki, float[] dy, int di, float[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector k = fromArray(S, kept, ki + j);
            FloatVector d = fromArray(S, dy, di + j);
            d.mul(broadcast(S, 1).blend(0, k.compare(GE, least).and(k.compare(LE, most)))).intoArray(dx, oi + j);
        }
    }

    /// 0 up to `low` and from `high` on.
    private static void between(float low, float high, float[] kept, int ki, float[] dy, int di, float[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector k = fromArray(S, kept, ki + j);
            FloatVector d = fromArray(S, dy, di + j);
            d.mul(broadcast(S, 1).blend(0, k.compare(LE, low).or(k.compare(GE, high)))).intoArray(dx, oi + j);
        }
    }
}
