package dev.sunda.core.op;

/// The logarithm of the gamma function and its derivatives, from `StrictMath` and exactly specified arithmetic.
///
/// Error against the exact value: a few ulp for positive arguments, 1e-14 of the larger of 1 and the result for negative ones, between
/// whose poles the functions have roots; `docs/functions.md` has the table. Near 1 and 2, where its logarithm has its roots, the gamma
/// function comes from its power series; far out from the asymptotic series ([NIST Digital Library of Mathematical
/// Functions](https://dlmf.nist.gov), 5.7.3, 5.11.1, 5.11.2 and 25.11.28). In between arguments are moved by the recurrence, negative ones
/// reflected.
final class GammaFunctions {
    /// From here on seven terms of the asymptotic series are enough.
    private static final double LARGE = 10;
    private static final double HALF_LOG_2PI = 0.918938533204672741780;
    /// `B(2 k) / (2 k (2 k - 1))` for `k` from 1.
    private static final double[] STIRLING = {1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360360, 1.0 / 156};
    /// `B(2 k) / (2 k)` for `k` from 1.
    private static final double[] DIGAMMA = {1.0 / 12, -1.0 / 120, 1.0 / 252, -1.0 / 240, 1.0 / 132, -691.0 / 32760, 1.0 / 12};
    /// `B(2 k)` for `k` from 1.
    private static final double[] BERNOULLI = {1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66, -691.0 / 2730, 7.0 / 6, -3617.0 / 510};

    /// `(-1)^k (zeta(k) - 1) / k` for `k` from 2.
    private static final double[] NEAR_TWO = {0.3224670334241132, -0.0673523010531981, 0.020580808427784546, -0.007385551028673986,
        0.0028905103307415234, -0.001192753911703261, 0.0005096695247430425, -0.00022315475845357939, 9.945751278180853e-05,
        -4.492623673813314e-05, 2.050721277567069e-05, -9.439488275268397e-06, 4.374866789907488e-06, -2.039215753801366e-06,
        9.55141213040742e-07, -4.492469198764566e-07, 2.1207184805554665e-07, -1.0043224823968099e-07, 4.7698101693639804e-08,
        -2.2711094608943164e-08, 1.0838659214896955e-08, -5.183475041970047e-09, 2.4836745438024785e-09, -1.1921401405860912e-09,
        5.731367241678862e-10, -2.7595228851242334e-10, 1.330476437424449e-10, -6.4229645638381e-11, 3.1044247747322276e-11};
    /// 1 without Euler's constant.
    private static final double DIGAMMA_2 = 0.42278433509846713940;
    /// The positive root of [#digamma], and what is left of it.
    private static final double ROOT = 1.4616321449683622;
    private static final double ROOT_REST = 9.549995429965697e-17;
    /// So far the root is moved up for its asymptotic series.
    private static final int STEPS = 10;

    private GammaFunctions() {
    }

    /// `log |gamma(x)|`, infinite at 0 and the negative integers. Below 0 from `gamma(x) gamma(1 - x) = pi / sin(pi x)`.
    static double logGamma(double x) {
        if (x == Double.POSITIVE_INFINITY || x <= 0 && x == Math.floor(x))
            return Double.POSITIVE_INFINITY;
        if (x < 0)
            return StrictMath.log(Math.PI / StrictMath.sin(Math.PI * Math.abs(x - Math.rint(x)))) - logGamma(1 - x);
        if (x < 0.5)
            return nearTwo(x) - StrictMath.log1p(x) - StrictMath.log(x);
        if (x < 1.5)
            return nearTwo(x - 1) - StrictMath.log1p(x - 1);
        if (x < LARGE) {
            double product = 1;
            double z = x;
            for (; z >= 2.5; z--)
                product *= z - 1;
            return nearTwo(z - 2) + StrictMath.log(product);
        }
        double correction = HALF_LOG_2PI + series(STIRLING, x) * x;
        return x > 1e300 ? x * (StrictMath.log(x) - 1) : (x - 0.5) * StrictMath.log(x) - x + correction;
    }

    /// `log gamma(2 + z)` for `|z|` up to 1/2.
    private static double nearTwo(double z) {
        double sum = 0;
        for (int k = NEAR_TWO.length - 1; k >= 0; k--)
            sum = (sum + NEAR_TWO[k]) * z;
        return z * (DIGAMMA_2 + sum);
    }

