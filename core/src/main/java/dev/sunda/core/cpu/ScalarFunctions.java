package dev.sunda.core.cpu;

/// Exponential, logarithm, hyperbolic tangent and logistic function of one float, as fixed chains of float operations and fused
/// multiply-adds; [SimdFunctions] runs the identical chains on vectors, so both give the same bits.
///
/// Error against the exact value, measured on every 37th float against `StrictMath`: at most 1.0 ulp for `exp`, 0.9 for `log`, 1.6 for
/// `tanh` and for `sigmoid`, subnormal numbers included. Infinities and NaN behave as in `StrictMath`.
/// Polynomials: of `exp` the minimax one of degree 6; of `log` and `tanh` from Moshier, Cephes Mathematical Library, release 2.2 (logf,
/// tanhf).
final class ScalarFunctions {
    /// Adding 1.5 * 2^23 leaves the nearest integer in the low bits of the sum.
    static final float ROUND = 0x1.8p23f;
    static final int ROUND_BITS = 0x4B400000;
    /// The same, the integer raised by the bias of an exponent: its low bits, shifted into place, are a power of two.
    static final float ROUND_POWER = ROUND + 127;
    /// Raised by two biases, for a power of two in two factors.
    static final float ROUND_POWERS = ROUND + 254;
    static final float LOG2_E = 1.44269504088896341f;
    static final float LN2_HIGH = 0.693359375f;
    static final float LN2_LOW = -2.12194440e-4f;
    /// Beyond these `exp` is 0 or infinite.
    static final float EXP_LEAST = -104;
    static final float EXP_MOST = 89;
    /// Below this `e^x - 1` is -1.
    static final float EXPM1_LEAST = -20;
    /// `(e^r - 1 - r) / r^2` for `|r| <= ln(2) / 2`, relative error of `e^r` 2^-29.
    static final float E4 = 0x1.6a23d0p-10f;
    static final float E3 = 0x1.123a20p-7f;
    static final float E2 = 0x1.5558f2p-5f;
    static final float E1 = 0x1.555492p-3f;
    static final float E0 = 0x1.fffffcp-2f;

    /// Bits of the square root of one half: mantissas are taken from there to the square root of two.
    static final int SQRT_HALF_BITS = 0x3F3504F3;
    static final float L8 = 7.0376836292e-2f;
    static final float L7 = -1.1514610310e-1f;
    static final float L6 = 1.1676998740e-1f;
    static final float L5 = -1.2420140846e-1f;
    static final float L4 = 1.4249322787e-1f;
    static final float L3 = -1.6668057665e-1f;
    static final float L2 = 2.0000714765e-1f;
    static final float L1 = -2.4999993993e-1f;
    static final float L0 = 3.3333331174e-1f;

    /// Below this `tanh` is a polynomial, above it comes from `exp`; from the next one on it rounds to 1.
    static final float TANH_SMALL = 0.625f;
    static final float TANH_MOST = 10;
    static final float T4 = -5.70498872745e-3f;
    static final float T3 = 2.06390887954e-2f;
    static final float T2 = -5.37397155531e-2f;
    static final float T1 = 1.33314422036e-1f;
    static final float T0 = -3.33332819422e-1f;

    private ScalarFunctions() {
    }

    /// `e^x = 2^n * e^r` with `n` the integer nearest to `x / ln 2`; the power of two is applied in two halves, so that
    /// subnormal results are rounded once.
    static float exp(float x) {
        float c = x < EXP_LEAST ? EXP_LEAST : x > EXP_MOST ? EXP_MOST : x;
        float t = Math.fma(c, LOG2_E, ROUND_POWERS);
        float s = expMinus1(remainder(c, t - ROUND_POWERS));
        int powers = Float.floatToRawIntBits(t);
        int half = powers >>> 1;
        float power = Float.intBitsToFloat(half << 23);
        return Math.fma(s, power, power) * Float.intBitsToFloat((powers - half) << 23);
    }

