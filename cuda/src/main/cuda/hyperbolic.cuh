// Hyperbolic functions and their inverses in float32, where the CPU computes in double. Polynomials are minimax fits of our own. Errors: at
// most 1.9 ulp at 250 million floats of all sizes.
#pragma once
#include "math.cuh"

// With x = n ln 2 + r: cosh x = c cosh r + s sinh r, sinh x = s cosh r + c sinh r, where c and s are those of n ln 2, exact up to n = 12.
// Neither divides. Everything is halved, so that 2^n does not overflow before the result does.
struct Hyperbolic {
    float rest_cosh;    // of r, less 1
    float rest_sinh;
    float up;           // 2^n / 4
    float down;         // 2^-n / 4

    // `a` is not negative. If `lifted`, the results lack the factor 2^160 from n = 101 on, where 2^-n does not matter.
    __device__ __forceinline__ Hyperbolic(float a, bool lifted) {
        constexpr float round = F_ROUND + 125;
        float most = lifted ? 200.0f : 89.5f;
        float c = a > most ? most : a;
        float t = fmaf(c, F_LOG2_E, round);
        float r = exp_rest(c, t - round);
        float z = r * r;
        rest_sinh = fmaf(z * r, fmaf(0x1.1227ap-7f, z, 0x1.5554bp-3f), r);
        rest_cosh = fmaf(fmaf(0x1.6d4f1p-10f, z, 0x1.5554e6p-5f), z, 0.5f) * z;
        int power = (int) (__float_as_uint(t) << 23);
        up = __int_as_float(lifted && far(a) ? power - (160 << 23) : power);
        down = lifted && far(a) ? 0.0f : __int_as_float(max((250 << 23) - power, 0));
    }

    // Whether n is larger than 100.
    __device__ __forceinline__ static bool far(float a) { return a > 70.0f; }

    __device__ __forceinline__ float cosh() const {
        float c = up + down;
        return 2 * (c + fmaf(c, rest_cosh, (up - down) * rest_sinh));
    }

    __device__ __forceinline__ float sinh() const {
        float s = up - down;
        return 2 * (s + fmaf(s, rest_cosh, (up + down) * rest_sinh));
    }
};

// sinh(a) for 0 <= a < 1.
__device__ __forceinline__ float sinh_near_0(float a) {
    float z = a * a;
    return fmaf(z * a, fmaf(fmaf(0x1.ab428ap-13f, z, 0x1.10f76p-7f), z, 0x1.555598p-3f), a);
}

__device__ __forceinline__ float sunda_sinh(float x) {
    float a = fabsf(x);
    return copysignf(a < 1 ? sinh_near_0(a) : Hyperbolic(a, false).sinh(), x);
}

__device__ __forceinline__ float sunda_cosh(float x) {
    return Hyperbolic(fabsf(x), false).cosh();
}

// dy times a function that overflows in double only, as the definition has it: from |a| = 710.5 on. Any dy ends in infinity before 200.
__device__ __forceinline__ float times_lifted(float dy, float a, float function) {
    float y = Hyperbolic::far(a) ? dy * 0x1p80f * function * 0x1p80f : dy * function;
    return a > 710.4758f ? dy * INFINITY : y;
}

__device__ __forceinline__ float times_cosh(float dy, float x) {
    float a = fabsf(x);
    return times_lifted(dy, a, Hyperbolic(a, true).cosh());
}

__device__ __forceinline__ float times_sinh(float dy, float x) {
    float a = fabsf(x);
    return times_lifted(copysignf(1.0f, x) * dy, a, a < 1 ? sinh_near_0(a) : Hyperbolic(a, true).sinh());
}

constexpr float LARGE_ARGUMENT = 0x1p12f;    // from here on sqrt(a^2 + 1) and sqrt(a^2 - 1) are a

// log(a + s) for s = sqrt(a^2 + sign). What the sum loses is given back, divided by it: its inverse is the difference of the two, but for a
// sign.
__device__ __forceinline__ float log_of_sum(float a, float s, float sign) {
    bool large = a > LARGE_ARGUMENT;
    float sum = large ? a : a + s;
    float lost = (s - (sum - a)) * (s - a) * sign;
    return sunda_log(sum) + (large ? 0x1.62e43p-1f : lost);
}

__device__ __forceinline__ float sunda_asinh(float x) {
    float a = fabsf(x);
    float z = a * a;
    float p = fmaf(0x1.615cc6p-11f, z, -0x1.f71ca8p-9f);
    p = fmaf(p, z, 0x1.55cc42p-7f);
    p = fmaf(p, z, -0x1.3a476cp-6f);
    p = fmaf(p, z, 0x1.e29cap-6f);
    p = fmaf(p, z, -0x1.6c71d8p-5f);
    p = fmaf(p, z, 0x1.3325bcp-4f);
    p = fmaf(p, z, -0x1.555524p-3f);
    return copysignf(a < 1 ? fmaf(z * a, p, a) : log_of_sum(a, sqrtf(fmaf(a, a, 1.0f)), 1), x);
}

// Near 1 by its expansion at the root, sqrt(2 t) (1 + t p(t)).
__device__ __forceinline__ float sunda_acosh(float x) {
    float t = x - 1;
    float p = fmaf(-0x1.c17ec8p-16f, t, 0x1.6f526p-13f);
    p = fmaf(p, t, -0x1.4af72ap-11f);
    p = fmaf(p, t, 0x1.ea620ep-10f);
    p = fmaf(p, t, -0x1.6d4a0cp-8f);
    p = fmaf(p, t, 0x1.33302ep-6f);
    p = fmaf(p, t, -0x1.55554ep-4f);
    float root = sqrtf(t < 1 ? 2 * t : fmaf(x, x, -1.0f));
    return t < 1 ? fmaf(root * t, p, root) : log_of_sum(x, root, -1);
}

__device__ __forceinline__ float sunda_atanh(float x) {
    float a = fabsf(x);
    float z = a * a;
    float p = fmaf(0x1.6943fcp-3f, z, 0x1.a69f56p-5f);
    p = fmaf(p, z, 0x1.e403bap-4f);
    p = fmaf(p, z, 0x1.234d64p-3f);
    p = fmaf(p, z, 0x1.99a678p-3f);
    p = fmaf(p, z, 0x1.55554p-2f);
    return copysignf(a < 0.5f ? fmaf(z * a, p, a) : 0.5f * sunda_log((1 + a) / (1 - a)), x);
}
