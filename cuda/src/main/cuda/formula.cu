// Functions that formulas call, in double precision: what is more than a few instructions. No kernels: Formulas.java writes those and puts
// the functions they need in front.
#include "integers.cuh"
#include "values.cuh"

#define FUNCTION extern "C" __device__ __noinline__ __attribute__((used)) double
#define PLAIN(name, op) FUNCTION formula_##name(double x) { return plain_value(op, x, Numbers()); }
#define SPECIAL_1(name, op) FUNCTION formula_##name(double x) { return special_value(op, x, Numbers()); }
#define SPECIAL_2(name, op) FUNCTION formula_##name(double a, double b) { return special_value(op, a, b); }
#define INTEGERS(name, op)                                                                                                             \
    FUNCTION formula_##name(double a, double b) { return (double) integral(op, truncated(a), truncated(b)); }

// Towards 0, 0 for NaN.
__device__ __forceinline__ int64_t truncated(double v) {
    return v != v ? 0 : __double2ll_rz(v);
}

PLAIN(exp, EXP)
PLAIN(log, LOG)
PLAIN(tanh, TANH)
PLAIN(sigmoid, SIGMOID)
PLAIN(erf, ERF)
PLAIN(silu, SILU)
PLAIN(mish, MISH)
PLAIN(softsign, SOFTSIGN)
PLAIN(log_sigmoid, LOG_SIGMOID)
PLAIN(hardsigmoid, HARDSIGMOID)
PLAIN(hardswish, HARDSWISH)
PLAIN(gelu, GELU)
PLAIN(gelu_tanh, GELU_TANH)
SPECIAL_1(expm1, EXPM1)
SPECIAL_1(exp2, EXP2)
SPECIAL_1(log1p, LOG1P)
SPECIAL_1(log2, LOG2)
SPECIAL_1(log10, LOG10)
SPECIAL_1(sin, SIN)
SPECIAL_1(cos, COS)
SPECIAL_1(tan, TAN)
SPECIAL_1(asin, ASIN)
SPECIAL_1(acos, ACOS)
SPECIAL_1(atan, ATAN)
SPECIAL_1(sinh, SINH)
SPECIAL_1(cosh, COSH)
SPECIAL_1(asinh, ASINH)
SPECIAL_1(acosh, ACOSH)
SPECIAL_1(atanh, ATANH)
SPECIAL_1(erfc, ERFC)
SPECIAL_1(erfinv, ERFINV)
SPECIAL_1(lgamma, LGAMMA)
SPECIAL_1(erfcx, ERFCX)
SPECIAL_1(ndtri, NDTRI)
SPECIAL_1(i0, I0)
SPECIAL_1(i0e, I0E)
SPECIAL_1(i1, I1)
SPECIAL_1(i1e, I1E)
SPECIAL_1(tanhshrink, TANHSHRINK)
SPECIAL_2(trunc_divide, TRUNC_DIVIDE)
SPECIAL_2(floor_divide, FLOOR_DIVIDE)
SPECIAL_2(fmod, FMOD)
SPECIAL_2(remainder, REMAINDER)
SPECIAL_2(pow, POW)
SPECIAL_2(atan2, ATAN2)
SPECIAL_2(hypot, HYPOT)
SPECIAL_2(logaddexp, LOGADDEXP)
SPECIAL_2(logaddexp2, LOGADDEXP2)
SPECIAL_2(xlogy, XLOGY)
INTEGERS(gcd, GCD)
INTEGERS(lcm, LCM)
INTEGERS(left_shift, LEFT_SHIFT)
INTEGERS(right_shift, RIGHT_SHIFT)
INTEGERS(bitwise_and, BITWISE_AND)
INTEGERS(bitwise_or, BITWISE_OR)
INTEGERS(bitwise_xor, BITWISE_XOR)
