package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.ScalarFunctions64.*;

import dev.sunda.core.op.UnaryOp;

/// [ScalarErf] in double precision; [SimdErf64] runs the identical chains on vectors.
///
/// Error against the exact value: `erf` at most 1 ulp; `gelu` 6 ulp, from 1 on 1.5, its derivative 2 ulp of 1 and below -1.5 8 of its own;
/// `geluTanh` and its derivative 1 ulp of `max(1, |x|)`; the derivative of `erf` 3 ulp.
///
/// All rest on `e^(-y) = 2^n (q - p) / (q + p)` with polynomials `p` and `q` of what the power of two leaves. A square in an exponent is
/// taken once more without rounding, so that small values keep their digits. Powers of two are raised by [#RAISED] until the last
/// multiplication, so that results get as small as the type allows: where `gelu` is subnormal, its error is at most 40 of the smallest.
final class ScalarErf64 {
    /// Below this `erf` is `x + x S(x^2 - 3/4)`: with powers around the middle rounding weighs less.
    static final double ERF_SMALL = 1.25;
    static final double S13 = -3.261873056503397e-12;
    static final double S12 = 4.756471877105382e-11;
    static final double S11 = -6.176137978098987e-10;
    static final double S10 = 7.479197562386387e-09;
    static final double S9 = -8.321155856941802e-08;
    static final double S8 = 8.436952310624351e-07;
    static final double S7 = -7.725334123316527e-06;
    static final double S6 = 6.318505370920715e-05;
    static final double S5 = -0.00045549123891906984;
    static final double S4 = 0.0028472083349676434;
    static final double S3 = -0.01513114470010571;
    static final double S2 = 0.06691888796466305;
    static final double S1 = -0.24458841374655804;
    static final double S0 = -0.10010880203447822;
    static final double SQRT_2 = 1.4142135623730951;
    /// `2 / sqrt(pi)`.
    static final double ERF_SLOPE = 1.1283791670955126;

    /// From here on `a Phi(-a)` and its slope round to 0.
    static final double GAUSS_MOST = 39;
    /// `Phi(-a) = exp(-a^2 / 2) N(a) / D(a)`, fitted to a relative error of 1e-16, 5e-17 up to 1.
    static final double N9 = 1.3518511751325534e-06;
    static final double N8 = 3.653663251029187e-05;
    static final double N7 = 0.00048286806800884716;
    static final double N6 = 0.004039099784069007;
    static final double N5 = 0.023394042728185946;
    static final double N4 = 0.09697516057773167;
    static final double N3 = 0.2877670404116515;
    static final double N2 = 0.5919192851595121;
    static final double N1 = 0.773454614054083;
    static final double N0 = 0.5;
    static final double D10 = 3.3885883786905576e-06;
    static final double D9 = 9.158375610797874e-05;
    static final double D8 = 0.001213759340765733;
    static final double D7 = 0.01021610546762642;
    static final double D6 = 0.05984376296758109;
    static final double D5 = 0.25302202170836186;
    static final double D4 = 0.7775785628403087;
    static final double D3 = 1.7074650321183165;
    static final double D2 = 2.5547133327577;
    static final double D1 = 2.3447937889110286;
    /// `1 / sqrt(2 pi)`.
    static final double DENSITY = 0.3989422804014327;

    /// `-2 sqrt(2 / pi)` and that times 0.044715 and three times 0.044715: exponent of the logistic function, and its slope.
    static final double TANH_LINEAR = -1.5957691216057308;
    static final double TANH_CUBIC = -0.07135481627260025;
    static final double TANH_SLOPE = -0.21406444881780073;
    /// From here on `a / (1 + e^y)` and its slope round to 0.
    static final double GELU_TANH_MOST = 22;

    /// From here on `exp(-a^2)` rounds to 0.
    static final double SQUARE_MOST = 28;

    /// Exponents are higher by so much on the way.
    static final int RAISED = 128;
    static final double LOWER = 0x1p-128;
    /// Added to an exponent's multiple of `1 / ln 2`, leaves the raised and biased power of two in the low bits.
    static final double ROUND_BIASED = ScalarFunctions64.ROUND + RAISED + 1023;

