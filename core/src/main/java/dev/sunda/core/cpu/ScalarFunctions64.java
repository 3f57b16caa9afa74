package dev.sunda.core.cpu;

import dev.sunda.core.op.UnaryOp;

/// [ScalarFunctions] in double precision; [SimdFunctions64] runs the identical chains on vectors.
///
/// Difference from `StrictMath`, measured on four million numbers of all sizes: at most 2 ulp for `exp`, 1 for `log`, 3 for `sigmoid`, 4
/// for `tanh`. Infinities and NaN behave as there.
/// `StrictMath` itself is exact to 1 ulp and some ten times slower; `Math` may give other bits once it has been compiled. Quotients of
/// polynomials: Moshier, Cephes Mathematical Library, release 2.2 (exp, log).
final class ScalarFunctions64 implements Functions64 {
    /// Adding 1.5 * 2^52 leaves the nearest integer in the low bits of the sum.
    static final double ROUND = 0x1.8p52;
    /// The same, raised by two biases of an exponent, for a power of two in two factors.
    static final double ROUND_POWERS = ROUND + 2046;
    static final double LOG2_E = 1.4426950408889634073599;
    static final double LN2_HIGH = 6.93145751953125e-1;
    static final double LN2_LOW = 1.42860682030941723212e-6;
    /// Beyond these `exp` is 0 or infinite.
    static final double EXP_LEAST = -746;
    static final double EXP_MOST = 710;
    static final double P2 = 1.26177193074810590878e-4;
    static final double P1 = 3.02994407707441961300e-2;
    static final double P0 = 9.99999999999999999910e-1;
    static final double Q3 = 3.00198505138664455042e-6;
    static final double Q2 = 2.52448340349684104192e-3;
    static final double Q1 = 2.27265548208155028766e-1;
    static final double Q0 = 2.00000000000000000005;

    /// Bits of the square root of one half less those of 1: mantissas are taken from there to the square root of two.
    static final long LEAST_MANTISSA = 0x3FE6A09E667F3BCDL - 0x3FF0000000000000L;
    static final long ROUND_BITS = 0x4338000000000000L;
    static final double LOG_LN2_HIGH = 0.693359375;
    static final double LOG_LN2_LOW = -2.121944400546905827679e-4;
    static final double A5 = 1.01875663804580931796e-4;
    static final double A4 = 4.97494994976747001425e-1;
    static final double A3 = 4.70579119878881725854;
    static final double A2 = 1.44989225341610930846e1;
    static final double A1 = 1.79368678507819816313e1;
    static final double A0 = 7.70838733755885391666;
    static final double B4 = 1.12873587189167450590e1;
    static final double B3 = 4.52279145837532221105e1;
    static final double B2 = 8.29875266912776603211e1;
    static final double B1 = 7.11544750618563894466e1;
    static final double B0 = 2.31251620126765340583e1;
    /// From here on `tanh` rounds to 1.
    static final double TANH_MOST = 20;

    @Override
    public void exp(double[] x, int xi, double shift, double[] y, int yi, int n) {
        finishExp(x, xi, shift, y, yi, 0, n);
    }

    @Override
    public void log(double[] x, int xi, double[] y, int yi, int n) {
        for (int j = 0; j < n; j++)
            y[yi + j] = log(x[xi + j]);
    }

    @Override
    public void tanh(double[] x, int xi, double[] y, int yi, int n) {
        for (int j = 0; j < n; j++)
            y[yi + j] = tanh(x[xi + j]);
    }

    @Override
    public void sigmoid(double[] x, int xi, double[] y, int yi, int n) {
        for (int j = 0; j < n; j++)
            y[yi + j] = sigmoid(x[xi + j]);
    }

    @Override
    public void erf(UnaryOp op, double[] x, int xi, double[] y, int yi, int n) {
        ScalarErf64.finish(op, x, xi, y, yi, 0, n);
    }

