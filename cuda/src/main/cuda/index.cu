// Reading and writing at places that another tensor names along one dimension.
//
// Where several numbers go to one place they are taken in the order of their positions along the dimension: one thread takes a whole slice,
// or, where slices are long, the indices have been sorted (stable, sort.cu) and one thread takes all that go to one place. No
// floating-point atomics. Floor: source, indices and what is written once; reading it once more unless it is just overwritten.
#include <type_traits>
#include "common.cuh"

// ------------------------------------------------------------------------------------------------------------ gather

// The walk goes over results, indices, and the slices of x. An element may be a group of 16 bytes.
template<class T>
__device__ __forceinline__ void gather(const T* x, const int64_t* index, T* out, int limit, int step, Fault* fault, int code,
        const Strided<3>& walk) {
    for (unsigned i = thread_id(); i < walk.numel; i += thread_count()) {
        int at[3];
        walk.offsets(i, at);
        int64_t chosen = index[at[1]];
        bool fits = chosen >= 0 && chosen < limit;
        if (!fits)
            report(fault, code, chosen, limit);
        T value = T();
        if (fits)
            value = x[at[2] + (int) chosen * step];
        out[at[0]] = value;
    }
}

#define GATHER(name, T)                                                                                                                \
    extern "C" __global__ void gather_##name(const T* x, const int64_t* index, T* out, int limit, int step, Fault* fault, int code,    \
            Strided<3> walk) {                                                                                                         \
        gather(x, index, out, limit, step, fault, code, walk);                                                                         \
    }

GATHER(b8, uint8_t)
GATHER(b32, uint32_t)
GATHER(b64, uint64_t)
GATHER(b128, uint4)

// ------------------------------------------------------------------------------------------------------------ scatter

enum Op { SET, ADD, MULTIPLY, MAX, MIN };    // as ScatterOp

// What sums are made in: double for both floating types, so that a sum is rounded once, as everywhere else; long chains of float32
// additions would lose digits.
template<class T>
struct Sum {
    typedef double Type;
    static constexpr int TOGETHER = 16;      // loads of a thread under way at once
};
template<>
struct Sum<int> {
    typedef int Type;
    static constexpr int TOGETHER = 1;
};
template<>
struct Sum<int64_t> {
    typedef int64_t Type;
    static constexpr int TOGETHER = 1;
};
template<>
struct Sum<uint8_t> {
    typedef uint8_t Type;
    static constexpr int TOGETHER = 1;
};

template<class A>
__device__ __forceinline__ A larger(A a, A b) {
    return a > b ? a : b;
}

template<class A>
__device__ __forceinline__ A lesser(A a, A b) {
    return a < b ? a : b;
}

// NaN passes, and zero is larger than minus zero.
__device__ __forceinline__ double larger(double a, double b) {
    return a != a || a > b || (a == b && __double_as_longlong(a) >= 0) ? a : b;
}

__device__ __forceinline__ double lesser(double a, double b) {
    return a != a || a < b || (a == b && __double_as_longlong(a) < 0) ? a : b;
}

template<class A>
__device__ __forceinline__ A apply(int op, A a, A b) {
    return op == ADD ? a + b : op == MULTIPLY ? a * b : op == MAX ? larger(a, b) : lesser(a, b);
}

template<>
__device__ __forceinline__ uint8_t apply<uint8_t>(int op, uint8_t a, uint8_t b) {
    return op == ADD || op == MAX ? a | b : a & b;
}

// What is scattered: `length` elements of each slice go to places from 0 to below `limit`.
struct Scatter {
    int op;
    int length;
    int limit;
    int out_step, source_step, index_step;
    int code;
    Fault* fault;

    __device__ __forceinline__ bool fits(int64_t place) const {
        if (place >= 0 && place < limit)
            return true;
        report(fault, code, place, limit);
        return false;
    }
};

// A thread takes a slice. The walk goes over those of results, sources, and indices. A sum or product of float32 is made where the first of
// those that go to its place stands, and rounded once; the others are passed over, which is little work while slices are short.
template<class T>
__device__ __forceinline__ void scatter_slices(const T* source, const int64_t* index, T* out, const Scatter& call, const Strided<3>& walk) {
    typedef typename Sum<T>::Type A;
    for (unsigned i = thread_id(); i < walk.numel; i += thread_count()) {
        int at[3];
        walk.offsets(i, at);
        for (int j = 0; j < call.length; j++) {
            int64_t place = index[at[2] + j * call.index_step];
            if (!call.fits(place))
                continue;
            T* to = out + at[0] + (int) place * call.out_step;
            if (std::is_same<T, float>::value && (call.op == ADD || call.op == MULTIPLY)) {
                bool first = true;
                for (int k = 0; k < j; k++)
                    first = first && index[at[2] + k * call.index_step] != place;
                if (!first)
                    continue;
                A sum = *to;
                for (int k = j; k < call.length; k++)
                    if (index[at[2] + k * call.index_step] == place)
                        sum = apply<A>(call.op, sum, source[at[1] + k * call.source_step]);
                *to = (T) sum;
            } else {
                T value = source[at[1] + j * call.source_step];
                *to = call.op == SET ? value : (T) apply<A>(call.op, *to, value);
            }
        }
    }
}

