package dev.sunda.core.op;

/// The error function `erf x = 2 / sqrt(pi) * integral from 0 to x of exp(-t^2)` and its complement `1 - erf x`, in double precision.
///
/// Rational approximations on four intervals of `|x|`, below 0.85 ulp for `erf`. Source: FreeBSD's msun, `s_erf.c`, copyright 1993 by Sun
/// Microsystems, Inc. ("permission to use, copy, modify, and distribute this software is freely granted, provided that this notice is
/// preserved").
public final class ErrorFunction {
    private static final double[] SMALL_P = {1.28379167095512558561e-01, -3.25042107247001499370e-01, -2.84817495755985104766e-02,
        -5.77027029648944159157e-03, -2.37630166566501626084e-05};
    private static final double[] SMALL_Q = {1, 3.97917223959155352819e-01, 6.50222499887672944485e-02, 5.08130628187576562776e-03,
        1.32494738004321644526e-04, -3.96022827877536812320e-06};
    private static final double[] ONE_P = {-2.36211856075265944077e-03, 4.14856118683748331666e-01, -3.72207876035701323847e-01,
        3.18346619901161753674e-01, -1.10894694282396677476e-01, 3.54783043256182359371e-02, -2.16637559486879084300e-03};
    private static final double[] ONE_Q = {1, 1.06420880400844228286e-01, 5.40397917702171048937e-01, 7.18286544141962662868e-02,
        1.26171219808761642112e-01, 1.36370839120290507362e-02, 1.19844998467991074170e-02};
    private static final double[] LARGE_P = {-9.86494403484714822705e-03, -6.93858572707181764372e-01, -1.05586262253232909814e+01,
        -6.23753324503260060396e+01, -1.62396669462573470355e+02, -1.84605092906711035994e+02, -8.12874355063065934246e+01,
        -9.81432934416914548592e+00};
    private static final double[] LARGE_Q = {1, 1.96512716674392571292e+01, 1.37657754143519042600e+02, 4.34565877475229228821e+02,
        6.45387271733267880336e+02, 4.29008140027567833386e+02, 1.08635005541779435134e+02, 6.57024977031928170135e+00,
        -6.04244152148580987438e-02};
    private static final double[] TAIL_P = {-9.86494292470009928597e-03, -7.99283237680523006574e-01, -1.77579549177547519889e+01,
        -1.60636384855821916062e+02, -6.37566443368389627722e+02, -1.02509513161107724954e+03, -4.83519191608651397019e+02};
    private static final double[] TAIL_Q = {1, 3.03380607434824582924e+01, 3.25792512996573918826e+02, 1.53672958608443695994e+03,
        3.19985821950859553908e+03, 2.55305040643316442583e+03, 4.74528541206955367215e+02, -2.24409524465858183362e+01};
    /// `erf(1)` with 24 bits.
    private static final double ERF_ONE = 8.45062911510467529297e-01;

    private ErrorFunction() {
    }

    /// From -1 to 1, odd.
    public static double erf(double x) {
        double a = Math.abs(x);
        if (a < 0.84375)
            return x + x * small(x * x);
        if (a < 1.25)
            return Math.copySign(ERF_ONE + nearOne(a - 1), x);
        if (a < 6)
            return Math.copySign(1 - tail(a), x);
        return Double.isNaN(x) ? x : Math.copySign(1, x);
    }

    /// `1 - erf(x)` without its cancellation, from 0 to 2.
    public static double erfc(double x) {
        double a = Math.abs(x);
        if (a < 0.25)
            return 1 - (x + x * small(x * x));
        if (a < 0.84375)
            return 0.5 - (x * small(x * x) + (x - 0.5));
        if (a < 1.25)
            return x < 0 ? 1 + (ERF_ONE + nearOne(a - 1)) : 1 - ERF_ONE - nearOne(a - 1);
        if (a < 28)
            return x < 0 ? 2 - tail(a) : tail(a);
        return Double.isNaN(x) ? x : x < 0 ? 2 : 0;
    }

    /// `2 / sqrt(pi) e^-(x^2)`, the slope of [#erf].
    static double slope(double x) {
        return 2 / Math.sqrt(Math.PI) * gauss(x, 0);
    }

    /// `e^-(z^2)` of `z = x + rest`, where the rest is some last places of `x`, with what rounding takes from the square.
    static double gauss(double x, double rest) {
        double square = x * x;
        double e = StrictMath.exp(-square);
        return e == 0 ? 0 : e - e * Math.fma(2 * x, rest, Math.fma(x, x, -square));
    }

    /// `e^(x^2) erfc x`. Above 2 by the continued fraction of NIST Digital Library of Mathematical Functions, 7.9.1, from its end:
    /// `1 / sqrt(pi) / (x + 1/2 / (x + 1 / (x + 3/2 / (x + ..))))`.
    static double scaled(double x) {
        if (x < 2)
            return StrictMath.exp(x * x) * erfc(x);
        double fraction = x;
        for (int k = 120; k > 0; k--)
            fraction = x + k / 2.0 / fraction;
        return 1 / Math.sqrt(Math.PI) / fraction;
    }

    private static double small(double square) {
        return polynomial(SMALL_P, square) / polynomial(SMALL_Q, square);
    }

    private static double nearOne(double s) {
        return polynomial(ONE_P, s) / polynomial(ONE_Q, s);
    }

    /// `erfc(a)` for `a` from 1.25 on: `exp(-a^2) / a` times a function of `1 / a^2`. The square is taken in two parts, the first exact.
    private static double tail(double a) {
        double s = 1 / (a * a);
        double r = a < 1 / 0.35 ? polynomial(LARGE_P, s) / polynomial(LARGE_Q, s) : polynomial(TAIL_P, s) / polynomial(TAIL_Q, s);
        double high = Double.longBitsToDouble(Double.doubleToRawLongBits(a) & 0xFFFFFFFF00000000L);
        return StrictMath.exp(-high * high - 0.5625) * StrictMath.exp((high - a) * (high + a) + r) / a;
    }

    private static double polynomial(double[] ascending, double x) {
        double sum = 0;
        for (int i = ascending.length - 1; i >= 0; i--)
            sum = sum * x + ascending[i];
        return sum;
    }
}