    @Override
    public void erfSlopes(UnaryOp op, double[] kept, int ki, double[] dy, int di, double[] dx, int oi, int n) {
        ScalarErf64.finishSlopes(op, kept, ki, dy, di, dx, oi, 0, n);
    }

    static void finishExp(double[] x, int xi, double shift, double[] y, int yi, int from, int n) {
        for (int j = from; j < n; j++)
            y[yi + j] = exp(x[xi + j] - shift);
    }

    /// `e^x = 2^n * e^r`, the power of two in two factors.
    static double exp(double x) {
        double c = x < EXP_LEAST ? EXP_LEAST : x > EXP_MOST ? EXP_MOST : x;
        double t = Math.fma(c, LOG2_E, ROUND_POWERS);
        double s = expMinus1(remainder(c, t - ROUND_POWERS));
        long powers = Double.doubleToRawLongBits(t);
        long half = powers >>> 1;
        double power = Double.longBitsToDouble(half << 52);
        return Math.fma(s, power, power) * Double.longBitsToDouble((powers - half) << 52);
    }

    private static double remainder(double x, double n) {
        return Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, x));
    }

    /// `e^r - 1 = 2 r P / (Q - r P)` for `|r| <= ln(2) / 2`, `P` and `Q` polynomials of `r^2`.
    private static double expMinus1(double r) {
        double z = r * r;
        double p = Math.fma(Math.fma(z, P2, P1), z, P0) * r;
        double q = Math.fma(Math.fma(Math.fma(z, Q3, Q2), z, Q1), z, Q0) - p;
        return (p + p) / q;
    }

    /// `ln x = e * ln 2 + ln m` with `m` from `sqrt(1/2)` to `sqrt(2)`; subnormal numbers are scaled up first.
    static double log(double x) {
        boolean tiny = x < Double.MIN_NORMAL;
        long bits = Double.doubleToRawLongBits(tiny ? x * 0x1p52 : x);
        long power = ((bits - LEAST_MANTISSA) >>> 52) - 1023;
        double e = (double) power - (tiny ? 52.0 : 0.0);
        double f = Double.longBitsToDouble(bits - (power << 52)) - 1;
        double z = f * f;
        double p = Math.fma(Math.fma(Math.fma(Math.fma(Math.fma(A5, f, A4), f, A3), f, A2), f, A1), f, A0);
        double q = Math.fma(Math.fma(Math.fma(Math.fma(f + B4, f, B3), f, B2), f, B1), f, B0);
        double y = Math.fma(e, LOG_LN2_LOW, z * f * p / q);
        double result = Math.fma(e, LOG_LN2_HIGH, f + Math.fma(-0.5, z, y));
        if (!(x < Double.POSITIVE_INFINITY))
            result = x;                                              // infinity and NaN
        if (x == 0)
            result = Double.NEGATIVE_INFINITY;
        return x < 0 ? Double.NaN : result;
    }

    /// With `h = (1 - e^-2|x|) / 2`: `tanh |x| = h / (1 - h)`, taken as `h + h * (h / (1 - h))`, with the sign of `x`.
    static double tanh(double x) {
        double a = Math.abs(x);
        double c = (a > TANH_MOST ? TANH_MOST : a) * -2;
        double t = Math.fma(c, LOG2_E, ROUND_POWERS);
        double s = expMinus1(remainder(c, t - ROUND_POWERS));
        double power = Double.longBitsToDouble((Double.doubleToRawLongBits(t) - 1023) << 52);
        double h = Math.fma(power, s, power - 1) * -0.5;
        double y = Math.fma(h, h / (1 - h), h);
        return Double.longBitsToDouble(Double.doubleToRawLongBits(y) | Double.doubleToRawLongBits(x) & Long.MIN_VALUE);
    }

    /// As in [ScalarFunctions#sigmoid].
    static double sigmoid(double x) {
        double e = exp(-Math.abs(x));
        double whole = x >= 0 ? 1 : e;
        return Math.fma(whole, e / (-1 - e), whole);
    }
}
