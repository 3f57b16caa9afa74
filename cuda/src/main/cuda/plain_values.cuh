// The functions of one float32 number that are a few instructions or the CPU's own chains of them, by their number.
#pragma once
#include "math.cuh"
#include "operations.cuh"

// The largest float that is not above a number, and the least that is not below: tests against them fall as in the definition, whose
// numbers are doubles.
__device__ __forceinline__ float below(double a) {
    return __double2float_rd(a);
}

__device__ __forceinline__ float above(double a) {
    return __double2float_ru(a);
}

__device__ __forceinline__ float plain_value(int op, float x, const Numbers& p) {
    switch (op) {
        case NEG: return -x;
        case ABS: return fabsf(x);
        case SIGN: return sign(x);
        case FLOOR: return floorf(x);
        case CEIL: return ceilf(x);
        case ROUND: return rintf(x);
        case TRUNC: return truncf(x);
        case FRAC: return x - truncf(x);
        case SQUARE: return x * x;
        case SQRT: return sqrtf(x);
        case RSQRT: return 1 / sqrtf(x);
        case RECIPROCAL: return 1 / x;
        case EXP: return sunda_exp(x);
        case LOG: return sunda_log(x);
        case TANH: return sunda_tanh(x);
        case SIGMOID: return sunda_sigmoid(x);
        case RELU: return x <= 0 ? 0.0f : x;
        case ERF: return sunda_erf(x);
        case SILU: return x * sunda_sigmoid(x);
        case MISH: return sunda_mish(x);
        case SOFTSIGN: return x / (1 + fabsf(x));
        case LOG_SIGMOID: return -sunda_softplus(-x);
        case HARDSIGMOID: return minimum(maximum(x + 3, 0.0f), 6.0f) / 6;
        case HARDSWISH: return x * (minimum(maximum(x + 3, 0.0f), 6.0f) / 6);
        case GELU: return sunda_gelu(x);
        case GELU_TANH: return gelu_tanh(x);
        case LEAKY_RELU: return x * (x > 0 ? 1.0f : (float) p.a);
        case ELU: return x <= 0 ? sunda_expm1(x * (float) p.c) * (float) (p.a * p.b) : x * (float) p.b;
        case CLAMP:
        case HARDTANH: return minimum(maximum(x, (float) p.a), (float) p.b);
        case SOFTPLUS: return x > below(p.b) ? x : sunda_softplus(x);       // a is 1
        case SOFTSHRINK: return x > below(p.a) ? (float) (x - p.a) : x < above(-p.a) ? (float) (x + p.a) : x * 0;
        case HARDSHRINK: return x >= above(-p.a) && x <= below(p.a) ? 0.0f : x;
        case THRESHOLD: return x <= below(p.a) ? (float) p.b : x;
        case NAN_TO_NUM: return x != x ? (float) p.a : x == INFINITY ? (float) p.b : x == -INFINITY ? (float) p.c : x;
        default: return NAN;
    }
}
