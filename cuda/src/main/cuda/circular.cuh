// Sine, cosine, tangent and their inverses in float32. The CPU computes them in double, which has 1/2 to 1/64 of the rate of float here.
// Polynomials are minimax fits of our own but for those of sine and cosine. Errors: at most 1.7 ulp at 250 million floats of all sizes.
#pragma once
#include <cmath>
#include <cstdint>

constexpr float HALF_PI_HIGH = 0x1.921fb6p+0f;
constexpr float HALF_PI_LOW = -0x1.777a5cp-25f;
constexpr float REDUCED_IN_PARTS = 10000;    // up to here multiples of pi / 2 in three parts do

// 2 / pi, 32 bits a word, after a word of zeros.
__device__ const unsigned TWO_OVER_PI_WORDS[8] = {
    0x00000000u, 0xa2f9836eu, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u, 0xdb629599u, 0x3c439041u, 0xfe5163abu
};

// 2 x / pi modulo 4 in 64 bits, of which 2 stand before the point, for finite x with |x| > 2^13. The bits of 2 / pi that contribute whole
// turns are left out, 96 bits behind them suffice. Source: Payne, Hanek 1983, Radian reduction for trigonometric functions.
__device__ __noinline__ unsigned long long quadrants_of_large(float x) {
    unsigned bits = __float_as_uint(x) & 0x7FFFFFFFu;
    unsigned first = (bits >> 23) - 152 + 32;
    unsigned long long m = (bits & 0x7FFFFFu) | 0x800000u;
    const unsigned* word = TWO_OVER_PI_WORDS + (first >> 5);
    int bit = first & 31;
    unsigned w0 = __funnelshift_l(word[1], word[0], bit);
    unsigned w1 = __funnelshift_l(word[2], word[1], bit);
    unsigned w2 = __funnelshift_l(word[3], word[2], bit);
    unsigned long long product = (m * w0 << 32) + m * w1 + (m * w2 >> 32);
    return x < 0 ? 0 - product : product;
}

// x less the nearest multiple of pi / 2, in two parts, and the number of that multiple, of which the last two bits matter.
struct Quadrant {
    float rest;
    float low;
    int number;

    __device__ __forceinline__ explicit Quadrant(float x) {
        if (fabsf(x) <= REDUCED_IN_PARTS) {
            float n = rintf(x * 0.636619772f);
            float r = fmaf(n, -0x1.921fb4p+0f, x);                   // exact but for what cancels
            float s = fmaf(n, -0x1.4442d0p-24f, r);
            float lost = fabsf(s) > 0x1p-9f ? fmaf(n, -0x1.4442d0p-24f, r - s) : 0.0f;    // where the difference is exact
            rest = fmaf(n, -0x1.846988p-48f, s);
            low = fmaf(n, -0x1.846988p-48f, s - rest) + lost;
            number = (int) n;
        } else if (fabsf(x) < INFINITY) {
            unsigned long long turned = quadrants_of_large(x);
            long long fraction = (long long) (turned << 2);
            double r = (double) fraction * (0x1.921fb54442d18p+0 * 0x1p-64);    // in double: such arguments are rare
            rest = (float) r;
            low = (float) (r - rest);
            number = (int) (turned >> 62) + (fraction < 0 ? 1 : 0);
        } else {
            rest = low = NAN;
            number = 0;
        }
    }
};

// sin(r), |r| <= pi / 4; coefficients as in Cephes, sinf.c by Stephen L. Moshier.
__device__ __forceinline__ float sin_of_quarter(float r) {
    float z = r * r;
    float p = fmaf(fmaf(-1.9515295891e-4f, z, 8.3321608736e-3f), z, -1.6666654611e-1f);
    return fmaf(p * z, r, r);
}

__device__ __forceinline__ float cos_of_quarter(float r) {
    float z = r * r;
    float p = fmaf(fmaf(2.443315711809948e-5f, z, -1.388731625493765e-3f), z, 4.166664568298827e-2f);
    return fmaf(p * z, z, fmaf(-0.5f, z, 1.0f));
}

// The sine for offset 0, the cosine for offset 1.
__device__ __forceinline__ float circular(float x, int offset) {
    Quadrant q(x);
    int quadrant = q.number + offset;
    float y = (quadrant & 1) != 0 ? cos_of_quarter(q.rest) : sin_of_quarter(q.rest);
    return (quadrant & 2) != 0 ? -y : y;
}

__device__ __forceinline__ float sunda_sin(float x) {
    return x == 0 ? x : circular(x, 0);
}