    private ScalarErf64() {
    }

    /// Elements `from` to `n - 1` of [Functions64#erf].
    static void finish(UnaryOp op, double[] x, int xi, double[] y, int yi, int from, int n) {
        switch (op) {
            case ERF -> {
                for (int j = from; j < n; j++)
                    y[yi + j] = erf(x[xi + j]);
            }
            case GELU -> {
                for (int j = from; j < n; j++)
                    y[yi + j] = gelu(x[xi + j]);
            }
            default -> {
                for (int j = from; j < n; j++)
                    y[yi + j] = geluTanh(x[xi + j]);
            }
        }
    }

    /// Elements `from` to `n - 1` of [Functions64#erfSlopes].
    static void finishSlopes(UnaryOp op, double[] kept, int ki, double[] dy, int di, double[] dx, int oi, int from, int n) {
        for (int j = from; j < n; j++)
            dx[oi + j] = dy[di + j] * derivative(op, kept[ki + j]);
    }

    static double derivative(UnaryOp op, double x) {
        return switch (op) {
            case ERF -> erfDerivative(x);
            case GELU -> geluDerivative(x);
            default -> geluTanhDerivative(x);
        };
    }

    // ---------------------------------------------------------------------------------------------------------- pieces

    /// `-min(|x|, most)`.
    private static double minusBounded(double x, double most) {
        double m = Double.longBitsToDouble(Double.doubleToRawLongBits(x) | Long.MIN_VALUE);
        return m < -most ? -most : m;
    }

    /// `p` with `e^r = (q + p) / (q - p)` for `|r| <= ln(2) / 2` and `z = r^2`, see [ScalarFunctions64].
    private static double odd(double r, double z) {
        return Math.fma(Math.fma(z, P2, P1), z, P0) * r;
    }

    private static double even(double z) {
        return Math.fma(Math.fma(Math.fma(z, Q3, Q2), z, Q1), z, Q0);
    }

    /// The same from twice the exponent.
    private static double oddOfHalf(double r, double z) {
        return Math.fma(Math.fma(z, P2 / 32, P1 / 8), z, P0 / 2) * r;
    }

    private static double evenOfHalf(double z) {
        return Math.fma(Math.fma(Math.fma(z, Q3 / 64, Q2 / 16), z, Q1 / 4), z, Q0);
    }

    /// `N(-m)` with `s = m^2`, even and odd powers apart, so that chains stay short.
    private static double numerator(double m, double s) {
        double even = Math.fma(Math.fma(Math.fma(Math.fma(s, N8, N6), s, N4), s, N2), s, N0);
        return Math.fma(Math.fma(Math.fma(Math.fma(Math.fma(s, -N9, -N7), s, -N5), s, -N3), s, -N1), m, even);
    }

    private static double denominator(double m, double s) {
        double even = Math.fma(Math.fma(Math.fma(Math.fma(Math.fma(s, D10, D8), s, D6), s, D4), s, D2), s, 1);
        return Math.fma(Math.fma(Math.fma(Math.fma(Math.fma(s, -D9, -D7), s, -D5), s, -D3), s, -D1), m, even);
    }

    /// The power of two in the low bits of a sum with [#ROUND_BIASED].
    private static double power(double t) {
        return Double.longBitsToDouble(Double.doubleToRawLongBits(t) << 52);
    }

    // ---------------------------------------------------------------------------------------------------------- erf

    /// `1 - 2 Phi(-a sqrt(2))` for large `a = |x|`, with the sign of `x`.
    static double erf(double x) {
        double a = Math.abs(x);
        double m = minusBounded(x, SQUARE_MOST);
        double w = Math.fma(m, m, -0.75);
        double small = Math.fma(Math.fma(Math.fma(Math.fma(w, S13, S12), w, S11), w, S10), w, S9);
        small = Math.fma(Math.fma(Math.fma(Math.fma(small, w, S8), w, S7), w, S6), w, S5);
        small = Math.fma(Math.fma(Math.fma(Math.fma(Math.fma(small, w, S4), w, S3), w, S2), w, S1), w, S0);
        double c = m * SQRT_2;
        double s = c * c;
        double large = Math.fma(numerator(c, s) / denominator(c, s), exponential(x) * (-2 * LOWER), 1);
        double y = a < ERF_SMALL ? Math.fma(small, a, a) : large;
        return Double.longBitsToDouble(Double.doubleToRawLongBits(y) | Double.doubleToRawLongBits(x) & Long.MIN_VALUE);
    }

