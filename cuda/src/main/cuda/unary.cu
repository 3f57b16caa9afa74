// Functions of one float32 or integer tensor and their derivatives, apart from those of unary_more.cu and special.cu.
// Floor: the bytes of the operands; the functions take at most some forty instructions an element.
#include "plain_values.cuh"
#include "quads.cuh"

// The derivative at k, which is the input or the output.
__device__ __forceinline__ float derivative(int op, float k, const Numbers& p) {
    switch (op) {
        case NEG: return -1;
        case ABS: return sign(k);
        case SIGN:
        case FLOOR:
        case CEIL:
        case ROUND:
        case TRUNC: return 0;
        case FRAC: return 1;
        case SQUARE: return k + k;
        case SQRT: return 0.5f / k;
        case RSQRT: return -0.5f * k * k * k;
        case RECIPROCAL: return -k * k;
        case EXP: return k;
        case LOG: return 1 / k;
        case TANH: return fmaf(-k, k, 1.0f);
        case SIGMOID: return k * (1 - k);
        case RELU: return k <= 0 ? 0 : 1;
        case ERF: return 1.1283791671f * sunda_exp(-k * k);
        case SILU: return silu_derivative(k);
        case MISH: return mish_derivative(k);
        case SOFTSIGN: return 1 / ((1 + fabsf(k)) * (1 + fabsf(k)));
        case LOG_SIGMOID: return sunda_sigmoid(-k);
        case HARDSIGMOID: return k > -3 && k < 3 ? 1 / 6.0f : 0;
        case HARDSWISH: return k <= -3 ? 0 : k < 3 ? k / 3 + 0.5f : 1;
        case GELU: return gelu_derivative(k);
        case GELU_TANH: return gelu_tanh_derivative(k);
        case LEAKY_RELU: return k > 0 ? 1.0f : (float) p.a;
        case ELU: return k <= 0 ? sunda_exp(k * (float) p.c) * (float) (p.a * p.b * p.c) : (float) p.b;
        case CLAMP: return k >= above(p.a) && k <= below(p.b) ? 1 : 0;
        case HARDTANH: return k <= below(p.a) || k >= above(p.b) ? 0 : 1;
        case SOFTPLUS: return (p.a == 1 ? k > below(p.b) : k * p.a > p.b) ? 1.0f : sunda_sigmoid(k * (float) p.a);
        case SOFTSHRINK:
        case HARDSHRINK: return k >= above(-p.a) && k <= below(p.a) ? 0 : 1;
        case THRESHOLD: return k <= below(p.a) ? 0 : 1;
        case NAN_TO_NUM: return fabsf(k) < INFINITY ? 1 : 0;
        default: return NAN;
    }
}

#include "unary.cuh"

FORWARD(neg, NEG)
FORWARD(abs, ABS)
FORWARD(sqrt, SQRT)
FORWARD(reciprocal, RECIPROCAL)
FORWARD(log, LOG)
FORWARD(exp, EXP)
FORWARD(erf, ERF)
FORWARD(clamp, CLAMP)
BOTH(square, SQUARE)
BOTH(tanh, TANH)
BOTH(sigmoid, SIGMOID)
BOTH(relu, RELU)
BOTH(silu, SILU)
BOTH(mish, MISH)
BOTH(gelu, GELU)
BOTH(gelu_tanh, GELU_TANH)
BOTH(hardswish, HARDSWISH)
BOTH(leaky_relu, LEAKY_RELU)
BOTH(elu, ELU)

REST

// Of integers, with wrap-around: in 64 bits unsigned, of which int32 keeps the lower half.
template<class T>
__device__ __forceinline__ T integral(int op, T x) {
    switch (op) {
        case NEG: return (T) (0 - (uint64_t) x);
        case ABS: return x < 0 ? (T) (0 - (uint64_t) x) : x;
        case SIGN: return sign(x);
        case SQUARE: return (T) ((uint64_t) x * (uint64_t) x);
        case RELU: return x > 0 ? x : 0;
        default: return x;                                           // floor, ceil, round and trunc
    }
}

template<class T>
__device__ __forceinline__ void unary_integers(int op, const T* x, T* y, const Strided<2>& walk, int flat) {
    for (unsigned i = thread_id(); i < walk.numel; i += thread_count()) {
        int at[2] = {(int) i, (int) i};
        if (!flat)
            walk.offsets(i, at);
        y[at[0]] = integral(op, x[at[1]]);
    }
}

extern "C" __global__ void unary_i32(int op, const int32_t* x, int32_t* y, Strided<2> walk, int flat) {
    unary_integers(op, x, y, walk, flat);
}

extern "C" __global__ void unary_i64(int op, const int64_t* x, int64_t* y, Strided<2> walk, int flat) {
    unary_integers(op, x, y, walk, flat);
}
