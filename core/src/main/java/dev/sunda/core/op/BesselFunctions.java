package dev.sunda.core.op;

/// Modified Bessel functions of the first kind, of the orders 0 and 1, from `StrictMath` and exactly specified arithmetic.
///
/// Up to 25 the ascending series, whose terms are all positive, beyond the asymptotic one; relative error about 1e-15. Source:
/// [NIST Digital Library of Mathematical Functions](https://dlmf.nist.gov), 10.25.2 and 10.40.1.
public final class BesselFunctions {
    private static final double LARGE = 25;

    private BesselFunctions() {
    }

    /// Order 0.
    public static double i0(double x) {
        double a = Math.abs(x);
        return value(0, a);
    }

    /// `e^-|x|` times order 0.
    static double i0e(double x) {
        double a = Math.abs(x);
        return a <= LARGE ? StrictMath.exp(-a) * series(0, a) : asymptotic(0, a);
    }

    /// Order 1.
    static double i1(double x) {
        double a = Math.abs(x);
        return Math.copySign(1, x) * value(1, a);
    }

    /// `e^-|x|` times order 1.
    static double i1e(double x) {
        double a = Math.abs(x);
        return Math.copySign(1, x) * (a <= LARGE ? StrictMath.exp(-a) * series(1, a) : asymptotic(1, a));
    }

    /// `I1(x) / x`, 1/2 at 0.
    static double ratio(double x) {
        return x == 0 ? 0.5 : i1(x) / x;
    }

    /// The exponential in two halves, of which none overflows before the value does.
    private static double value(int n, double x) {
        if (x <= LARGE)
            return series(n, x);
        return x == Double.POSITIVE_INFINITY ? x : StrictMath.exp(x / 2) * (StrictMath.exp(x / 2) * asymptotic(n, x));
    }

    /// `sum over k of (x / 2)^(2 k + n) / (k! (k + n)!)`.
    private static double series(int n, double x) {
        double square = x * x / 4;
        double term = n == 0 ? 1 : x / 2;
        double sum = term;
        for (int k = 1; term > sum * 0x1p-55; k++) {
            term *= square / (k * (double) (k + n));
            sum += term;
        }
        return sum;
    }

    /// `e^-x I(x)`: `1 / sqrt(2 pi x)` times the sum of products of `((2 j - 1)^2 - 4 n^2) / (8 j x)`.
    private static double asymptotic(int n, double x) {
        double term = 1;
        double sum = 1;
        for (int k = 1; Math.abs(term) > 0x1p-55; k++) {
            term *= ((2.0 * k - 1) * (2 * k - 1) - 4.0 * n * n) / (8 * k * x);
            sum += term;
        }
        return sum / Math.sqrt(2 * Math.PI * x);
    }
}
