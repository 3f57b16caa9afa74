// Functions of two float32 tensors that are more than a few instructions and that the CPU computes in double. The number of the function is
// an argument: it is the same for all threads, and one kernel for all is compiled once. Broadcasting is stride 0.
// Floor: the bytes of the operands; the functions take 30 to 120 instructions an element.
#include "more_values.cuh"
#include "operand.cuh"
#include "operations.cuh"
#include "quads.cuh"

template<class F>
__device__ __forceinline__ void each(float (&x)[4], const float (&y)[4], F function) {
#pragma unroll
    for (int j = 0; j < 4; j++)
        x[j] = function(x[j], y[j]);
}

extern "C" __global__ void binary_more_quads_f32(int op, Operand<float> a, Operand<float> b, float* out, Quads<3> walk) {
    for (int q = thread_id(); q < walk.count(); q += thread_count()) {
        int at[3];
        walk.offsets(q, at);
        float x[4], y[4];
        a.load(at[1], walk.broadcast & 2, walk.left(q), x);
        b.load(at[2], walk.broadcast & 4, walk.left(q), y);
#define CASE(name, expression) case name: each(x, y, [](float a, float b) { return expression; }); break;
        switch (op) {
            FUNCTIONS_OF_TWO
        }
#undef CASE
        store4(out + at[0], walk.left(q), x);
    }
}

__device__ __forceinline__ float value(int op, float a, float b) {
#define CASE(name, expression) case name: return expression;
    switch (op) {
        FUNCTIONS_OF_TWO
        default: return NAN;
    }
#undef CASE
}

// Views of any strides. `flat` says that all of them are one run of memory.
extern "C" __global__ void binary_more_f32(int op, Operand<float> a, Operand<float> b, float* out, Strided<3> walk, int flat) {
    for (unsigned i = thread_id(); i < walk.numel; i += thread_count()) {
        int at[3] = {(int) i, (int) i, (int) i};
        if (!flat)
            walk.offsets(i, at);
        out[at[0]] = value(op, a.at(at[1]), b.at(at[2]));
    }
}
