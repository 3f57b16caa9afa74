// Functions of one float32 tensor that are used less often than those of unary.cu, and their derivatives, which the CPU computes in double.
// The number of the function is an argument: it is the same for all threads, and one kernel for all is compiled once.
// Floor: the bytes of the operands; the functions take 20 to 80 instructions an element.
#include "more_values.cuh"
#include "operations.cuh"
#include "quads.cuh"

// A case for each derivative, as CASE(number, expression of what was kept, k, and of what arrives, dy).
#define DERIVATIVES                                                                                                                    \
    CASE(EXPM1, dy * (k + 1))                                                                                                          \
    CASE(EXP2, times_product(dy, k, 0x1.62e43p-1f))                                                                                    \
    CASE(LOG1P, dy / (1 + k))                                                                                                          \
    CASE(LOG2, dy / k * 0x1.715476p+0f)                                                                                                \
    CASE(LOG10, over_ln10(dy, k))                                                                                                      \
    CASE(SIN, dy * sunda_cos(k))                                                                                                       \
    CASE(COS, dy * -sunda_sin(k))                                                                                                      \
    CASE(TAN, fabsf(k) < 0x1p60f ? dy * fmaf(k, k, 1.0f) : dy * k * k)                                                                 \
    CASE(ASIN, dy / sqrtf(fmaf(-k, k, 1.0f)))                                                                                          \
    CASE(ACOS, -dy / sqrtf(fmaf(-k, k, 1.0f)))                                                                                         \
    CASE(ATAN, over_square(dy, 1, k))                                                                                                  \
    CASE(SINH, times_cosh(dy, k))                                                                                                      \
    CASE(COSH, times_sinh(dy, k))                                                                                                      \
    CASE(ASINH, over_asinh_root(dy, k))                                                                                                \
    CASE(ACOSH, over_acosh_root(dy, k))                                                                                                \
    CASE(ATANH, over_square(dy, -1, k))

// dy k c for c < 1: the smaller number may be denormal, but not the one that is multiplied by c.
__device__ __forceinline__ float times_product(float dy, float k, float c) {
    return fabsf(k) > fabsf(dy) ? k * c * dy : dy * c * k;
}

// dy / (k ln 10), without a denormal number on the way unless it is the result.
__device__ __forceinline__ float over_ln10(float dy, float k) {
    bool small = fabsf(dy) < 0x1p-100f;
    float quotient = (small ? dy : dy * 0x1.bcb7b2p-2f) / k;
    return small ? quotient * 0x1.bcb7b2p-2f : quotient;
}

// What k is multiplied by so that its square does not overflow.
__device__ __forceinline__ float scale_of(float k) {
    return fabsf(k) > 0x1p40f ? 0x1p-64f : 1.0f;
}

// dy / sqrt(k^2 + 1).
__device__ __forceinline__ float over_asinh_root(float dy, float k) {
    float scale = scale_of(k);
    float scaled = k * scale;
    return dy * scale / sqrtf(fmaf(scaled, scaled, scale * scale));
}

// dy / sqrt((k - 1) (k + 1)).
__device__ __forceinline__ float over_acosh_root(float dy, float k) {
    float scale = scale_of(k);
    float scaled = k * scale;
    return dy * scale / sqrtf((scaled - scale) * (scaled + scale));
}

// dy / (sign k^2 + 1).
__device__ __forceinline__ float over_square(float dy, float sign, float k) {
    float scale = scale_of(k);
    float scaled = k * scale;
    return dy * scale / fmaf(sign * scaled, scaled, scale * scale) * scale;
}

__device__ __forceinline__ float value(int op, float x) {
#define CASE(name, expression) case name: return expression;
    switch (op) {
        FUNCTIONS_OF_ONE
        default: return NAN;
    }
#undef CASE
}

__device__ __forceinline__ float chained(int op, float k, float dy) {
#define CASE(name, expression) case name: return expression;
    switch (op) {
        DERIVATIVES
        default: return NAN;
    }
#undef CASE
}

template<class F>
__device__ __forceinline__ void each(float (&v)[4], F function) {
#pragma unroll
    for (int j = 0; j < 4; j++)
        v[j] = function(v[j]);
}

extern "C" __global__ void unary_more_quads_f32(int op, const float* x, float* y, Quads<2> walk) {
    for (int q = thread_id(); q < walk.count(); q += thread_count()) {
        int at[2];
        walk.offsets(q, at);
        float v[4];
        load4(x + at[1], walk.broadcast & 2, walk.left(q), v);
#define CASE(name, expression) case name: each(v, [](float x) { return expression; }); break;
        switch (op) {
            FUNCTIONS_OF_ONE
        }
#undef CASE
        store4(y + at[0], walk.left(q), v);
    }
}

template<class F>
__device__ __forceinline__ void each(float (&v)[4], const float (&k)[4], F function) {
#pragma unroll
    for (int j = 0; j < 4; j++)
        v[j] = function(k[j], v[j]);
}

extern "C" __global__ void unary_more_backward_quads_f32(int op, const float* kept, const float* dy, float* dx, Quads<3> walk) {
    for (int q = thread_id(); q < walk.count(); q += thread_count()) {
        int at[3];
        walk.offsets(q, at);
        float k[4], v[4];
        load4(kept + at[1], walk.broadcast & 2, walk.left(q), k);
        load4(dy + at[2], walk.broadcast & 4, walk.left(q), v);
#define CASE(name, expression) case name: each(v, k, [](float k, float dy) { return expression; }); break;
        switch (op) {
            DERIVATIVES
        }
#undef CASE
        store4(dx + at[0], walk.left(q), v);
    }
}

// Views of any strides. `flat` says that all of them are one run of memory.
extern "C" __global__ void unary_more_f32(int op, const float* x, float* y, Strided<2> walk, int flat) {
    for (unsigned i = thread_id(); i < walk.numel; i += thread_count()) {
        int at[2] = {(int) i, (int) i};
        if (!flat)
            walk.offsets(i, at);
        y[at[0]] = value(op, x[at[1]]);
    }
}

extern "C" __global__ void unary_more_backward_f32(int op, const float* kept, const float* dy, float* dx, Strided<3> walk, int flat) {
    for (unsigned i = thread_id(); i < walk.numel; i += thread_count()) {
        int at[3] = {(int) i, (int) i, (int) i};
        if (!flat)
            walk.offsets(i, at);
        dx[at[0]] = chained(op, kept[at[1]], dy[at[2]]);
    }
}
