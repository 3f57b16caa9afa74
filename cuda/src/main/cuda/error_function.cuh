// The complementary error function and what belongs to it in float32, where the CPU computes in double. Polynomials are minimax fits of our
// own.
#pragma once
#include "math.cuh"

// e^(high + low) = (1 + rest) 2^n, for |high| up to 340. The power comes in four factors, so that none of them overflows.
struct Exponential {
    float rest;
    float quarter;    // 2^(n / 4), rounded down
    float last;       // what is left of 2^n

    __device__ __forceinline__ Exponential(float high, float low) {
        constexpr float round = F_ROUND + 508;
        float c = high > -340.0f ? high < 340.0f ? high : 340.0f : -340.0f;    // of NaN the low part is NaN, too
        float t = fmaf(c, F_LOG2_E, round);
        float n = t - round;
        rest = exp_minus_1(fmaf(n, -F_LN2_HIGH, c) + fmaf(n, -F_LN2_LOW, low));
        int powers = __float_as_int(t) & 0x3FF;
        int fourth = powers >> 2;
        quarter = __int_as_float(fourth << 23);
        last = __int_as_float((powers - 3 * fourth) << 23);
    }

    // c y e^(high + low), without overflow on the way. A y below 2^-100 that grows is lifted until it has, so that it keeps its digits.
    __device__ __forceinline__ float times(float c, float y) const {
        if (quarter < 1 || quarter == 1 && last == 1) {
            bool large = fabsf(y) > 1;
            return times_rest(large ? 0.25f * y : c * y) * quarter * quarter * quarter * last * (large ? 4 * c : 1);
        }
        float lift = fabsf(y) < 0x1p-100f ? 0x1p24f : 1.0f, back = 4 / lift;
        float product = times_rest(y * lift * quarter * quarter * quarter * (0.25f * c));
        return quarter < 0x1p10f ? product * last * back : product * back * last;
    }

private:
    __device__ __forceinline__ float times_rest(float y) const {
        return fabsf(y) < INFINITY && y != 0 ? fmaf(y, rest, y) : y * (1 + rest);
    }
};

// e to a number beyond them is infinite or 0 in double precision, too.
constexpr float OVERFLOW = 709.78f, UNDERFLOW = -745.13f;

// e^(factor x^2) for a factor of -1, 1 or 1/2. From |x| = 18.4 on its product with a finite float, not 0, is 0 or infinite, whatever it is.
__device__ __forceinline__ Exponential exponential_of_square(float x, float factor) {
    float a = minimum(fabsf(x), 18.4f);
    float square = a * a;
    Exponential e(factor * square, factor * fmaf(a, a, -square));
    if (factor * x * x > OVERFLOW)
        e.last = INFINITY;
    if (factor * x * x < UNDERFLOW)
        e.last = 0;
    return e;
}

// Where 0, `middle` and infinity become -1, 0 and 1.
__device__ __forceinline__ float toward_infinity(float a, float middle) {
    return (a - middle) / (a + middle);
}

// e^(a^2) erfc a for a from 0 to 10^18, as the sum of a number and what rounding took from it: (1 + 2 a) times it is a polynomial.
__device__ __forceinline__ float scaled_erfc(float a, float& low) {
    float t = toward_infinity(a, 2);
    float p = fmaf(0x1.fc1cd8p-15f, t, 0x1.55e38ep-13f);
    p = fmaf(p, t, -0x1.6fb884p-12f);
    p = fmaf(p, t, -0x1.6f71a4p-10f);
    p = fmaf(p, t, 0x1.3d6adp-10f);
    p = fmaf(p, t, 0x1.1ceaaap-7f);
    p = fmaf(p, t, -0x1.06afdp-7f);
    p = fmaf(p, t, -0x1.bc1fd2p-5f);
    p = fmaf(p, t, 0x1.4ff904p-3f);
    p = fmaf(p, t, -0x1.5407e6p-3f);
    p = fmaf(p, t, -0x1.7bf5dcp-4f);
    float first = p * t;
    float half = 0x1.46e80ep+0f + first;
    float lost = first - (half - 0x1.46e80ep+0f) + fmaf(p, t, -first);
    float d = fmaf(2, a, 1);
    float high = half / d;
    float d_lost = a < 0.5f ? fmaf(2, a, 1 - d) : 1 - fmaf(-2, a, d);
    low = (fmaf(-high, d, half) + lost - high * d_lost) / d;
    return high;
}

constexpr float SMALL = 0.46875f;    // below it erfc is 1 - erf, and larger than erf

// erf(x) for a small x.
__device__ __forceinline__ float erf_of_small(float x) {
    float z = x * x;
    float p = fmaf(-5.96761703e-4f, z, 4.99119423e-3f);
    p = fmaf(p, z, -2.67681349e-2f);
    p = fmaf(p, z, 1.12819925e-1f);
    p = fmaf(p, z, -3.76125336e-1f);
    p = fmaf(p, z, 1.28379166e-1f);
    return fmaf(p, x, x);
}

__device__ __forceinline__ float sunda_erfc(float x) {
    float a = minimum(fabsf(x), 12.0f);
    if (a < SMALL)
        return 1 - erf_of_small(x);
    float low;
    float high = scaled_erfc(a, low);
    Exponential e = exponential_of_square(a, -1);
    float product = fmaf(high, e.rest, low) + high;
    float y = product * (e.quarter * e.quarter) * (e.quarter * e.last);
    return x != x ? x : x < 0 ? 2 - y : y;
}

