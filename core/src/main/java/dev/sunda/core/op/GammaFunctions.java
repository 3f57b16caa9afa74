package dev.sunda.core.op;

/// The logarithm of the gamma function and its derivatives, from `StrictMath` and exactly specified arithmetic.
///
/// Error against the exact value: 1e-14 of the larger of 1 and the result. Small arguments are raised by the recurrence until the
/// asymptotic series ([NIST Digital Library of Mathematical Functions](https://dlmf.nist.gov), 5.11.1, 5.11.2 and 25.11.28) is exact to a
/// double, negative ones reflected.
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

    private GammaFunctions() {
    }

    /// `log |gamma(x)|`, infinite at 0 and the negative integers. Below 0 from `gamma(x) gamma(1 - x) = pi / sin(pi x)`.
    static double logGamma(double x) {
        if (x == Double.POSITIVE_INFINITY || x <= 0 && x == Math.floor(x))
            return Double.POSITIVE_INFINITY;
        if (x < 0)
            return StrictMath.log(Math.PI / StrictMath.sin(Math.PI * (x - Math.floor(x)))) - logGamma(1 - x);
        double product = 1;
        double z = x;
        for (; z < LARGE; z++)
            product *= z;
        return (z - 0.5) * StrictMath.log(z) - z + HALF_LOG_2PI + series(STIRLING, z) * z - StrictMath.log(product);
    }

    /// The derivative of [#logGamma]; infinite at 0, NaN at the negative integers. Below 0 from
    /// `digamma(1 - x) - digamma(x) = pi / tan(pi x)`.
    static double digamma(double x) {
        if (x == 0)
            return Math.copySign(Double.POSITIVE_INFINITY, -x);
        if (x < 0 && x == Math.floor(x))
            return Double.NaN;
        if (x < 0)
            return digamma(1 - x) - Math.PI / StrictMath.tan(Math.PI * (x - Math.floor(x)));
        double sum = 0;
        double z = x;
        for (; z < LARGE; z++)
            sum += 1 / z;
        return z == Double.POSITIVE_INFINITY ? z : StrictMath.log(z) - 0.5 / z - series(DIGAMMA, z) - sum;
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
        double below = zetaOfPositive(s, 1 - f) - zetaOfPositive(s, 1 - x);
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
