// Functions of one float32 tensor that are used less often than those of unary.cu, and their derivatives.
// Floor: the bytes of the operands.
#include "elementary.cuh"
#include "operations.cuh"

__device__ __forceinline__ float value(int op, float x, const Numbers&) {
    switch (op) {
        case EXPM1: return sunda_expm1(x);
        case LOG1P: return sunda_log1p(x);
        case SIN: return sunda_sin(x);
        case COS: return sunda_cos(x);
        default: return NAN;
    }
}

// The derivative at k, which is the input or the output.
__device__ __forceinline__ float derivative(int op, float k, const Numbers&) {
    switch (op) {
        case EXPM1: return k + 1;
        case LOG1P: return 1 / (1 + k);
        case SIN: return sunda_cos(k);
        case COS: return -sunda_sin(k);
        default: return NAN;
    }
}

#include "unary.cuh"

FORWARD(expm1, EXPM1)
FORWARD(log1p, LOG1P)
BOTH(sin, SIN)
BOTH(cos, COS)

REST
