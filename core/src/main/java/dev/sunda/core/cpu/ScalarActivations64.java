package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.ScalarErf64.LOWER;
import static dev.sunda.core.cpu.ScalarErf64.ROUND_BIASED;
import static dev.sunda.core.cpu.ScalarFunctions64.LN2_HIGH;
import static dev.sunda.core.cpu.ScalarFunctions64.LN2_LOW;
import static dev.sunda.core.cpu.ScalarFunctions64.LOG2_E;
import static dev.sunda.core.cpu.ScalarFunctions64.ROUND;

import dev.sunda.core.op.ParametricOp;
import dev.sunda.core.op.UnaryOp;

/// Activations with exponentials and their derivatives in double precision; [SimdActivations64] runs the identical chains on vectors.
///
/// Error against the exact value, also where results are small: `silu` 2.5 ulp, `mish` 3.5, `logSigmoid` and `softplus` with a `beta` of 1
/// 2, `elu` with parameters of 1 1.5; of the derivatives of `silu` and `mish` 2 ulp of 1, and below -3 3 and 5 ulp of their own; of that of
/// `elu` 1 ulp, of the others 2. What is subnormal is off by one of the smallest numbers, derivatives of `silu` and `mish` by two. Where an
/// argument is infinite and a product of the definition has no value, NaN comes in by a multiplication with 0.
///
/// All rest on `e^r - 1` as a polynomial, for most have a quotient to come anyway. As in [ScalarErf64], powers of two that may get
/// small are raised until the last multiplication.
final class ScalarActivations64 {
    /// Below this an exponential rounds to 0, also when it is multiplied by its exponent.
    static final double LEAST = -760;
    /// Below this `e^x - 1` rounds to -1.
    static final double EXPM1_LEAST = -40;
    /// From here on `tanh(log(1 + e^x))` rounds to 1.
    static final double MISH_MOST = 20;
    /// Leaves a biased power of two in the low bits, see [ScalarErf64#ROUND_BIASED].
    static final double ROUND_POWER = ROUND + 1023;
    /// `(e^r - 1 - r) / r^2` for `|r| <= ln(2) / 2`, relative error of `e^r` 2^-56.
    static final double E9 = 2.5110049895858716e-08;
    static final double E8 = 2.7620090518499427e-07;
    static final double E7 = 2.7557242336680357e-06;
    static final double E6 = 2.4801521290973345e-05;
    static final double E5 = 0.00019841269886591;
    static final double E4 = 0.0013888888917217457;
    static final double E3 = 0.008333333333322207;
    static final double E2 = 0.04166666666662412;
    static final double E1 = 0.16666666666666674;
    static final double E0 = 0.5000000000000001;
    /// `(log(1 + e) - e) / e^2` by powers of `e - 1/2`, relative error of the logarithm 2^-55.
    static final double L19 = 2.8355087043144463e-05;
    static final double L18 = -5.286347070877383e-05;
    static final double L17 = 4.985853100938839e-05;
    static final double L16 = -6.937959922050035e-05;
    static final double L15 = 0.0001265740236993938;
    static final double L14 = -0.00020557270992235555;
    static final double L13 = 0.0003232360598359529;
    static final double L12 = -0.0005163887707174361;
    static final double L11 = 0.0008313692557443107;
    static final double L10 = -0.001344549955286808;
    static final double L9 = 0.0021876459485171682;
    static final double L8 = -0.003585663413315069;
    static final double L7 = 0.0059290116084196424;
    static final double L6 = -0.009909900821507686;
    static final double L5 = 0.016788742490995337;
    static final double L4 = -0.02894318316334088;
    static final double L3 = 0.051083446105390624;
    static final double L2 = -0.09323036636367704;
    static final double L1 = 0.17922493693603728;
    static final double L0 = -0.37813956756734246;

    private ScalarActivations64() {
    }

    // ---------------------------------------------------------------------------------------------------------- pieces

    /// `e^r - 1` for `|r| <= ln(2) / 2`, coefficients in pairs as in [ScalarErf64].
    private static double lessOne(double r) {
        double z = r * r;
        double p = Math.fma(Math.fma(r, E9, E8), z, Math.fma(r, E7, E6));
        p = Math.fma(Math.fma(Math.fma(p, z, Math.fma(r, E5, E4)), z, Math.fma(r, E3, E2)), z, Math.fma(r, E1, E0));
        return Math.fma(p, z, r);
    }

