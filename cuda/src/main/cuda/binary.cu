// Functions of two tensors or of one and a number, apart from those of special_binary.cu. Broadcasting is stride 0.
// Floor: the bytes of the operands.
#include "integers.cuh"
#include "math.cuh"
#include "operand.cuh"
#include "operations.cuh"
#include "quads.cuh"

// What is one instruction or a few.
template<class T>
__device__ __forceinline__ T arithmetic(int op, T a, T b) {
    switch (op) {
        case ADD: return a + b;
        case SUB: return a - b;
        case MUL: return a * b;
        case DIV: return a / b;
        case MAXIMUM: return maximum(a, b);
        case MINIMUM: return minimum(a, b);
        case COPYSIGN: return copysign(a, b);
        default: return NAN;
    }
}

template<class T>
__device__ __forceinline__ uint8_t compared(int op, T a, T b) {
    switch (op) {
        case EQ: return a == b;
        case NE: return a != b;
        case LT: return a < b;
        case LE: return a <= b;
        case GT: return a > b;
        case GE: return a >= b;
        case AND: return a != 0 && b != 0;
        case OR: return a != 0 || b != 0;
        default: return (a != 0) != (b != 0);
    }
}

template<int op>
__device__ __forceinline__ void binary_quads(const Operand<float>& a, const Operand<float>& b, float* out, const Quads<3>& walk) {
    for (int q = thread_id(); q < walk.count(); q += thread_count()) {
        int at[3];
        walk.offsets(q, at);
        float x[4], y[4];
        a.load(at[1], walk.broadcast & 2, walk.left(q), x);
        b.load(at[2], walk.broadcast & 4, walk.left(q), y);
#pragma unroll
        for (int j = 0; j < 4; j++)
            x[j] = arithmetic(op, x[j], y[j]);
        store4(out + at[0], walk.left(q), x);
    }
}

#define QUADS(name, op)                                                                                                                \
    extern "C" __global__ void binary_##name##_f32(Operand<float> a, Operand<float> b, float* out, Quads<3> walk) {                     \
        binary_quads<op>(a, b, out, walk);                                                                                             \
    }

QUADS(add, ADD)
QUADS(sub, SUB)
QUADS(mul, MUL)
QUADS(div, DIV)
QUADS(maximum, MAXIMUM)
QUADS(minimum, MINIMUM)

// All comparisons: four results are one word.
extern "C" __global__ void compare_quads_f32(int op, Operand<float> a, Operand<float> b, uint8_t* out, Quads<3> walk) {
    for (int q = thread_id(); q < walk.count(); q += thread_count()) {
        int at[3];
        walk.offsets(q, at);
        float x[4], y[4];
        uint8_t truth[4];
        a.load(at[1], walk.broadcast & 2, walk.left(q), x);
        b.load(at[2], walk.broadcast & 4, walk.left(q), y);
#pragma unroll
        for (int j = 0; j < 4; j++)
            truth[j] = compared(op, x[j], y[j]);
        store4(out + at[0], walk.left(q), truth);
    }
}

// The rest, and views of any strides. `flat` says that all of them are one run of memory.
template<class T, class U, class F>
__device__ __forceinline__ void each(const Operand<T>& a, const Operand<T>& b, U* out, const Strided<3>& walk, int flat, F function) {
    for (unsigned i = thread_id(); i < walk.numel; i += thread_count()) {
        int at[3] = {(int) i, (int) i, (int) i};
        if (!flat)
            walk.offsets(i, at);
        out[at[0]] = function(a.at(at[1]), b.at(at[2]));
    }
}

// Float32 arithmetic stays in float: the result is the same as in double and rounded.
extern "C" __global__ void arithmetic_f32(int op, Operand<float> a, Operand<float> b, float* out, Strided<3> walk, int flat) {
    each(a, b, out, walk, flat, [op](float x, float y) { return arithmetic(op, x, y); });
}

extern "C" __global__ void arithmetic_f64(int op, Operand<double> a, Operand<double> b, double* out, Strided<3> walk, int flat) {
    each(a, b, out, walk, flat, [op](double x, double y) { return arithmetic(op, x, y); });
}

extern "C" __global__ void binary_i32(int op, Operand<int32_t> a, Operand<int32_t> b, int32_t* out, Strided<3> walk, int flat) {
    each(a, b, out, walk, flat, [op](int64_t x, int64_t y) { return (int32_t) integral(op, x, y); });
}

extern "C" __global__ void binary_i64(int op, Operand<int64_t> a, Operand<int64_t> b, int64_t* out, Strided<3> walk, int flat) {
    each(a, b, out, walk, flat, [op](int64_t x, int64_t y) { return integral(op, x, y); });
}

extern "C" __global__ void binary_bool(int op, Operand<int8_t> a, Operand<int8_t> b, int8_t* out, Strided<3> walk, int flat) {
    each(a, b, out, walk, flat, [op](int64_t x, int64_t y) { return (int8_t) (integral(op, x, y) != 0); });
}

#define COMPARE(name, T)                                                                                                               \
    extern "C" __global__ void compare_##name(int op, Operand<T> a, Operand<T> b, uint8_t* out, Strided<3> walk, int flat) {             \
        each(a, b, out, walk, flat, [op](T x, T y) { return compared(op, x, y); });                                                    \
    }

COMPARE(f32, float)
COMPARE(f64, double)
COMPARE(i32, int32_t)
COMPARE(i64, int64_t)
COMPARE(bool, int8_t)
