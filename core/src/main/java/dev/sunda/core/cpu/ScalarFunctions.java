package dev.sunda.core.cpu;

/// Exponential, logarithm, hyperbolic tangent and logistic function of one float, as fixed chains of float operations and fused
/// multiply-adds; [SimdFunctions] runs the identical chains on vectors, so both give the same bits.
///
/// Error against the exact value, measured on every 37th float against `StrictMath`: at most 1.1 ulp for `exp`, 0.9 for `log`, 1.6 for
/// `tanh` and for `sigmoid`, subnormal numbers included. Infinities and NaN behave as in `StrictMath`.
/// Polynomials: Moshier, Cephes Mathematical Library, release 2.2 (expf, logf, tanhf).
final class ScalarFunctions {
    /// Adding 1.5 * 2^23 leaves the nearest integer in the low bits of the sum.
    static final float ROUND = 0x1.8p23f;
    static final int ROUND_BITS = 0x4B400000;
    static final float LOG2_E = 1.44269504088896341f;
    static final float LN2_HIGH = 0.693359375f;
    static final float LN2_LOW = -2.12194440e-4f;
    /// Beyond these `exp` is 0 or infinite.
    static final float EXP_LEAST = -104;
    static final float EXP_MOST = 89;
    static final float E5 = 1.9875691500e-4f;
    static final float E4 = 1.3981999507e-3f;
    static final float E3 = 8.3334519073e-3f;
    static final float E2 = 4.1665795894e-2f;
    static final float E1 = 1.6666665459e-1f;
    static final float E0 = 5.0000001201e-1f;

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

    /// Below this `tanh` is a polynomial, above it comes from `exp`.
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
        float c = Math.min(Math.max(x, EXP_LEAST), EXP_MOST);
        float t = Math.fma(c, LOG2_E, ROUND);
        float n = t - ROUND;
        float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, c));
        float p = Math.fma(E5, r, E4);
        p = Math.fma(p, r, E3);
        p = Math.fma(p, r, E2);
        p = Math.fma(p, r, E1);
        p = Math.fma(p, r, E0);
        p = Math.fma(p, r * r, r) + 1;
        int power = Float.floatToRawIntBits(t) - ROUND_BITS;
        int half = power >> 1;
        return p * Float.intBitsToFloat((half + 127) << 23) * Float.intBitsToFloat((power - half + 127) << 23);
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

    /// `tanh x = x + x^3 P(x^2)` near 0, `1 - 2 / (e^2|x| + 1)` with the sign of `x` elsewhere.
    static float tanh(float x) {
        float a = Math.abs(x);
        float z = a * a;
        float p = Math.fma(T4, z, T3);
        p = Math.fma(p, z, T2);
        p = Math.fma(p, z, T1);
        p = Math.fma(p, z, T0);
        float small = Math.fma(p, z * a, a);
        float c = Math.min(a, TANH_MOST);
        float large = 1 - 2 / (exp(c + c) + 1);
        float y = a < TANH_SMALL ? small : large;
        int sign = Float.floatToRawIntBits(x) & Integer.MIN_VALUE;
        return Float.intBitsToFloat(Float.floatToRawIntBits(y) | sign);
    }

    /// `1 / (1 + e^-x)`, written so that neither branch overflows. The quotient is corrected by its own remainder and by what
    /// the rounding of `1 + e` lost.
    static float sigmoid(float x) {
        float e = exp(-Math.abs(x));
        float numerator = x < 0 ? e : 1;
        float d = e + 1;
        float lost = e - (d - 1);
        float inverse = 1 / d;
        float q = numerator * inverse;
        float rest = Math.fma(-q, lost, Math.fma(-q, d, numerator));
        return Math.fma(rest, inverse, q);
    }
}