    /// What a multiple of `ln 2` leaves.
    private static double remainder(double x, double n) {
        return Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, x));
    }

    private static double power(double t) {
        return Double.longBitsToDouble(Double.doubleToRawLongBits(t) << 52);
    }

    /// `e^x` from [#LEAST] to [#MISH_MOST], raised.
    private static double raisedExp(double x) {
        double t = Math.fma(x, LOG2_E, ROUND_BIASED);
        double power = power(t);
        return Math.fma(lessOne(remainder(x, t - ROUND_BIASED)), power, power);
    }

    private static double notBelow(double x) {
        return x < LEAST ? LEAST : x;
    }

    private static double minusAbs(double x) {
        return notBelow(Double.longBitsToDouble(Double.doubleToRawLongBits(x) | Long.MIN_VALUE));
    }

    /// `e^-|x|`.
    private static double exp(double x) {
        return raisedExp(minusAbs(x)) * LOWER;
    }

    /// `e^x - 1` for arguments that are not positive.
    private static double expm1(double x) {
        double c = x < EXPM1_LEAST ? EXPM1_LEAST : x;
        double t = Math.fma(c, LOG2_E, ROUND_POWER);
        double power = power(t);
        return Math.fma(lessOne(remainder(c, t - ROUND_POWER)), power, power - 1);
    }

    /// `log(1 + e)` for `e` from 0 to 1.
    private static double log1p(double e) {
        double w = e - 0.5;
        double z = w * w;
        double p = Math.fma(Math.fma(w, L19, L18), z, Math.fma(w, L17, L16));
        p = Math.fma(Math.fma(p, z, Math.fma(w, L15, L14)), z, Math.fma(w, L13, L12));
        p = Math.fma(Math.fma(p, z, Math.fma(w, L11, L10)), z, Math.fma(w, L9, L8));
        p = Math.fma(Math.fma(p, z, Math.fma(w, L7, L6)), z, Math.fma(w, L5, L4));
        p = Math.fma(Math.fma(p, z, Math.fma(w, L3, L2)), z, Math.fma(w, L1, L0));
        return Math.fma(p, e * e, e);
    }

    /// `log(1 + e^x)`.
    private static double softplus(double x) {
        return (x <= 0 ? 0 : x) + log1p(exp(x));
    }

    private static double sigmoid(double x) {
        double e = raisedExp(minusAbs(x));
        double sum = Math.fma(e, LOWER, 1);
        return x >= 0 ? 1 / sum : e / sum * LOWER;
    }

    // ---------------------------------------------------------------------------------------------------------- values

    static double value(UnaryOp op, double x) {
        return switch (op) {
            case SILU -> silu(x);
            case MISH -> mish(x);
            default -> -softplus(-x);
        };
    }

    private static double silu(double x) {
        double m = minusAbs(x);
        double e = raisedExp(m);
        double sum = Math.fma(e, LOWER, 1);
        return x >= 0 ? x / sum : Math.fma(x, 0, m * e) / sum * LOWER;
    }

    /// With `e = e^x` and `p = e (e + 2)`, `tanh(log(1 + e)) = p / (p + 2)`.
    private static double mish(double x) {
        double c = x > MISH_MOST ? MISH_MOST : notBelow(x);
        double e = raisedExp(c);
        double p = e * Math.fma(e, LOWER, 2);
        return x > MISH_MOST ? x : Math.fma(x, 0, c * p) / Math.fma(p, LOWER, 2) * LOWER;
    }

    /// Whether the function is computed here with these parameters: exponents must not be positive.
    static boolean covers(ParametricOp op) {
        return op.kind() == ParametricOp.Kind.SOFTPLUS || op.kind() == ParametricOp.Kind.ELU && op.c() > 0;
    }

    static double value(ParametricOp op, double x) {
        double v = x * (op.kind() == ParametricOp.Kind.ELU ? op.c() : op.a());
        if (op.kind() == ParametricOp.Kind.ELU)
            return x < 0 ? expm1(v) * (op.a() * op.b()) : x * op.b();
        return v > op.b() ? x : softplus(v) / op.a();
    }

    // ---------------------------------------------------------------------------------------------------------- slopes

    static double derivative(UnaryOp op, double x) {
        return switch (op) {
            case SILU -> siluDerivative(x);
            case MISH -> mishDerivative(x);
            default -> sigmoid(-x);
        };
    }

    /// `s (1 + x (1 - s))` with the logistic function `s`; both it and `1 - s` come from `e^-|x|`, so neither loses digits.
    private static double siluDerivative(double x) {
        double m = minusAbs(x);
        double e = raisedExp(m);
        double near = 1 / Math.fma(e, LOWER, 1);
        double far = e * near;
        double factor = Math.fma(x, 0, m);
        return x >= 0 ? near * Math.fma(factor, far * -LOWER, 1) : far * Math.fma(factor, near, 1) * LOWER;
    }

    /// `p / (p + 2) + x 4 e (1 + e) / (p + 2)^2`, see [#mish], with `e / (p + 2)` as a factor of both.
    private static double mishDerivative(double x) {
        double c = x > MISH_MOST ? MISH_MOST : notBelow(x);
        double e = raisedExp(c);
        double more = Math.fma(e, LOWER, 2);
        double inverse = 1 / Math.fma(e * more, LOWER, 2);
        double inner = Math.fma(Math.fma(x, 0, c) * Math.fma(e, 4 * LOWER, 4), inverse, more);
        return x > MISH_MOST ? Math.fma(x, 0, 1) : e * inverse * inner * LOWER;
    }

    static double derivative(ParametricOp op, double x) {
        if (op.kind() == ParametricOp.Kind.ELU)
            return x <= 0 ? exp(x * op.c()) * (op.a() * op.b() * op.c()) : op.b();
        double v = x * op.a();
        return v > op.b() ? 1 : sigmoid(v);
    }
}
