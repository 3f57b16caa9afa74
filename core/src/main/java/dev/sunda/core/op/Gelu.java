package dev.sunda.core.op;

/// Gaussian error linear unit and its approximation by `tanh`, with their derivatives.
final class Gelu {
    private static final double SQRT_HALF = 0.7071067811865476;
    /// What the rounded number lacks.
    private static final double SQRT_HALF_REST = -4.833646656726457e-17;
    private static final double DENSITY = 1 / Math.sqrt(2 * Math.PI);
    /// `2 sqrt(2 / pi)` and that times 0.044715 and three times 0.044715.
    private static final double LINEAR = 1.5957691216057308;
    private static final double CUBIC = 0.07135481627260025;
    private static final double SLOPE = 0.21406444881780073;

    private Gelu() {
    }

    static double value(double x) {
        return x == Double.NEGATIVE_INFINITY ? -0.0 : x * distribution(x);
    }

    /// `Phi(x) + x * phi(x)`.
    static double derivative(double x) {
        double e = ErrorFunction.gauss(x * SQRT_HALF, rest(x));
        return e == 0 ? distribution(x) : distribution(x) + x * DENSITY * e;
    }

    /// `erfc(-x / sqrt(2)) / 2`, with the slope of `erfc` for what rounding took from its argument.
    private static double distribution(double x) {
        double z = x * SQRT_HALF;
        double e = ErrorFunction.gauss(z, 0);
        return e == 0 ? 0.5 * ErrorFunction.erfc(-z) : 0.5 * (ErrorFunction.erfc(-z) + 2 / Math.sqrt(Math.PI) * e * rest(x));
    }

    /// What rounding takes from `x / sqrt(2)`.
    private static double rest(double x) {
        return Math.fma(x, SQRT_HALF, -(x * SQRT_HALF)) + x * SQRT_HALF_REST;
    }

    /// With `u = sqrt(2 / pi) * (x + 0.044715 x^3)`: `(1 + tanh u) / 2` is the logistic function of `2 u`.
    static double tanhValue(double x) {
        return x == Double.NEGATIVE_INFINITY ? -0.0 : x * logistic(x);
    }

    /// `s + x s (1 - s) 2 u'` with `s` the logistic function of `2 u`.
    static double tanhDerivative(double x) {
        double s = logistic(x);
        double rest = logistic(-x);                                  // 1 - s
        return s * rest == 0 ? s : s + x * s * rest * Math.fma(x * x, SLOPE, LINEAR);
    }

    private static double logistic(double x) {
        return 1 / (1 + StrictMath.exp(-x * Math.fma(x * x, CUBIC, LINEAR)));
    }
}
