package dev.sunda.core.op;

/// The inverse of the standard normal distribution function, which turns uniform random numbers into normal ones.
///
/// Rational approximations on three ranges, relative error about 1e-16. Uses only exactly specified operations
/// (`StrictMath.log`, `Math.sqrt` and arithmetic without fma), so every backend that calls it draws the same bits.
/// Source: Wichura 1988, Algorithm AS 241 (PPND16): The Percentage Points of the Normal Distribution, doi:10.2307/2347330.
public final class NormalQuantile {
    private NormalQuantile() {
    }

    /// A standard normal number from 64 random bits: `quantile((b + 0.5) / 2^52)`, `b` being the upper 52 bits.
    ///
    /// With 52 bits the sum is exact, so the argument stays strictly between 0 and 1 and lies symmetric about 1/2; the result
    /// is always finite, at most 8.21 in magnitude.
    public static double fromBits(long bits) {
        return quantile(((bits >>> 12) + 0.5) * 0x1p-52);
    }

    /// The number `x` for which a standard normal variable is below `x` with probability `u`; `-inf` at 0, `inf` at 1, NaN outside.
    public static double quantile(double u) {
        double q = u - 0.5;
        return quantile(q, q < 0 ? u : 1 - u);
    }

    /// The same for a probability given by its distance from one half and from the nearer of 0 and 1, which keeps the digits of both.
    static double quantile(double q, double tail) {
        if (Math.abs(q) <= 0.425)
            return central(q);
        if (tail == 0)
            return q < 0 ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        double r = Math.sqrt(-StrictMath.log(tail));
        double x = r <= 5 ? intermediate(r - 1.6) : far(r - 5);
        return q < 0 ? -x : x;
    }

    /// For `u` from 0.075 to 0.925.
    private static double central(double q) {
        double r = 0.180625 - q * q;
        double num = (((((((2.5090809287301226727e+3 * r
                + 3.3430575583588128105e+4) * r
                + 6.7265770927008700853e+4) * r
                + 4.5921953931549871457e+4) * r
                + 1.3731693765509461125e+4) * r
                + 1.9715909503065514427e+3) * r
                + 1.3314166789178437745e+2) * r
                + 3.3871328727963666080e+0) * q;
        double den = ((((((5.2264952788528545610e+3 * r
                + 2.8729085735721942674e+4) * r
                + 3.9307895800092710610e+4) * r
                + 2.1213794301586595867e+4) * r
                + 5.3941960214247511077e+3) * r
                + 6.8718700749205790830e+2) * r
                + 4.2313330701600911252e+1) * r
                + 1.0;
        return num / den;
    }

    /// For tails from `exp(-25)` to 0.075; `r = sqrt(-log(tail)) - 1.6`.
    private static double intermediate(double r) {
        double num = ((((((7.74545014278341407640e-4 * r
                + 2.27238449892691845833e-2) * r
                + 2.41780725177450611770e-1) * r
                + 1.27045825245236838258e+0) * r
                + 3.64784832476320460504e+0) * r
                + 5.76949722146069140550e+0) * r
                + 4.63033784615654529590e+0) * r
                + 1.42343711074968357734e+0;
        double den = ((((((1.05075007164441684324e-9 * r
                + 5.47593808499534494600e-4) * r
                + 1.51986665636164571966e-2) * r
                + 1.48103976427480074590e-1) * r
                + 6.89767334985100004550e-1) * r
                + 1.67638483018380384940e+0) * r
                + 2.05319162663775882187e+0) * r
                + 1.0;
        return num / den;
    }

    /// For smaller tails; `r = sqrt(-log(tail)) - 5`.
    private static double far(double r) {
        double num = ((((((2.01033439929228813265e-7 * r
                + 2.71155556874348757815e-5) * r
                + 1.24266094738807843860e-3) * r
                + 2.65321895265761230930e-2) * r
                + 2.96560571828504891230e-1) * r
                + 1.78482653991729133580e+0) * r
                + 5.46378491116411436990e+0) * r
                + 6.65790464350110377720e+0;
        double den = ((((((2.04426310338993978564e-15 * r
                + 1.42151175831644588870e-7) * r
                + 1.84631831751005468180e-5) * r
                + 7.86869131145613259100e-4) * r
                + 1.48753612908506148525e-2) * r
                + 1.36929880922735805310e-1) * r
                + 5.99832206555887937690e-1) * r
                + 1.0;
        return num / den;
    }
}