    /// `e^x - 1`: with `e^x = 2^n e^r` it is `2^n (e^r - 1) + (2^n - 1)`, at most 2 ulp (1.75 seen, near 1.07).
    static float expm1(float x) {
        if (x > 1)
            return exp(x) - 1;
        float c = x < EXPM1_LEAST ? EXPM1_LEAST : x;
        float t = Math.fma(c, LOG2_E, ROUND_POWER);
        float s = expMinus1(remainder(c, t - ROUND_POWER));
        float power = Float.intBitsToFloat(Float.floatToRawIntBits(t) << 23);
        return Math.fma(s, power, power - 1);
    }

    /// `log(1 + e)` for `e` from 0 to 1: what the sum loses in rounding is given back, divided by the sum.
    static float log1p(float e) {
        float sum = 1 + e;
        return log(sum) + (e - (sum - 1)) / sum;
    }

    /// `log(1 + e^x)`.
    static float softplus(float x) {
        return Math.max(x, 0) + log1p(exp(-Math.abs(x)));
    }

    /// `x - n ln 2`.
    private static float remainder(float x, float n) {
        return Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, x));
    }

    /// `e^r - 1` for `|r| <= ln(2) / 2`.
    private static float expMinus1(float r) {
        float z = r * r;
        float high = Math.fma(z, E4, Math.fma(r, E3, E2));
        return Math.fma(Math.fma(high, z, Math.fma(r, E1, E0)), z, r);
    }

    /// `ln x = e * ln 2 + ln m` with `m` from `sqrt(1/2)` to `sqrt(2)`; subnormal numbers are scaled up first.
    static float log(float x) {
        boolean tiny = x < Float.MIN_NORMAL;
        float scaled = tiny ? x * 0x1p23f : x;
        int bits = Float.floatToRawIntBits(scaled);
        int power = (bits - SQRT_HALF_BITS) >> 23;
        float e = (float) power - (tiny ? 23f : 0f);
        float f = Float.intBitsToFloat(bits - (power << 23)) - 1;
        float z = f * f;
        float p = Math.fma(L8, f, L7);
        p = Math.fma(p, f, L6);
        p = Math.fma(p, f, L5);
        p = Math.fma(p, f, L4);
        p = Math.fma(p, f, L3);
        p = Math.fma(p, f, L2);
        p = Math.fma(p, f, L1);
        p = Math.fma(p, f, L0);
        float y = Math.fma(e, LN2_LOW, p * f * z);
        float result = Math.fma(e, LN2_HIGH, f + Math.fma(-0.5f, z, y));
        if (!(x < Float.POSITIVE_INFINITY))
            result = x;                                              // infinity and NaN
        if (x == 0)
            result = Float.NEGATIVE_INFINITY;
        return x < 0 ? Float.NaN : result;
    }

    /// `tanh x = x + x^3 P(x^2)` near 0; elsewhere, with `e = e^-2|x|`, `1 - 2 e / (1 + e)` with the sign of `x`.
    static float tanh(float x) {
        float a = Math.abs(x);
        float c = (a > TANH_MOST ? TANH_MOST : a) * -2;
        float t = Math.fma(c, LOG2_E, ROUND_POWER);
        float s = expMinus1(remainder(c, t - ROUND_POWER));
        float power = -2 * Float.intBitsToFloat(Float.floatToRawIntBits(t) << 23);
        float minus2e = Math.fma(s, power, power);
        float large = minus2e / Math.fma(minus2e, -0.5f, 1) + 1;
        float z = a * a;
        float p = Math.fma(T4, z, T3);
        p = Math.fma(p, z, T2);
        p = Math.fma(p, z, T1);
        p = Math.fma(p, z, T0);
        float y = a < TANH_SMALL ? Math.fma(p, z * a, a) : large;
        int sign = Float.floatToRawIntBits(x) & Integer.MIN_VALUE;
        return Float.intBitsToFloat(Float.floatToRawIntBits(y) | sign);
    }

    /// `1 / (1 + e^-x)`: with `e = e^-|x|` and `s = e / (1 + e)` it is `1 - s` for `x >= 0`, otherwise `e - e s`, which rounds less
    /// than the quotient.
    static float sigmoid(float x) {
        float e = exp(-Math.abs(x));
        float whole = x >= 0 ? 1 : e;
        return Math.fma(-whole, e / (e + 1), whole);
    }
}
