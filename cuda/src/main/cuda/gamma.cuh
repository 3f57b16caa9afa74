// The logarithm of the gamma function in float32, where the CPU computes in double. Polynomials are minimax fits of our own.
#pragma once
#include "math.cuh"

// log gamma(1 + z) for z from -1/2 to 2. Where z and z - 1 are exact, what they are multiplied by is nearly constant.
__device__ __forceinline__ float lgamma_after_1(float z) {
    if (z <= 0.25f) {
        float p = fmaf(0x1.032d94p-1f, z, 0x1.0fa6a2p-4f);
        p = fmaf(p, z, -0x1.9f4518p-7f);
        p = fmaf(p, z, -0x1.581d62p-3f);
        p = fmaf(p, z, 0x1.11520cp-3f);
        p = fmaf(p, z, -0x1.1b5b6p-3f);
        p = fmaf(p, z, 0x1.5ae9d4p-3f);
        p = fmaf(p, z, -0x1.a92dd4p-3f);
        p = fmaf(p, z, 0x1.151346p-2f);
        p = fmaf(p, z, -0x1.9a4c8cp-2f);
        p = fmaf(p, z, 0x1.a51a66p-1f);
        float product = p * z;
        float sum = product - 0x1.2788dp-1f;
        float lost = product - (sum + 0x1.2788dp-1f) + fmaf(p, z, -product);
        return fmaf(sum, z, lost * z);
    }
    float u = z - 1;
    float p = fmaf(0x1.118688p-15f, u, -0x1.cc2c9ap-14f);
    p = fmaf(p, u, 0x1.a39a1p-13f);
    p = fmaf(p, u, -0x1.9d3abcp-12f);
    p = fmaf(p, u, 0x1.db9ac6p-11f);
    p = fmaf(p, u, -0x1.148dacp-9f);
    p = fmaf(p, u, 0x1.47a5ep-8f);
    p = fmaf(p, u, -0x1.95cd98p-7f);
    p = fmaf(p, u, 0x1.0e0cccp-5f);
    p = fmaf(p, u, -0x1.9ae65p-4f);
    p = fmaf(p, u, 0x1.b0ee6p-2f);
    float product = z * u;
    return fmaf(p, product, p * fmaf(z, u, -product));
}

// A number as the sum of two floats.
struct Sum {
    float high, low;

    // a + b + rest, of which the sum of a and b is rounded.
    __device__ __forceinline__ static Sum of(float a, float b, float rest) {
        float sum = a + b;
        float part = sum - a;
        return {sum, (a - (sum - part)) + (b - part) + rest};
    }
};

// log x - less, for a normal number and 0 or 1. The steps of sunda_log, none of whose digits are lost.
__device__ __forceinline__ Sum logarithm(float x, float less) {
    int bits = __float_as_int(x);
    int power = (bits - 0x3F3504F3) >> 23;
    float f = __int_as_float(bits - (int) ((unsigned) power << 23)) - 1;
    float z = f * f;
    float p = fmaf(7.0376836292e-2f, f, -1.1514610310e-1f);
    p = fmaf(p, f, 1.1676998740e-1f);
    p = fmaf(p, f, -1.2420140846e-1f);
    p = fmaf(p, f, 1.4249322787e-1f);
    p = fmaf(p, f, -1.6668057665e-1f);
    p = fmaf(p, f, 2.0000714765e-1f);
    p = fmaf(p, f, -2.4999993993e-1f);
    p = fmaf(p, f, 3.3333331174e-1f);
    float rest = fmaf((float) power, F_LN2_LOW, fmaf(-0.5f, fmaf(f, f, -z), p * f * z));
    Sum sum = Sum::of(fmaf((float) power, F_LN2_HIGH, -less), f, rest);    // the product is exact
    sum = Sum::of(sum.high, -0.5f * z, sum.low);
    return Sum::of(sum.high, sum.low, 0);
}

// Stirling's formula, x (log x - 1) - (log x - 1) / 2 + log(2 pi) / 2 - 1/2 + 1 / (12 x) - ..., from 3 on, where log x - 1 begins near 0.
__device__ __forceinline__ Sum lgamma_by_stirling(float x) {
    Sum log = logarithm(x, 1);
    float s = 1 / x;
    float q = s * s;
    float c = fmaf(-0x1.09cdacp-11f, q, 0x1.a03686p-11f);
    c = fmaf(c, q, -0x1.6c1e26p-9f);
    c = fmaf(c, q, 0x1.555556p-4f);
    float product = x * log.high;
    if (!(product < INFINITY))
        return {x == x ? INFINITY : x, 0};
    float small = fmaf(-0.5f, log.high, fmaf(c, s, 0x1.acfe38p-2f));
    return Sum::of(product, small, fmaf(x, log.low, fmaf(x, log.high, -product)));
}

// sin(pi r) / pi for r from 0 to 1/2.
__device__ __forceinline__ float sine_of_half_turns(float r) {
    float z = r * r;
    float p = fmaf(-0x1.066d2cp-9f, z, 0x1.a9ffaap-6f);
    p = fmaf(p, z, -0x1.869d76p-3f);
    p = fmaf(p, z, 0x1.9f9c9p-1f);
    p = fmaf(p, z, -0x1.a51a66p+0f);
    return fmaf(p * z, r, r);
}

// Below 1/2 by gamma(x) = gamma(1 + x) / x, below -1/2 by gamma(x) gamma(-x) = -pi / (x sin(pi x)).
__device__ __forceinline__ float sunda_lgamma(float x) {
    float a = fabsf(x);
    if (x <= 0 && x == floorf(x))
        return INFINITY;
    bool small = a < 0.5f, tiny = a < 0x1p-100f;
    Sum positive = a < 3 ? Sum{lgamma_after_1(small ? x : a - 1), 0} : lgamma_by_stirling(a);
    if (x >= 0.5f)
        return positive.high + positive.low;
    float sine = sine_of_half_turns(fabsf(a - rintf(a)));
    float product = a * sine;
    Sum log = logarithm(tiny ? a * 0x1p24f : small ? a : product, 0);
    float lost = tiny ? -24 * 0x1.62e43p-1f : small ? 0 : fmaf(a, sine, -product) / product;
    Sum both = Sum::of(log.high, small ? -positive.high : positive.high, log.low + positive.low + lost);
    return -(both.high + both.low);
}