__device__ __forceinline__ float sunda_cos(float x) {
    return circular(x, 1);
}

// With t = tan(r): t for an even quadrant, -1 / t for an odd one.
__device__ __forceinline__ float sunda_tan(float x) {
    Quadrant q(x);
    float r = q.rest;
    float z = r * r;
    float p = fmaf(0x1.342136p-7f, z, 0x1.952062p-9f);
    p = fmaf(p, z, 0x1.908b2p-6f);
    p = fmaf(p, z, 0x1.b58252p-5f);
    p = fmaf(p, z, 0x1.112df8p-3f);
    p = fmaf(p, z, 0x1.5554dep-2f);
    float rest = fmaf(r * z, p, q.low);
    float t = r + rest;
    float low = (r - t) + rest;
    low = fmaf(t * t, q.low, low);                                   // the slope is 1 + t^2
    float c = -1 / t;
    float y = (q.number & 1) != 0 ? fmaf(c, fmaf(c, low, fmaf(c, t, 1.0f)), c) : t + low;
    return x == 0 ? x : y;
}

// k pi / 2 + t + t z q, where t z q is small beside t, and t beside k pi / 2 unless k is 0.
__device__ __forceinline__ float angle(float k, float t, float z, float q) {
    float high = fmaf(k, HALF_PI_HIGH, t);
    float lost = fmaf(k, HALF_PI_HIGH, -high) + t;
    return high + (fmaf(t * z, q, k * HALF_PI_LOW) + lost);
}

// (asin(s) / s - 1) / z with z = s^2 up to 1/4.
__device__ __forceinline__ float asin_rest(float z) {
    float q = fmaf(0x1.595c58p-5f, z, 0x1.8c3e54p-6f);
    q = fmaf(q, z, 0x1.747bb8p-5f);
    q = fmaf(q, z, 0x1.330204p-4f);
    return fmaf(q, z, 0x1.5555c8p-3f);
}

// Beyond 1/2 by asin(a) = pi / 2 - 2 asin(sqrt((1 - a) / 2)).
__device__ __forceinline__ float sunda_asin(float x) {
    float a = fabsf(x);
    bool large = a > 0.5f;
    float z = large ? fmaf(-0.5f, a, 0.5f) : a * a;
    float t = large ? -2 * sqrtf(z) : a;
    float y = angle(large ? 1.0f : 0.0f, t, z, asin_rest(z));
    return copysignf(y, x);
}

__device__ __forceinline__ float sunda_acos(float x) {
    float a = fabsf(x);
    bool large = a > 0.5f;
    float z = large ? fmaf(-0.5f, a, 0.5f) : a * a;
    float t = large ? 2 * sqrtf(z) : a;
    t = (x < 0) == large ? -t : t;
    return angle(large ? (x < 0 ? 2.0f : 0.0f) : 1.0f, t, z, asin_rest(z));
}

// (atan(t) / t - 1) / z with z = t^2 up to 1.
__device__ __forceinline__ float atan_rest(float z) {
    float q = fmaf(0x1.7eb304p-9f, z, -0x1.0c1ca6p-6f);
    q = fmaf(q, z, 0x1.61f182p-5f);
    q = fmaf(q, z, -0x1.35519ep-4f);
    q = fmaf(q, z, 0x1.b4deep-4f);
    q = fmaf(q, z, -0x1.230a96p-3f);
    q = fmaf(q, z, 0x1.9978ecp-3f);
    return fmaf(q, z, -0x1.5554dcp-2f);
}

// Beyond 1 by atan(a) = pi / 2 - atan(1 / a).
__device__ __forceinline__ float sunda_atan(float x) {
    float a = fabsf(x);
    bool large = a > 1;
    float t = large ? -1 / a : a;
    float z = t * t;
    return copysignf(angle(large ? 1.0f : 0.0f, t, z, atan_rest(z)), x);
}

__device__ __forceinline__ float sunda_atan2(float y, float x) {
    float a = fabsf(y);
    float b = fabsf(x);
    float high = fmaxf(a, b);
    float low = fminf(a, b);
    float t = low == high ? (high > 0 ? 1.0f : 0.0f) : low / high;   // both 0, both infinite
    float z = t * t;
    bool left = __float_as_int(x) < 0;
    float k = a > b ? 1.0f : left ? 2.0f : 0.0f;
    t = (a > b) != left ? -t : t;
    float r = copysignf(angle(k, t, z, atan_rest(z)), y);
    return x != x || y != y ? NAN : r;
}