// A thread takes all that goes to one place in one column: elements of the row that have the same index. `keys` and `places` are the sorted
// indices of each row and where they stood; a row's columns share them.
template<class T>
__device__ __forceinline__ void scatter_sorted(const unsigned* keys, const int* places, const T* source, T* out, const Scatter& call,
        int columns, int row0, int rows, const Strided<3>& row_walk, const Strided<2>& column_walk) {
    typedef typename Sum<T>::Type A;
    constexpr int TOGETHER = Sum<T>::TOGETHER;
    unsigned length = call.length;
    unsigned total = (unsigned) rows * length * columns;
    for (unsigned i = thread_id(); i < total; i += thread_count()) {
        unsigned line = i / columns;
        unsigned row = line / length, p = line - row * length;
        const unsigned* key = keys + row * length;
        const int* place = places + row * length;
        unsigned target = key[p];
        bool first = p == 0 || key[p - 1] != target;
        bool last = p + 1 == length || key[p + 1] != target;
        if (target >= call.limit || !(call.op == SET ? last : first))
            continue;
        int at[3], column[2];
        row_walk.offsets(row0 + row, at);
        column_walk.offsets(i - line * columns, column);
        T* to = out + at[0] + column[0] + (int) target * call.out_step;
        const T* from = source + at[1] + column[1];
        int step = call.source_step;
        if (call.op == SET) {
            *to = from[place[p] * step];
            continue;
        }
        A sum = *to;
        for (; TOGETHER > 1 && p + TOGETHER <= length && key[p + TOGETHER - 1] == target; p += TOGETHER) {
            T values[TOGETHER];                                      // loads overlap, sums stay in order
#pragma unroll
            for (int j = 0; j < TOGETHER; j++)
                values[j] = from[place[p + j] * step];
#pragma unroll
            for (int j = 0; j < TOGETHER; j++)
                sum = apply<A>(call.op, sum, values[j]);
        }
        for (; p < length && key[p] == target; p++)
            sum = apply<A>(call.op, sum, from[place[p] * step]);
        *to = (T) sum;
    }
}

#define SCATTER(name, T)                                                                                                               \
    extern "C" __global__ void scatter_slices_##name(const T* source, const int64_t* index, T* out, Scatter call, Strided<3> walk) {   \
        scatter_slices(source, index, out, call, walk);                                                                                \
    }                                                                                                                                  \
    extern "C" __global__ void scatter_sorted_##name(const unsigned* keys, const int* places, const T* source, T* out, Scatter call,   \
            int columns, int row0, int rows, Strided<3> row_walk, Strided<2> column_walk) {                                            \
        scatter_sorted(keys, places, source, out, call, columns, row0, rows, row_walk, column_walk);                                   \
    }

SCATTER(b8, uint8_t)
SCATTER(i32, int)
SCATTER(i64, int64_t)
SCATTER(f32, float)
SCATTER(f64, double)

// Sums, maxima and minima of integers are the same in any order: a thread takes an element. The walk goes over results at place 0, sources,
// and indices.
__device__ __forceinline__ void combine(int op, int* to, int value) {
    if (op == ADD)
        atomicAdd(to, value);
    else if (op == MAX)
        atomicMax(to, value);
    else
        atomicMin(to, value);
}

__device__ __forceinline__ void combine(int op, int64_t* to, int64_t value) {
    if (op == ADD)
        atomicAdd((unsigned long long*) to, (unsigned long long) value);
    else if (op == MAX)
        atomicMax((long long*) to, (long long) value);
    else
        atomicMin((long long*) to, (long long) value);
}

template<class T>
__device__ __forceinline__ void scatter_integers(const T* source, const int64_t* index, T* out, const Scatter& call,
        const Strided<3>& walk) {
    for (unsigned i = thread_id(); i < walk.numel; i += thread_count()) {
        int at[3];
        walk.offsets(i, at);
        int64_t place = index[at[2]];
        if (call.fits(place))
            combine(call.op, out + at[0] + (int) place * call.out_step, source[at[1]]);
    }
}

extern "C" __global__ void scatter_integers_i32(const int* source, const int64_t* index, int* out, Scatter call, Strided<3> walk) {
    scatter_integers(source, index, out, call, walk);
}

extern "C" __global__ void scatter_integers_i64(const int64_t* source, const int64_t* index, int64_t* out, Scatter call,
        Strided<3> walk) {
    scatter_integers(source, index, out, call, walk);
}
