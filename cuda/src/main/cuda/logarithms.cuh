// Exponentials and logarithms of other bases than e in float32, and what is made of them, where the CPU computes in double. Polynomials are
// minimax fits of our own. Errors: at most 1.3 ulp at 250 million floats of all sizes; sums of logarithms 1.7, where results below 1 are
// measured by the last place of 1; xlogy 1.9.
#pragma once
#include "math.cuh"

// 2^r for |r| <= 1/2, less 1.
__device__ __forceinline__ float exp2_minus_1(float r) {
    float p = fmaf(0x1.4447b4p-13f, r, 0x1.5f096p-10f);
    p = fmaf(p, r, 0x1.3b2a28p-7f);
    p = fmaf(p, r, 0x1.c6af7ap-5f);
    p = fmaf(p, r, 0x1.ebfbep-3f);
    return fmaf(p, r, 0x1.62e43p-1f) * r;
}

// s + 1 times 2^n, where t is n + F_ROUND + 254: in two factors, of which the second may end in denormal numbers or overflow.
__device__ __forceinline__ float times_power(float s, float t) {
    unsigned powers = __float_as_uint(t);
    unsigned half = powers >> 1;
    float power = __uint_as_float(half << 23);
    return fmaf(s, power, power) * __uint_as_float((powers - half) << 23);
}

// Exact for whole numbers.
__device__ __forceinline__ float sunda_exp2(float x) {
    constexpr float round = F_ROUND + 254;
    float c = x < -151.0f ? -151.0f : x > 129.0f ? 129.0f : x;
    float t = c + round;
    return times_power(exp2_minus_1(c - (t - round)), t);
}

// A positive number as (1 + fraction) 2^power, 1 + fraction between sqrt(1/2) and sqrt(2).
struct Parts {
    float fraction;
    float power;

    __device__ __forceinline__ explicit Parts(float x) {
        int bits = x < 0x1p-126f ? __float_as_int(x * 0x1p23f) - (23 << 23) : __float_as_int(x);
        int shifted = (bits - 0x3F3504F3) & (int) 0xFF800000;
        fraction = __int_as_float(bits - shifted) - 1;
        power = (float) (shifted >> 23);
    }
};

// `y`, but where x is not a positive number.
__device__ __forceinline__ float logarithm_or_edge(float x, float y) {
    float result = x < INFINITY ? y : x;
    if (x == 0)
        result = -INFINITY;
    return x < 0 ? NAN : result;
}

// Exact for powers of two.
__device__ __forceinline__ float sunda_log2(float x) {
    Parts parts(x);
    float f = parts.fraction;
    float p = fmaf(0x1.0230e8p-3f, f, -0x1.a6c2fp-3f);
    p = fmaf(p, f, 0x1.b8bcb8p-3f);
    p = fmaf(p, f, -0x1.e99736p-3f);
    p = fmaf(p, f, 0x1.26e7cp-2f);
    p = fmaf(p, f, -0x1.715b3p-2f);
    p = fmaf(p, f, 0x1.ec72fp-2f);
    p = fmaf(p, f, -0x1.715472p-1f);
    float low = fmaf(p, f * f, f * 0x1.4ae0cp-26f);
    return logarithm_or_edge(x, parts.power + fmaf(f, 0x1.715476p+0f, low));
}

__device__ __forceinline__ float sunda_log10(float x) {
    Parts parts(x);
    float f = parts.fraction;
    float p = fmaf(0x1.3707e4p-5f, f, -0x1.fd2154p-5f);
    p = fmaf(p, f, 0x1.095762p-4f);
    p = fmaf(p, f, -0x1.26c1bcp-4f);
    p = fmaf(p, f, 0x1.631a02p-4f);
    p = fmaf(p, f, -0x1.bcbfdep-4f);
    p = fmaf(p, f, 0x1.287bdcp-3f);
    p = fmaf(p, f, -0x1.bcb7acp-3f);
    float low = fmaf(p, f * f, fmaf(f, -0x1.5b235ep-27f, parts.power * 0x1.3509f8p-18f));
    return logarithm_or_edge(x, fmaf(parts.power, 0x1.344p-2f, fmaf(f, 0x1.bcb7b2p-2f, low)));    // the first product is exact
}

// With 1 + x = (1 + f) 2^e as rounded, what rounding lost is given back, divided by that sum; 1 / (1 + f) is near enough 1 - f + f^2.
__device__ __forceinline__ float sunda_log1p(float x) {
    float sum = 1 + x;
    int shifted = (__float_as_int(sum) - 0x3F3504F3) & (int) 0xFF800000;
    float f = __int_as_float(__float_as_int(sum) - shifted) - 1;
    float e = (float) (shifted >> 23);
    float z = f * f;
    float lost = (x - (sum - 1)) * __int_as_float(max((127 << 23) - shifted, 0)) * (z - f + 1);
    float p = fmaf(-0x1.38c966p-4f, f, 0x1.055eb6p-3f);
    p = fmaf(p, f, -0x1.0d824ap-3f);
    p = fmaf(p, f, 0x1.22d93p-3f);
    p = fmaf(p, f, -0x1.54728ap-3f);
    p = fmaf(p, f, 0x1.99a01cp-3f);
    p = fmaf(p, f, -0x1.000226p-2f);
    p = fmaf(p, f, 0x1.555554p-2f);
    float y = fmaf(-0.5f, z, fmaf(p, f * z, fmaf(e, F_LN2_LOW, lost)));
    y = x < INFINITY ? fmaf(e, F_LN2_HIGH, f + y) : x;
    y = x == 0 ? x : y;
    return x > -1 ? y : x == -1 ? -INFINITY : NAN;
}

// (log(1 + e) - e) / e^2 for e from 0 to 1.
__device__ __forceinline__ float log1p_polynomial(float e) {
    float p = fmaf(-0x1.af63ep-9f, e, 0x1.49238p-6f);
    p = fmaf(p, e, -0x1.d6b8e8p-5f);
    p = fmaf(p, e, 0x1.b4b10ep-4f);
    p = fmaf(p, e, -0x1.3a43f2p-3f);
    p = fmaf(p, e, 0x1.934b7p-3f);
    p = fmaf(p, e, -0x1.ff23e8p-3f);
    p = fmaf(p, e, 0x1.554ddp-2f);
    return fmaf(p, e, -0x1.ffffd2p-2f);
}

// log(1 + e), likewise.
__device__ __forceinline__ float log1p_by_polynomial(float e) {
    return fmaf(log1p_polynomial(e) * e, e, e);
}

__device__ __forceinline__ float sunda_logaddexp(float a, float b) {
    return maximum(a, b) + (a == b ? (float) 0x1.62e42fefa39efp-1 : log1p_by_polynomial(sunda_exp(-fabsf(a - b))));
}

__device__ __forceinline__ float sunda_logaddexp2(float a, float b) {
    return maximum(a, b) + (a == b ? 1.0f : log1p_by_polynomial(sunda_exp2(-fabsf(a - b))) * 1.44269504f);
}

__device__ __forceinline__ float sunda_xlogy(float a, float b) {
    return a == 0 && b == b ? 0.0f : a * sunda_log(b);
}