    /// The derivative of [#logGamma]; infinite at 0, NaN at the negative integers. Below 0 from
    /// `digamma(1 - x) - digamma(x) = pi / tan(pi x)`.
    static double digamma(double x) {
        if (x == 0)
            return Math.copySign(Double.POSITIVE_INFINITY, -x);
        if (x < 0 && x == Math.floor(x))
            return Double.NaN;
        if (x < 0)
            return digamma(1 - x) - Math.PI / StrictMath.tan(Math.PI * (x - Math.rint(x)));
        if (x < LARGE)
            return digammaFromRoot(x);
        return x == Double.POSITIVE_INFINITY ? x : StrictMath.log(x) - 0.5 / x - series(DIGAMMA, x);
    }

    /// The difference to the value 0 at the root `r`, of which every part has the sign of `d = x - r`, so that nothing cancels: with
    /// `n = 10` and `z = r + n` it is `sum over k < n of d / ((x + k) (r + k))` and the difference of the asymptotic series at `z + d` and
    /// at `z`, whose parts are `log1p(d / z)`, `d / (2 z (z + d))` and, with `L = log1p(d / z)`, `c[k] z^(-2 k) (e^(-2 k L) - 1)`.
    private static double digammaFromRoot(double x) {
        double d = x - ROOT - ROOT_REST;
        double sum = 0;
        for (int k = STEPS - 1; k >= 0; k--)
            sum += d / (ROOT + k) / (x + k);
        double z = ROOT + STEPS;
        double log = StrictMath.log1p(d / z);
        double rest = 0;
        double power = 1;
        for (int k = 1; k <= DIGAMMA.length; k++) {
            power /= z * z;
            rest += DIGAMMA[k - 1] * power * StrictMath.expm1(-2 * k * log);
        }
        return sum + (log + d / (2 * z * (z + d)) - rest);
    }

    /// `sum over k of c[k] / z^(2 k)`, `k` from 1.
    private static double series(double[] c, double z) {
        double s = 1 / (z * z);
        double sum = 0;
        for (int k = c.length - 1; k >= 0; k--)
            sum = (sum + c[k]) * s;
        return sum;
    }

    /// The derivative of order `n` of [#digamma]: `(-1)^(n + 1) n! zeta(n + 1, x)`.
    static double polygamma(int n, double x) {
        if (n == 0)
            return digamma(x);
        double factorial = 1;
        for (int k = 2; k <= n; k++)
            factorial *= k;
        return (n % 2 == 0 ? -factorial : factorial) * zeta(n + 1, x);
    }

    /// `sum over k from 0 of (x + k)^-s`. Below 0, with `f` the distance to the integer below, the terms up to `f` are those of
    /// `zeta(s, 1 - f)` without the tail `zeta(s, 1 - x)`, their signs turned over for odd `s`.
    private static double zeta(int s, double x) {
        if (x >= 0)
            return zetaOfPositive(s, x);
        double f = x - Math.floor(x);
        double above = f == 0 ? 1 : Math.ceil(x) - x;                // 1 - f, also where that is tiny
        double below = zetaOfPositive(s, above) - zetaOfPositive(s, 1 - x);
        return zetaOfPositive(s, f) + (s % 2 == 0 ? below : -below);
    }

    /// The first terms one by one, the rest by the formula of Euler and Maclaurin.
    private static double zetaOfPositive(int s, double x) {
        double sum = 0;
        double a = x;
        for (; a < LARGE + s; a++)
            sum += StrictMath.pow(a, -s);
        double power = StrictMath.pow(a, -s);
        double factor = power * s / a / 2;                           // s (s + 1) .. (s + 2 k - 2) / (2 k)! * a^(1 - s - 2 k), first k = 1
        double rest = 0;
        for (int k = 1; k <= BERNOULLI.length; k++) {
            rest += BERNOULLI[k - 1] * factor;
            factor *= (s + 2 * k - 1.0) / (2 * k + 1) * (s + 2 * k) / (2 * k + 2) / (a * a);
        }
        return sum + StrictMath.pow(a, 1 - s) / (s - 1) + power / 2 + rest;
    }
}
