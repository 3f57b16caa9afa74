package dev.sunda.core.op;

/// Functions of one double that the JDK does not have, from `StrictMath` and exactly specified arithmetic: the same bits everywhere.
///
/// Error against the exact value: at most 4 ulp; where a sum cancels ([#logit] near 1/2, [#logaddexp] near 0), 2e-16.
final class ScalarMath {
    static final double LN2 = 0.693147180559945309417;
    static final double LN10 = 2.302585092994045684018;
    private static final double SQRT2 = 1.4142135623730950488;
    /// From here on `sqrt(x^2 + 1)` is `x`.
    private static final double LARGE = 0x1p28;

    private ScalarMath() {
    }

    /// Written so that neither branch overflows.
    static double sigmoid(double x) {
        double e = StrictMath.exp(-Math.abs(x));
        return x >= 0 ? 1 / (1 + e) : e / (1 + e);
    }

    /// `log(1 + e^x)`.
    static double softplus(double x) {
        return Math.max(x, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x)));
    }

    /// `log(x / (1 - x))`, of `x` moved into `[eps, 1 - eps]` unless `eps` is negative.
    static double logit(double x, double eps) {
        double z = eps < 0 ? x : x < eps ? eps : x > 1 - eps ? 1 - eps : x;
        return StrictMath.log(z / (1 - z));
    }

    /// As IEEE 754 has it and Java has not: powers of 1 are 1, whatever the exponent, and so are those of -1 with an infinite exponent.
    static double pow(double a, double b) {
        return a == 1 || a == -1 && Double.isInfinite(b) ? 1 : StrictMath.pow(a, b);
    }

    /// Exact for powers of two. The exponent is taken out so that the mantissa lies around 1.
    static double log2(double x) {
        if (!(x > 0 && x < Double.POSITIVE_INFINITY))
            return StrictMath.log(x);
        int tiny = x < Double.MIN_NORMAL ? 54 : 0;
        double scaled = x * (tiny == 0 ? 1 : 0x1p54);
        int exponent = Math.getExponent(scaled);
        double mantissa = Math.scalb(scaled, -exponent);
        if (mantissa > SQRT2) {
            mantissa /= 2;
            exponent++;
        }
        return exponent - tiny + StrictMath.log(mantissa) / LN2;
    }

    /// `log(x + sqrt(x^2 + 1))` without its cancellation.
    static double asinh(double x) {
        double a = Math.abs(x);
        double y = a > LARGE ? StrictMath.log(a) + LN2 : StrictMath.log1p(a + a * a / (1 + Math.sqrt(1 + a * a)));
        return Math.copySign(y, x);
    }

    /// `log(x + sqrt(x^2 - 1))` from the distance to 1, NaN below 1.
    static double acosh(double x) {
        double t = x - 1;
        return x < 1 ? Double.NaN : x > LARGE ? StrictMath.log(x) + LN2 : StrictMath.log1p(t + Math.sqrt(t * (t + 2)));
    }

    /// `log((1 + x) / (1 - x)) / 2`.
    static double atanh(double x) {
        double a = Math.abs(x);
        return Math.copySign(0.5 * StrictMath.log1p(2 * a / (1 - a)), x);
    }

    /// The `x` for which `erf x` is `y`, from the quantile of the normal distribution: `erf(x) = 2 Phi(x sqrt(2)) - 1`.
    static double erfinv(double y) {
        return NormalQuantile.quantile(0.5 * y, 0.5 * (1 - Math.abs(y))) / SQRT2;
    }

    static double trunc(double x) {
        return x < 0 ? Math.ceil(x) : Math.floor(x);
    }

    /// `log(e^a + e^b)`.
    static double logaddexp(double a, double b) {
        return a == b ? a + LN2 : Math.max(a, b) + StrictMath.log1p(StrictMath.exp(-Math.abs(a - b)));
    }

    /// `log2(2^a + 2^b)`.
    static double logaddexp2(double a, double b) {
        return a == b ? a + 1 : Math.max(a, b) + StrictMath.log1p(StrictMath.pow(2, -Math.abs(a - b))) / LN2;
    }

    /// `a log b`, 0 where `a` is 0 and `b` a number.
    static double xlogy(double a, double b) {
        return a == 0 && !Double.isNaN(b) ? 0 : a * StrictMath.log(b);
    }

    /// The remainder of the division rounded down: it has the sign of `b`.
    static double remainder(double a, double b) {
        double r = a % b;
        return r != 0 && r < 0 != b < 0 ? r + b : r;
    }

    /// `a / b` rounded down, from the exact remainder, so that a quotient just below an integer is not rounded up to it first.
    static double floorDivide(double a, double b) {
        if (b == 0)
            return a / b;
        double r = a % b;
        double quotient = (a - r) / b;
        if (r != 0 && r < 0 != b < 0)
            quotient--;
        double floor = Math.floor(quotient);
        return quotient == 0 ? Math.copySign(0, a / b) : quotient - floor > 0.5 ? floor + 1 : floor;
    }
}
