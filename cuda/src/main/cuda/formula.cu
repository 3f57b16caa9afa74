// Functions that formulas call, what is more than a few instructions: in the type of the tensors where there is such a form, else in
// double. No kernels: Formulas.java writes those and puts the functions they need in front.
#include "integers.cuh"
#include "more_values.cuh"
#include "plain_values.cuh"
#include "values.cuh"

#define FUNCTION extern "C" __device__ __noinline__ __attribute__((used))
#define PLAIN(op)                                                                                                                      \
    FUNCTION double formula_##op##_f64(double x) { return plain_value(op, x, Numbers()); }                                             \
    FUNCTION float formula_##op##_f32(float x) { return plain_value(op, x, Numbers()); }
#define SPECIAL_1(op) FUNCTION double formula_##op##_f64(double x) { return special_value(op, x, Numbers()); }
#define SPECIAL_2(op) FUNCTION double formula_##op##_f64(double a, double b) { return special_value(op, a, b); }
#define INTEGERS(op)                                                                                                                   \
    FUNCTION double formula_##op##_f64(double a, double b) { return (double) integral(op, truncated(a), truncated(b)); }

// Towards 0, 0 for NaN.
__device__ __forceinline__ int64_t truncated(double v) {
    return v != v ? 0 : __double2ll_rz(v);
}

PLAIN(EXP)
PLAIN(LOG)
PLAIN(TANH)
PLAIN(SIGMOID)
PLAIN(ERF)
PLAIN(SILU)
PLAIN(MISH)
PLAIN(SOFTSIGN)
PLAIN(LOG_SIGMOID)
PLAIN(HARDSIGMOID)
PLAIN(HARDSWISH)
PLAIN(GELU)
PLAIN(GELU_TANH)
SPECIAL_1(EXPM1)
SPECIAL_1(EXP2)
SPECIAL_1(LOG1P)
SPECIAL_1(LOG2)
SPECIAL_1(LOG10)
SPECIAL_1(SIN)
SPECIAL_1(COS)
SPECIAL_1(TAN)
SPECIAL_1(ASIN)
SPECIAL_1(ACOS)
SPECIAL_1(ATAN)
SPECIAL_1(SINH)
SPECIAL_1(COSH)
SPECIAL_1(ASINH)
SPECIAL_1(ACOSH)
SPECIAL_1(ATANH)
SPECIAL_1(ERFC)
SPECIAL_1(ERFINV)
SPECIAL_1(LGAMMA)
SPECIAL_1(ERFCX)
SPECIAL_1(NDTRI)
SPECIAL_1(I0)
SPECIAL_1(I0E)
SPECIAL_1(I1)
SPECIAL_1(I1E)
SPECIAL_1(TANHSHRINK)
SPECIAL_2(TRUNC_DIVIDE)
SPECIAL_2(FLOOR_DIVIDE)
SPECIAL_2(FMOD)
SPECIAL_2(REMAINDER)
SPECIAL_2(POW)
SPECIAL_2(ATAN2)
SPECIAL_2(HYPOT)
SPECIAL_2(LOGADDEXP)
SPECIAL_2(LOGADDEXP2)
SPECIAL_2(XLOGY)
INTEGERS(GCD)
INTEGERS(LCM)
INTEGERS(LEFT_SHIFT)
INTEGERS(RIGHT_SHIFT)
INTEGERS(BITWISE_AND)
INTEGERS(BITWISE_OR)
INTEGERS(BITWISE_XOR)

#define CASE(op, expression) FUNCTION float formula_##op##_f32(float x) { return expression; }
FUNCTIONS_OF_ONE
#undef CASE

#define CASE(op, expression) FUNCTION float formula_##op##_f32(float a, float b) { return expression; }
FUNCTIONS_OF_TWO
#undef CASE
