package dev.sunda.core.cpu;

import dev.sunda.core.op.UnaryOp;

/// The error function, GELU and their derivatives for one float, as fixed chains of float operations and fused multiply-adds; [SimdErf]
/// runs the identical chains on vectors.
///
/// Error against the exact value: `erf` at most 1.2 ulp; `gelu` 5 ulp for positive arguments, 7 ulp and 6e-8 for negative ones;
/// `geluTanh` 5e-7 of `max(1, |x|)`; the derivatives 5e-7.
/// `erf` is `x + x P(x^2)` for small arguments and `1 - exp(-x P(x))` elsewhere. GELU takes the distribution function of the normal
/// distribution from its tail, `Phi(-a) = exp(-a^2 / 2) * P(a) / Q(a)` with a rational function fitted to a relative error of 5e-9, so that
/// small values keep their digits.
final class ScalarErf {
    static final float ERF_SMALL = 0.921875f;
    /// From here on `erf` is 1.
    static final float ERF_MOST = 4;
    static final float S5 = -5.96761703e-4f;
    static final float S4 = 4.99119423e-3f;
    static final float S3 = -2.67681349e-2f;
    static final float S2 = 1.12819925e-1f;
    static final float S1 = -3.76125336e-1f;
    static final float S0 = 1.28379166e-1f;
    static final float L6 = -1.72853470e-5f;
    static final float L5 = 3.83197126e-4f;
    static final float L4 = -3.88396438e-3f;
    static final float L3 = 2.42546219e-2f;
    static final float L2 = -1.06777877e-1f;
    static final float L1 = -6.34846687e-1f;
    static final float L0 = -1.28717512e-1f;
    /// `2 / sqrt(pi)`.
    static final float ERF_SLOPE = 1.1283791671f;

    /// Beyond this `Phi(-a)` counts as 0; `exp(-a^2 / 2)` is 5e-38 here.
    static final float GAUSS_MOST = 13.1f;
    static final float P4 = 0.004037028644233942f;
    static final float P3 = 0.04009825736284256f;
    static final float P2 = 0.1816464066505432f;
    static final float P1 = 0.436147004365921f;
    static final float P0 = 0.5f;
    static final float Q5 = 0.010119191370904446f;
    static final float Q4 = 0.10051863640546799f;
    static final float Q3 = 0.4652767479419708f;
    static final float Q2 = 1.1958985328674316f;
    static final float Q1 = 1.6701788902282715f;
    /// `e^r = 1 + E1 r + ... + E5 r^5` for `|r| <= ln(2) / 2`, fitted to a relative error of 1e-7.
    static final float E5 = 0.008290272f;
    static final float E4 = 0.04189816f;
    static final float E3 = 0.16667638f;
    static final float E2 = 0.4999913f;
    static final float E1 = 0.99999964f;
    /// `1 / sqrt(2 pi)`.
    static final float DENSITY = 0.3989422804f;

    /// `-2 sqrt(2 / pi)` and that times 0.044715 and three times 0.044715: exponent of the logistic function, and its slope.
    static final float TANH_LINEAR = -1.5957691216f;
    static final float TANH_CUBIC = -0.0713548162726f;
    static final float TANH_SLOPE = -0.2140644488f;
    /// Beyond this the derivative is 0 or 1.
    static final float TANH_MOST = 10;

    private ScalarErf() {
    }

    /// Elements `from` to `n - 1` of [UnaryMath#apply].
    static void finish(UnaryOp op, float[] x, int xi, float[] y, int yi, int from, int n) {
        switch (op) {
            case ERF -> {
                for (int j = from; j < n; j++)
                    y[yi + j] = erf(x[xi + j]);
            }
            case GELU -> {
                for (int j = from; j < n; j++)
                    y[yi + j] = gelu(x[xi + j]);
            }
            default -> {
                for (int j = from; j < n; j++)
                    y[yi + j] = geluTanh(x[xi + j]);
            }
        }
    }

    /// `d * op'(k)`.
    static float slope(UnaryOp op, float k, float d) {
        return d * switch (op) {
            case ERF -> ERF_SLOPE * ScalarFunctions.exp(-k * k);
            case GELU -> geluDerivative(k);
            default -> geluTanhDerivative(k);
        };
    }

