package dev.sunda.core.cpu;

import java.util.Arrays;

/// Numbers of 0 or more whose powers of two have a double of their own, so that products of many probabilities neither vanish nor lose
/// digits: `factor * 2^power` with a factor from 1 to below 2 and a whole power. 0 has the power minus infinity and NaN the power NaN.
///
/// Sums and products cost a few instructions, where those of logarithms need exponentials.
final class WideDoubles {
    /// What is smaller than this beside another number is left out.
    private static final double LEAST_POWER = -1000;
    /// Exponentials of numbers up to this size are doubles.
    private static final double LARGEST = 700;
    private static final double LN2 = StrictMath.log(2);
    private static final long FRACTION = (1L << 52) - 1;
    private static final long ONE = Double.doubleToRawLongBits(1);

    private final double[] factors;
    private final double[] powers;

    /// Zeros.
    WideDoubles(int n) {
        factors = new double[n];
        powers = new double[n];
        Arrays.fill(powers, Double.NEGATIVE_INFINITY);
    }

    /// `e^x` of all elements, which are changed.
    static WideDoubles exp(double[] x) {
        var result = new WideDoubles(x.length);
        for (int i = 0; i < x.length; i++) {
            boolean isDouble = Math.abs(x[i]) < LARGEST || x[i] == Double.NEGATIVE_INFINITY;
            result.powers[i] = isDouble ? 0 : Math.rint(x[i] / LN2);
            if (!isDouble)
                x[i] -= result.powers[i] * LN2;
        }
        Functions64.CHOSEN.exp(x, 0, 0, x, 0, x.length);
        for (int i = 0; i < x.length; i++)
            result.put(i, x[i], result.powers[i]);
        return result;
    }

    /// Element `i` becomes `factor * 2^power`.
    ///
    /// @param factor 0, NaN, or any number that is not subnormal
    private void put(int i, double factor, double power) {
        if (factor > 0) {
            long bits = Double.doubleToRawLongBits(factor);
            factors[i] = Double.longBitsToDouble(bits & FRACTION | ONE);
            powers[i] = power + ((bits >>> 52) - 1023);
        } else {
            factors[i] = factor;
            powers[i] = factor == 0 ? Double.NEGATIVE_INFINITY : Double.NaN;
        }
    }

    /// Element `i` becomes 1.
    void putOne(int i) {
        put(i, 1, 0);
    }

    /// Element `i` becomes element `a` of `x`.
    void put(int i, WideDoubles x, int a) {
        factors[i] = x.factors[a];
        powers[i] = x.powers[a];
    }

    /// Element `i` becomes element `a` of `x` times element `b` of `y`.
    void putProduct(int i, WideDoubles x, int a, WideDoubles y, int b) {
        put(i, x.factors[a] * y.factors[b], x.powers[a] + y.powers[b]);
    }

    /// Element `i` becomes the sum of elements `a`, `b` and `c` of `x`.
    void putSum(int i, WideDoubles x, int a, int b, int c) {
        double top = x.top(a, b, c);
        put(i, x.sum(a, b, c, top), top);
    }

    /// Element `i` becomes the sum of elements `a` and `b` of `x`.
    void putSum(int i, WideDoubles x, int a, int b) {
        double top = x.powers[a] > x.powers[b] ? x.powers[a] : x.powers[b];
        put(i, x.scaled(a, top) + x.scaled(b, top), top);
    }

    /// Element `i` becomes the sum of elements `a` and `b` of `x`, times element `d` of `y`.
    void putSumTimes(int i, WideDoubles x, int a, int b, WideDoubles y, int d) {
        double top = x.powers[a] > x.powers[b] ? x.powers[a] : x.powers[b];
        put(i, (x.scaled(a, top) + x.scaled(b, top)) * y.factors[d], top + y.powers[d]);
    }

    /// Element `i` becomes the sum of elements `a`, `b` and `c` of `x`, times element `d` of `y`.
    void putSumTimes(int i, WideDoubles x, int a, int b, int c, WideDoubles y, int d) {
        double top = x.top(a, b, c);
        put(i, x.sum(a, b, c, top) * y.factors[d], top + y.powers[d]);
    }

    /// The largest power; one that is NaN need not be seen, its factor is NaN, too.
    private double top(int a, int b, int c) {
        double larger = powers[a] > powers[b] ? powers[a] : powers[b];
        return larger > powers[c] ? larger : powers[c];
    }

    /// In units of `2^top`.
    private double sum(int a, int b, int c, double top) {
        return scaled(a, top) + scaled(b, top) + scaled(c, top);
    }

    private double scaled(int i, double top) {
        return factors[i] * power(powers[i] - top);
    }

    /// `2^n`, or 0 if that is too small or `n` is NaN.
    private static double power(double n) {
        return n > LEAST_POWER ? Double.longBitsToDouble((long) n + 1023 << 52) : 0;
    }

    /// Element `a` of `x` times element `b` of `y`, divided by element `c` of `z`.
    static double quotient(WideDoubles x, int a, WideDoubles y, int b, WideDoubles z, int c) {
        return x.factors[a] * y.factors[b] / z.factors[c] * power(x.powers[a] + y.powers[b] - z.powers[c]);
    }

    double log(int i) {
        return powers[i] > LEAST_POWER && powers[i] < -LEAST_POWER ? StrictMath.log(factors[i] * power(powers[i]))
                : StrictMath.log(factors[i]) + powers[i] * LN2;
    }
}
