// Kernels of functions of one float32 tensor. Before this file stands derivative(op, k, p).
#pragma once
#include "operations.cuh"
#include "plain_values.cuh"
#include "quads.cuh"

template<int op>
__device__ __forceinline__ void unary_quads(const float* x, float* y, const Quads<2>& walk, const Numbers& p) {
    for (int q = thread_id(); q < walk.count(); q += thread_count()) {
        int at[2];
        walk.offsets(q, at);
        float v[4];
        load4(x + at[1], walk.broadcast & 2, walk.left(q), v);
#pragma unroll
        for (int j = 0; j < 4; j++)
            v[j] = plain_value(op, v[j], p);
        store4(y + at[0], walk.left(q), v);
    }
}

template<int op>
__device__ __forceinline__ void backward_quads(const float* kept, const float* dy, float* dx, const Quads<3>& walk, const Numbers& p) {
    for (int q = thread_id(); q < walk.count(); q += thread_count()) {
        int at[3];
        walk.offsets(q, at);
        float k[4], v[4];
        load4(kept + at[1], walk.broadcast & 2, walk.left(q), k);
        load4(dy + at[2], walk.broadcast & 4, walk.left(q), v);
#pragma unroll
        for (int j = 0; j < 4; j++)
            v[j] *= derivative(op, k[j], p);
        store4(dx + at[0], walk.left(q), v);
    }
}

#define FORWARD(name, op)                                                                                                              \
    extern "C" __global__ void unary_##name##_f32(const float* x, float* y, Quads<2> walk, Numbers p) {                                \
        unary_quads<op>(x, y, walk, p);                                                                                                \
    }
#define BACKWARD(name, op)                                                                                                             \
    extern "C" __global__ void unary_backward_##name##_f32(const float* kept, const float* dy, float* dx, Quads<3> walk, Numbers p) {  \
        backward_quads<op>(kept, dy, dx, walk, p);                                                                                     \
    }
#define BOTH(name, op) FORWARD(name, op) BACKWARD(name, op)

// Other functions, and views of any strides. `flat` says that all of them are one run of memory.
#define REST                                                                                                                           \
    extern "C" __global__ void unary_f32(int op, const float* x, float* y, Strided<2> walk, int flat, Numbers p) {                     \
        for (unsigned i = thread_id(); i < walk.numel; i += thread_count()) {                                                          \
            int at[2] = {(int) i, (int) i};                                                                                            \
            if (!flat)                                                                                                                 \
                walk.offsets(i, at);                                                                                                   \
            y[at[0]] = plain_value(op, x[at[1]], p);                                                                                   \
        }                                                                                                                              \
    }                                                                                                                                  \
    extern "C" __global__ void unary_backward_f32(int op, const float* kept, const float* dy, float* dx, Strided<3> walk, int flat,    \
            Numbers p) {                                                                                                               \
        for (unsigned i = thread_id(); i < walk.numel; i += thread_count()) {                                                          \
            int at[3] = {(int) i, (int) i, (int) i};                                                                                   \
            if (!flat)                                                                                                                 \
                walk.offsets(i, at);                                                                                                   \
            dx[at[0]] = dy[at[2]] * derivative(op, kept[at[1]], p);                                                                    \
        }                                                                                                                              \
    }
