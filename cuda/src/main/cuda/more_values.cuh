// The functions of one and two float32 numbers that the CPU computes in double, by their number.
#pragma once
#include "circular.cuh"
#include "hyperbolic.cuh"
#include "logarithms.cuh"
#include "power.cuh"
#include "quotients.cuh"

// A case for each function of one number, as CASE(number, expression of x).
#define FUNCTIONS_OF_ONE                                                                                                               \
    CASE(EXPM1, x == 0 ? x : sunda_expm1(x))                                                                                           \
    CASE(EXP2, sunda_exp2(x))                                                                                                          \
    CASE(LOG1P, sunda_log1p(x))                                                                                                        \
    CASE(LOG2, sunda_log2(x))                                                                                                          \
    CASE(LOG10, sunda_log10(x))                                                                                                        \
    CASE(SIN, sunda_sin(x))                                                                                                            \
    CASE(COS, sunda_cos(x))                                                                                                            \
    CASE(TAN, sunda_tan(x))                                                                                                            \
    CASE(ASIN, sunda_asin(x))                                                                                                          \
    CASE(ACOS, sunda_acos(x))                                                                                                          \
    CASE(ATAN, sunda_atan(x))                                                                                                          \
    CASE(SINH, sunda_sinh(x))                                                                                                          \
    CASE(COSH, sunda_cosh(x))                                                                                                          \
    CASE(ASINH, sunda_asinh(x))                                                                                                        \
    CASE(ACOSH, sunda_acosh(x))                                                                                                        \
    CASE(ATANH, sunda_atanh(x))

// As CASE(number, expression of a and b).
#define FUNCTIONS_OF_TWO                                                                                                               \
    CASE(TRUNC_DIVIDE, trunc_divide(a, b))                                                                                             \
    CASE(FLOOR_DIVIDE, floor_divide(a, b))                                                                                             \
    CASE(FMOD, sunda_fmod(a, b))                                                                                                       \
    CASE(REMAINDER, floor_remainder(a, b))                                                                                             \
    CASE(POW, sunda_pow(a, b))                                                                                                         \
    CASE(ATAN2, sunda_atan2(a, b))                                                                                                     \
    CASE(HYPOT, sunda_hypot(a, b))                                                                                                     \
    CASE(LOGADDEXP, sunda_logaddexp(a, b))                                                                                             \
    CASE(LOGADDEXP2, sunda_logaddexp2(a, b))                                                                                           \
    CASE(XLOGY, sunda_xlogy(a, b))