    private static double erfDerivative(double x) {
        return exponential(x) * (ERF_SLOPE * LOWER);
    }

    /// `exp(-x^2)`, raised.
    private static double exponential(double x) {
        double m = minusBounded(x, SQUARE_MOST);
        double t = Math.fma(m * m, -LOG2_E, ROUND_BIASED);
        double n = t - ROUND_BIASED;
        double r = Math.fma(n, LN2_LOW, Math.fma(m, m, n * LN2_HIGH));
        double z = r * r;
        double p = odd(r, z);
        double q = even(z);
        return (q - p) / (q + p) * power(t);
    }

    // ---------------------------------------------------------------------------------------------------------- gelu

    /// `max(x, 0) - a Phi(-a)` with `a = |x|`.
    static double gelu(double x) {
        double m = minusBounded(x, GAUSS_MOST);
        double s = m * m;
        return Math.fma(numerator(m, s) / denominator(m, s) * gauss(x) * LOWER, m, x < 0 ? 0 : x);
    }

    /// `Phi(x) + x phi(x)`, from `Phi(-a) - a phi(a)`.
    private static double geluDerivative(double x) {
        double m = minusBounded(x, GAUSS_MOST);
        double s = m * m;
        double slope = Math.fma(m, DENSITY, numerator(m, s) / denominator(m, s)) * gauss(x) * LOWER;
        return x < 0 ? slope : 1 - slope;
    }

    /// `exp(-x^2 / 2)`, raised.
    private static double gauss(double x) {
        double m = minusBounded(x, GAUSS_MOST);
        double t = Math.fma(m * m, -0.5 * LOG2_E, ROUND_BIASED);
        double n = t - ROUND_BIASED;
        double r = Math.fma(n, 2 * LN2_LOW, Math.fma(m, m, n * (2 * LN2_HIGH)));
        double z = r * r;
        double p = oddOfHalf(r, z);
        double q = evenOfHalf(z);
        return (q - p) / (q + p) * power(t);
    }

    /// `max(x, 0) - a e / (1 + e)` with `e = exp(-2 u(a))`.
    static double geluTanh(double x) {
        double m = minusBounded(x, GELU_TANH_MOST);
        double y = Math.fma(m * m, TANH_CUBIC, TANH_LINEAR) * m;
        double t = Math.fma(y, -LOG2_E, ROUND_BIASED);
        double n = t - ROUND_BIASED;
        double r = Math.fma(n, LN2_LOW, Math.fma(n, LN2_HIGH, y));
        double z = r * r;
        double p = odd(r, z);
        double q = even(z);
        double e = (q - p) * power(t);
        return Math.fma(e / Math.fma(e, LOWER, q + p) * LOWER, m, x < 0 ? 0 : x);
    }

    /// The slope on the side of the small values, `s (1 - a (1 - s) 2 u'(a))` with `s = e / (1 + e)`, or 1 less it.
    private static double geluTanhDerivative(double x) {
        double m = minusBounded(x, GELU_TANH_MOST);
        double s = m * m;
        double y = Math.fma(s, TANH_CUBIC, TANH_LINEAR) * m;
        double t = Math.fma(y, -LOG2_E, ROUND_BIASED);
        double n = t - ROUND_BIASED;
        double r = Math.fma(n, LN2_LOW, Math.fma(n, LN2_HIGH, y));
        double z = r * r;
        double p = odd(r, z);
        double q = even(z);
        double e = (q - p) * power(t);
        double k = Math.fma(e, LOWER, q + p);
        double inner = Math.fma(Math.fma(s, -TANH_SLOPE, -TANH_LINEAR) * m, q + p, k);
        double slope = e * inner / (k * k) * LOWER;
        return x < 0 ? slope : 1 - slope;
    }
}
