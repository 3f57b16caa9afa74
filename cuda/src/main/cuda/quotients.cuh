// Quotients rounded to whole numbers and remainders of float32, the numbers that exact arithmetic gives. Quotients of 2^24 and more,
// infinite and undefined ones are left to double: they are rare.
#pragma once
#include "values.cuh"

__device__ __noinline__ float large_quotient(int op, double a, double b) {
    double rest = fmod(a, b);
    switch (op) {
        case TRUNC_DIVIDE: return (float) trunc(a / b);
        case FLOOR_DIVIDE: return (float) floor_divide(a, b, rest);
        case FMOD: return (float) rest;
        default: return (float) floor_remainder(a, b, rest);
    }
}

// a / b rounded towards 0, below 2^24, and what is left of a. The rounded quotient may be a whole number above the exact one: then the
// remainder, which is exact either way, has the wrong sign.
struct Quotient {
    float exact;     // rounded once
    float whole;
    float rest;
    bool large;

    __device__ __forceinline__ Quotient(float a, float b) {
        exact = a / b;
        large = !(fabsf(exact) < 0x1p24f);
        float n = truncf(exact);
        float r = n == 0 ? a : fmaf(-n, b, a);                       // b may be infinite
        bool beyond = r != 0 && r < 0 != a < 0;
        whole = beyond ? n - copysignf(1.0f, n) : n;
        rest = copysignf(beyond ? fabsf(b) - fabsf(r) : r, a);
    }

    // Whether rounding down is not rounding towards 0.
    __device__ __forceinline__ bool below(float b) const { return rest != 0 && rest < 0 != b < 0; }
};

__device__ __forceinline__ float trunc_divide(float a, float b) {
    Quotient q(a, b);
    return q.large ? large_quotient(TRUNC_DIVIDE, a, b) : copysignf(q.whole, q.exact);
}

__device__ __forceinline__ float floor_divide(float a, float b) {
    Quotient q(a, b);
    if (q.large)
        return large_quotient(FLOOR_DIVIDE, a, b);
    return q.below(b) ? q.whole - 1 : copysignf(q.whole, q.exact);
}

__device__ __forceinline__ float sunda_fmod(float a, float b) {
    Quotient q(a, b);
    return q.large ? large_quotient(FMOD, a, b) : q.rest;
}

__device__ __forceinline__ float floor_remainder(float a, float b) {
    Quotient q(a, b);
    if (q.large)
        return large_quotient(REMAINDER, a, b);
    return q.below(b) ? q.rest + b : q.rest;
}
