// The functions of one and two numbers in double precision, by their number.
#pragma once
#include "operations.cuh"
#include "special.cuh"

__device__ __forceinline__ double hardsigmoid(double x) {
    return minimum(maximum(x + 3, 0.0), 6.0) / 6;
}

__device__ __forceinline__ double plain_value(int op, double x, const Numbers& p) {
    switch (op) {
        case NEG: return -x;
        case ABS: return fabs(x);
        case SIGN: return sign(x);
        case FLOOR: return floor(x);
        case CEIL: return ceil(x);
        case ROUND: return rint(x);
        case TRUNC: return trunc(x);
        case FRAC: return x - trunc(x);
        case SQUARE: return x * x;
        case SQRT: return sqrt(x);
        case RSQRT: return 1 / sqrt(x);
        case RECIPROCAL: return 1 / x;
        case EXP: return sunda_exp(x);
        case LOG: return sunda_log(x);
        case TANH: return sunda_tanh(x);
        case SIGMOID: return sunda_sigmoid(x);
        case RELU: return x <= 0 ? 0.0 : x;
        case ERF: return special_erf(x);
        case SILU: return x * special_sigmoid(x);
        case MISH: return x * special_tanh(special_softplus(x));
        case SOFTSIGN: return x / (1 + fabs(x));
        case LOG_SIGMOID: return -special_softplus(-x);
        case HARDSIGMOID: return hardsigmoid(x);
        case HARDSWISH: return x * hardsigmoid(x);
        case GELU: return special_gelu(x);
        case GELU_TANH: return x == -INFINITY ? -0.0 : x * gelu_logistic(x);
        case LEAKY_RELU: return x > 0 ? x : x * p.a;
        case ELU: return x <= 0 ? special_expm1(x * p.c) * p.a * p.b : x * p.b;
        case CLAMP:
        case HARDTANH: return minimum(maximum(x, p.a), p.b);
        case SOFTPLUS: return x * p.a > p.b ? x : special_softplus(x * p.a) / p.a;
        case SOFTSHRINK: return x > p.a ? x - p.a : x < -p.a ? x + p.a : x * 0;
        case HARDSHRINK: return x >= -p.a && x <= p.a ? 0 : x;
        case THRESHOLD: return x <= p.a ? p.b : x;
        case NAN_TO_NUM: return x != x ? p.a : x == INFINITY ? p.b : x == -INFINITY ? p.c : x;
        default: return NAN;
    }
}

// What special.cu computes.
__device__ __forceinline__ double special_value(int op, double x, const Numbers& p) {
    switch (op) {
        case EXPM1: return special_expm1(x);
        case EXP2: return special_pow(2, x);
        case LOG1P: return special_log1p(x);
        case LOG2: return special_log2(x);
        case LOG10: return log10(x);
        case SIN: return special_sin(x);
        case COS: return special_cos(x);
        case TAN: return special_tan(x);
        case ASIN: return asin(x);
        case ACOS: return acos(x);
        case ATAN: return atan(x);
        case SINH: return sinh(x);
        case COSH: return cosh(x);
        case ASINH: return special_asinh(x);
        case ACOSH: return special_acosh(x);
        case ATANH: return special_atanh(x);
        case ERFC: return special_erfc(x);
        case ERFINV: return special_erfinv(x);
        case LGAMMA: return special_lgamma(x);
        case ERFCX: return special_erfcx(x);
        case NDTRI: return special_ndtri(x);
        case I0: return special_i0(x);
        case I0E: return special_i0e(x);
        case I1: return special_i1(x);
        case I1E: return special_i1e(x);
        case TANHSHRINK: return x - special_tanh(x);
        case SOFTPLUS: return x * p.a > p.b ? x : special_softplus(x * p.a) / p.a;
        case LOGIT: return special_logit(x, p.a);
        case POLYGAMMA: return special_polygamma((int) p.a, x);
        default: return NAN;
    }
}

// The remainder of the division rounded down.
__device__ __forceinline__ double floor_remainder(double a, double b, double r) {
    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}

// a / b rounded down, r being the exact remainder of the division towards 0.
__device__ __forceinline__ double floor_divide(double a, double b, double r) {
    double exact = a / b;
    if (b == 0)
        return exact;
    double quotient = (a - r) / b;
    if (r != 0 && (r < 0) != (b < 0))
        quotient--;
    double whole = floor(quotient);
    return quotient == 0 ? copysign(0.0, exact) : quotient - whole > 0.5 ? whole + 1 : whole;
}

__device__ __forceinline__ double logaddexp(double a, double b) {
    return a == b ? a + LN2 : maximum(a, b) + special_log1p(special_exp(-fabs(a - b)));
}

__device__ __forceinline__ double logaddexp2(double a, double b) {
    return a == b ? a + 1 : maximum(a, b) + special_log1p(special_pow(2, -fabs(a - b))) / LN2;
}

__device__ __forceinline__ double xlogy(double a, double b) {
    return a == 0 && b == b ? 0 : a * special_log(b);
}

// What special_binary.cu computes.
__device__ __forceinline__ double special_value(int op, double a, double b) {
    switch (op) {
        case TRUNC_DIVIDE: return trunc(a / b);
        case FLOOR_DIVIDE: return floor_divide(a, b, fmod(a, b));
        case FMOD: return fmod(a, b);
        case REMAINDER: return floor_remainder(a, b, fmod(a, b));
        case POW: return special_pow(a, b);
        case ATAN2: return atan2(a, b);
        case HYPOT: return hypot(a, b);
        case LOGADDEXP: return logaddexp(a, b);
        case LOGADDEXP2: return logaddexp2(a, b);
        case XLOGY: return xlogy(a, b);
        default: return NAN;
    }
}
