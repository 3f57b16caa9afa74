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
    static final long GAUSS_MOST_BITS = Double.doubleToRawLongBits(-GAUSS_MOST);
    /// `Phi(-a) = exp(-a^2 / 2) N(a) / D(a)`, fitted to a relative error of 1e-16. The first coefficient of `D` is 1, so that an addition
    /// takes the place of a multiplication.
    static final double N9 = 0.39894228040023644;
    static final double N8 = 10.782257514679545;
    static final double N7 = 142.49829546881583;
    static final double N6 = 1191.9712082675205;
    static final double N5 = 6903.772342283039;
    static final double N4 = 28618.158873343775;
    static final double N3 = 84922.39488906316;
    static final double N2 = 174680.19688724983;
    static final double N1 = 228252.74940976064;
    static final double N0 = 147554.06798426592;
    static final double D9 = 27.02711155002225;
    static final double D8 = 358.1902565677695;
    static final double D7 = 3014.8558414091594;
    static final double D6 = 17660.381338705512;
    static final double D5 = 74668.85718534407;
    static final double D4 = 229469.7602488934;
    static final double D3 = 503886.82285988575;
    static final double D2 = 753916.6895640806;
    static final double D1 = 691967.7242761248;
    static final double D0 = 295108.13596853183;
    /// `tanh(r / 4) = r P(r^2) / Q(r^2)` for `|r| <= ln 2`, fitted to a relative error of 1e-17; the first coefficient of `P` is 1.
    static final double H1 = 1681.0916757802468;
    static final double H0 = 242103.4244763138;
    static final double K2 = 60.027283935533;
    static final double K1 = 26899.65207614665;
    static final double K0 = 968413.6979052552;
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
    /// The same, but for an addition to another number's exponent.
    static final double ROUND_RAISED = ScalarFunctions64.ROUND + RAISED;

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

    /// `-min(|x|, GAUSS_MOST)`, also of NaN.
    private static double minusCut(double x) {
        return Double.longBitsToDouble(Math.min(Double.doubleToRawLongBits(x) | Long.MIN_VALUE, GAUSS_MOST_BITS));
    }

    /// `m^2 + n 2 ln 2`, the square unrounded.
    private static double squareLess(double m, double n) {
        return Math.fma(n, 2 * LN2_LOW, Math.fma(m, m, n * (2 * LN2_HIGH)));
    }

    /// `p` with `e^(-r / 2) = (q - p) / (q + p)` for `|r| <= ln 2` and `z = r^2`.
    private static double oddOfTwice(double r, double z) {
        return Math.fma(z + H1, z, H0) * r;
    }

    private static double evenOfTwice(double z) {
        return Math.fma(Math.fma(z, K2, K1), z, K0);
    }

    /// `N(-m)` with `s = m^2`. Coefficients go in pairs: a multiply-add overwrites what it adds, so that a constant there costs a copy.
    private static double numerator(double m, double s) {
        double p = Math.fma(Math.fma(m, -N9, N8), s, Math.fma(m, -N7, N6));
        return Math.fma(Math.fma(Math.fma(p, s, Math.fma(m, -N5, N4)), s, Math.fma(m, -N3, N2)), s, Math.fma(m, -N1, N0));
    }

    private static double denominator(double m, double s) {
        double p = Math.fma(s + Math.fma(m, -D9, D8), s, Math.fma(m, -D7, D6));
        return Math.fma(Math.fma(Math.fma(p, s, Math.fma(m, -D5, D4)), s, Math.fma(m, -D3, D2)), s, Math.fma(m, -D1, D0));
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

    /// `max(x, 0) - a Phi(-a)` with `a = |x|`. The quotient of the exponential and that of `N` and `D` are one.
    static double gelu(double x) {
        double m = minusCut(x);
        double s = m * m;
        double t = Math.fma(s, -0.5 * LOG2_E, ROUND_RAISED);
        double r = squareLess(m, t - ROUND_RAISED);
        double z = r * r;
        double p = oddOfTwice(r, z);
        double q = evenOfTwice(z);
        double ratio = (q - p) * numerator(m, s) / ((q + p) * denominator(m, s));
        double raised = Double.longBitsToDouble(Double.doubleToRawLongBits(ratio) + (Double.doubleToRawLongBits(t) << 52));
        return Math.fma(raised * LOWER, m, x < 0 ? 0 : x);
    }

    /// `Phi(x) + x phi(x)`, from `Phi(-a) - a phi(a)`.
    private static double geluDerivative(double x) {
        double m = minusCut(x);
        double s = m * m;
        double t = Math.fma(s, -0.5 * LOG2_E, ROUND_RAISED);
        double r = squareLess(m, t - ROUND_RAISED);
        double z = r * r;
        double p = oddOfTwice(r, z);
        double q = evenOfTwice(z);
        double d = denominator(m, s);
        double ratio = (q - p) * Math.fma(m, d * DENSITY, numerator(m, s)) / ((q + p) * d);
        double raised = Double.longBitsToDouble(Double.doubleToRawLongBits(ratio) + (Double.doubleToRawLongBits(t) << 52));
        double slope = raised * LOWER;
        return x < 0 ? slope : x >= 0 ? 1 - slope : x;
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
