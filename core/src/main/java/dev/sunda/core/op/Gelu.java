package dev.sunda.core.op;

/// Gaussian error linear unit and its approximation by `tanh`, with their derivatives.
final class Gelu {
    private static final double SQRT_HALF = Math.sqrt(0.5);
    private static final double DENSITY = 1 / Math.sqrt(2 * Math.PI);
    private static final double SLOPE = Math.sqrt(2 / Math.PI);
    private static final double CUBIC = 0.044715;

    private Gelu() {
    }

    static double value(double x) {
        return x == Double.NEGATIVE_INFINITY ? -0.0 : x * distribution(x);
    }

    /// `Phi(x) + x * phi(x)`.
    static double derivative(double x) {
        double e = StrictMath.exp(-0.5 * x * x);
        return e == 0 ? distribution(x) : distribution(x) + x * DENSITY * e;
    }

    private static double distribution(double x) {
        return 0.5 * ErrorFunction.erfc(-x * SQRT_HALF);
    }

    /// With `u = sqrt(2 / pi) * (x + 0.044715 x^3)`: `(1 + tanh u) / 2` is the logistic function of `2 u`.
    static double tanhValue(double x) {
        return x * logistic(x);
    }

    /// `s + x s (1 - s) 2 u'` with `s` the logistic function of `2 u`.
    static double tanhDerivative(double x) {
        double s = logistic(x);
        double rest = logistic(-x);                                  // 1 - s
        return s * rest == 0 ? s : s + x * s * rest * 2 * SLOPE * (1 + 3 * CUBIC * x * x);
    }

    private static double logistic(double x) {
        return 1 / (1 + StrictMath.exp(-2 * SLOPE * (x + CUBIC * x * x * x)));
    }
}