    static float erf(float x) {
        float a = Math.abs(x);
        float z = a * a;
        float p = Math.fma(S5, z, S4);
        p = Math.fma(p, z, S3);
        p = Math.fma(p, z, S2);
        p = Math.fma(p, z, S1);
        p = Math.fma(p, z, S0);
        float small = Math.fma(p, a, a);
        float large = 1 - ScalarFunctions.exp(erfExponent(x));
        float y = a < ERF_SMALL ? small : large;
        return Float.intBitsToFloat(Float.floatToRawIntBits(y) | Float.floatToRawIntBits(x) & Integer.MIN_VALUE);
    }

    private static float erfExponent(float x) {
        float t = Math.min(Math.abs(x), ERF_MOST);
        float r = Math.fma(L6, t, L5);
        r = Math.fma(r, t, L4);
        r = Math.fma(r, t, L3);
        r = Math.fma(r, t, L2);
        r = Math.fma(r, t, L1);
        r = Math.fma(r, t, L0);
        return Math.fma(r, t, -t);
    }

    /// `max(x, 0) - a Phi(-a)` with `a = |x|`.
    static float gelu(float x) {
        float m = minusBounded(x);
        float s = m * m;
        return Math.fma(m, tailRatio(m, s) * gauss(m, s), x < 0 ? 0 : x);
    }

    /// `Phi(x) + x phi(x)`, from `Phi(-a) - a phi(a)`.
    static float geluDerivative(float x) {
        float m = minusBounded(x);
        float s = m * m;
        float slope = Math.fma(m, DENSITY, tailRatio(m, s)) * gauss(m, s);
        return x < 0 ? slope : 1 - slope;
    }

    /// `-min(|x|, GAUSS_MOST)`.
    private static float minusBounded(float x) {
        float m = Float.intBitsToFloat(Float.floatToRawIntBits(x) | Integer.MIN_VALUE);
        return m < -GAUSS_MOST ? -GAUSS_MOST : m;
    }

    /// `exp(-m^2 / 2)` from `m` and `s = m^2` for `m` from minus [#GAUSS_MOST] on, so that the result is a normal number. The power of two
    /// follows from `s`; what is left of the exponent, times -2, is `r`, for which the square is taken once more without rounding.
    private static float gauss(float m, float s) {
        float t = Math.fma(s, -0.5f * ScalarFunctions.LOG2_E, ScalarFunctions.ROUND);
        float n = t - ScalarFunctions.ROUND;
        float r = Math.fma(n, 2 * ScalarFunctions.LN2_LOW, Math.fma(m, m, n * (2 * ScalarFunctions.LN2_HIGH)));
        float z = r * r;
        float high = Math.fma(z, Math.fma(r, E5 / -32, E4 / 16), Math.fma(r, E3 / -8, E2 / 4));
        float e = Math.fma(z, high, Math.fma(r, E1 / -2, 1));
        return Float.intBitsToFloat(Float.floatToRawIntBits(e) + (Float.floatToRawIntBits(t) << 23));
    }

    /// `Phi(m) / exp(-s / 2)` with `s = m^2`: `P(-m) / Q(-m)`, even and odd powers apart, so that chains stay short.
    private static float tailRatio(float m, float s) {
        float p = Math.fma(s, Math.fma(s, P4, Math.fma(m, -P3, P2)), Math.fma(m, -P1, P0));
        float q = Math.fma(s, Math.fma(s, Math.fma(m, -Q5, Q4), Math.fma(m, -Q3, Q2)), Math.fma(m, -Q1, 1));
        return p / q;
    }

    static float geluTanh(float x) {
        return x == Float.NEGATIVE_INFINITY ? -0f : x * (1 / (ScalarFunctions.exp(x * Math.fma(x * x, TANH_CUBIC, TANH_LINEAR)) + 1));
    }

    static float geluTanhDerivative(float x) {
        float c = Math.min(Math.max(x, -TANH_MOST), TANH_MOST);
        float z = c * c;
        float e = ScalarFunctions.exp(c * Math.fma(z, TANH_CUBIC, TANH_LINEAR));
        float s = 1 / (e + 1);
        float slope = c * Math.fma(z, TANH_SLOPE, TANH_LINEAR);
        return Math.fma(-slope, s * (e * s), s);
    }
}