__device__ __forceinline__ float sunda_erfcx(float x) {
    float a = fabsf(x);
    if (a < (x < 0 ? 0.9f : SMALL))
        return exponential_of_square(a, 1).times(1, 1 - erf_of_small(x));
    if (a > 1e18f)
        return x > 0 ? 0x1.20dd76p-1f / a : INFINITY;
    float low;
    float high = scaled_erfc(a, low);
    return x < 0 ? exponential_of_square(a, 1).times(2, 1) - high : high + low;
}

// dy (2 k erfcx k - 2 / sqrt(pi)), which is -2 / sqrt(pi) at 0 and falls as -1 / (sqrt(pi) k^2).
__device__ __forceinline__ float times_erfcx_slope(float dy, float k) {
    float a = fabsf(k);
    float t = toward_infinity(minimum(a, 1e18f), 3);
    float p = fmaf(-0x1.aa8be8p-12f, t, 0x1.225baep-14f);
    p = fmaf(p, t, 0x1.f012dep-9f);
    p = fmaf(p, t, -0x1.0a4294p-8f);
    p = fmaf(p, t, -0x1.29f2aep-6f);
    p = fmaf(p, t, 0x1.ec31f4p-5f);
    p = fmaf(p, t, -0x1.e9a6dap-5f);
    p = fmaf(p, t, -0x1.175758p-4f);
    p = fmaf(p, t, 0x1.3868a8p-2f);
    p = fmaf(p, t, -0x1.c42f62p-2f);
    p = fmaf(p, t, 0x1.b909b4p-3f);
    p = fmaf(p, t, 0x1.885e8p-2f);
    p = fmaf(p, t, -0x1.a50f0cp+0f);
    float d = fmaf(0.75f, minimum(a, 0x1.fffffep127f), 0.5f);
    float slope = dy * (0.25f * p) / d / d;
    if (k == INFINITY)
        return NAN;
    return k < 0 ? slope + exponential_of_square(a, 1).times(-4 * a, dy) : slope;
}

// erfinv(y) / y from w = -log(1 - y^2), as the sum of a number and what rounding took from it: polynomials of w and, further out, of its
// root, as Giles 2010 has them. They begin where their first coefficient is a float but for less than 2^-32.
__device__ __forceinline__ float erfinv_ratio(float w, float& low) {
    float root = sqrtf(w);
    float u, p, first;
    if (w < 5) {
        u = w - 0x1.400252p+1f;
        p = fmaf(-0x1.313778p-27f, u, 0x1.8aac58p-26f);
        p = fmaf(p, u, 0x1.f6128ep-22f);
        p = fmaf(p, u, -0x1.d0439cp-19f);
        p = fmaf(p, u, -0x1.4daf36p-18f);
        p = fmaf(p, u, 0x1.c9ddb4p-13f);
        p = fmaf(p, u, -0x1.4860ep-10f);
        p = fmaf(p, u, -0x1.11c8fep-8f);
        p = fmaf(p, u, 0x1.f91e3ap-3f);
        first = 0x1.805d82p+0f;
    } else if (root < 4.1f) {
        u = root - 0x1.80006p+1f;
        p = fmaf(0x1.d86e6ap-14f, u, -0x1.438f6cp-12f);
        p = fmaf(p, u, -0x1.a5a24ap-15f);
        p = fmaf(p, u, 0x1.84d67cp-10f);
        p = fmaf(p, u, -0x1.d810a8p-9f);
        p = fmaf(p, u, 0x1.74bd04p-8f);
        p = fmaf(p, u, -0x1.f46fb6p-8f);
        p = fmaf(p, u, 0x1.357e0ap-7f);
        p = fmaf(p, u, 0x1.006dc8p+0f);
        first = 0x1.6a9f5cp+1f;
    } else {
        u = root - 0x1.8001fap+2f;
        p = fmaf(-0x1.58e85ap-29f, u, 0x1.42f73ep-25f);
        p = fmaf(p, u, -0x1.0c7828p-22f);
        p = fmaf(p, u, 0x1.39621ep-20f);
        p = fmaf(p, u, -0x1.5fa05ap-18f);
        p = fmaf(p, u, 0x1.663e8p-16f);
        p = fmaf(p, u, -0x1.690772p-15f);
        p = fmaf(p, u, -0x1.ef9f96p-12f);
        p = fmaf(p, u, 0x1.02757ap+0f);
        first = 0x1.770adp+2f;
    }
    float product = p * u;
    float high = first + product;
    float root_lost = w < 5 ? 0 : fmaf(-root, root, w) / (2 * root);
    low = product - (high - first) + fmaf(p, u, -product) + root_lost;    // the slope of the second and third is nearly 1
    return high;
}

__device__ __forceinline__ float sunda_erfinv(float y) {
    float a = fabsf(y);
    if (!(a < 1))
        return a == 1 ? copysignf(INFINITY, y) : NAN;
    float low;
    float high = erfinv_ratio(-sunda_log(fmaf(-y, y, 1.0f)), low);
    return fmaf(y, high, y * low);
}

// sqrt(2) erfinv(2 u - 1).
__device__ __forceinline__ float sunda_ndtri(float u) {
    if (!(u > 0 && u < 1))
        return u == 0 ? -INFINITY : u == 1 ? INFINITY : NAN;
    float tail = minimum(u, 1 - u);
    float low;
    float high = erfinv_ratio(-sunda_log(4 * tail * (1 - tail)), low);
    float y = 2 * u - 1;
    float r = y * high;
    float lost = fmaf(y, high, -r) + y * low;
    return fmaf(r, 0x1.6a09e6p+0f, fmaf(r, 0x1.9fcef4p-26f, lost * 0x1.6a09e6p+0f));
}
