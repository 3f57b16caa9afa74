// Sine, cosine and logarithm of 1 + x in float32, which the CPU computes in double: on most devices double is 64 times slower. Errors: at
// most 1.6 ulp, tried at one argument in 37; sines and cosines beyond 10,000 are computed in double.
#pragma once
#include "math.cuh"
#include "trigonometry.cuh"

constexpr float CIRCULAR_LIMIT = 10000;

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

// The sine for offset 0, the cosine for offset 1. pi / 2 in three parts: the first multiple is exact but for what cancels.
__device__ __forceinline__ float circular(float x, int offset) {
    if (!(fabsf(x) <= CIRCULAR_LIMIT))
        return (float) sin_of_turned(x, offset);
    float n = rintf(x * 0.636619772f);
    float r = fmaf(n, -0x1.921fb4p+0f, x);
    r = fmaf(n, -0x1.4442d0p-24f, r);
    r = fmaf(n, -0x1.846988p-48f, r);
    int quadrant = (int) n + offset;
    float y = (quadrant & 1) != 0 ? cos_of_quarter(r) : sin_of_quarter(r);
    return (quadrant & 2) != 0 ? -y : y;
}

__device__ __forceinline__ float sunda_sin(float x) {
    return x == 0 ? x : circular(x, 0);
}

__device__ __forceinline__ float sunda_cos(float x) {
    return circular(x, 1);
}

// What 1 + x loses in rounding is given back, divided by the sum.
__device__ __forceinline__ float sunda_log1p(float x) {
    float sum = 1 + x;
    float log = sunda_log(sum);
    if (sum == 1 || x == INFINITY)
        return x;
    return sum > 0 ? log + (x - (sum - 1)) / sum : log;
}
