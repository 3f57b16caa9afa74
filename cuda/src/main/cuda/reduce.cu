// Sums, products, extremes and logical folds over any dimensions, and the places of extremes.
//
// Floor: every element read once; results are few. Sums of float32 are kept in double, to which four elements at a time are added that were
// summed pairwise in float: the error is at most 2 ulp (2^-22) of the sum of magnitudes, for any length, at a quarter of an addition in
// double for each element, which the slowest devices do as fast as they read.
#include <climits>
#include <cmath>
#include <cstring>
#include <type_traits>
#include "reduction.cuh"

enum Op { SUM, PROD, MAX, MIN, ANY, ALL };   // ReduceOp

struct SumF32 : Fold<SumF32, double, float> {
    const float* x;
    float* out;

    __device__ SumF32(const float* x, float* out) : x(x), out(out) {}
    __device__ double start() const { return 0; }
    __device__ void open(const int (&at)[2]) { x += at[0]; }
    __device__ float load(const int (&at)[2], int) const { return x[at[0]]; }
    __device__ void add(double& sum, float a) const { sum += a; }
    __device__ void add4(double& sum, float a, float b, float c, float d) const { sum += (a + b) + (c + d); }
    __device__ double merge(double a, double b) const { return a + b; }
    __device__ void close(double sum, const int (&at)[2]) const { out[at[1]] = (float) sum; }
};

struct SumF32x4 : Fold<SumF32x4, double, float4> {
    SumF32 one;

    __device__ SumF32x4(const float* x, float* out) : one(x, out) {}
    __device__ double start() const { return 0; }
    __device__ void open(const int (&at)[2]) { one.open(at); }
    __device__ float4 load(const int (&at)[2], int) const { return reinterpret_cast<const float4*>(one.x)[at[0]]; }
    __device__ void add(double& sum, float4 a) const { one.add4(sum, a.x, a.y, a.z, a.w); }
    __device__ double merge(double a, double b) const { return a + b; }
    __device__ void close(double sum, const int (&at)[2]) const { one.close(sum, at); }
};

// The largest, or, with the sign bit in `flip`, the smallest element.
struct ExtremeF32 : Fold<ExtremeF32, float, float> {
    const float* x;
    float* out;
    int flip;

    __device__ ExtremeF32(const float* x, float* out, int flip) : x(x), out(out), flip(flip) {}
    __device__ float turned(float a) const { return __int_as_float(__float_as_int(a) ^ flip); }
    __device__ float start() const { return -INFINITY; }
    __device__ void open(const int (&at)[2]) { x += at[0]; }
    __device__ float load(const int (&at)[2], int) const { return x[at[0]]; }
    __device__ void add(float& most, float a) const { most = larger(most, turned(a)); }
    __device__ float merge(float a, float b) const { return larger(a, b); }
    __device__ void close(float most, const int (&at)[2]) const { out[at[1]] = turned(most); }
};

struct ExtremeF32x4 : Fold<ExtremeF32x4, float, float4> {
    ExtremeF32 one;

    __device__ ExtremeF32x4(const float* x, float* out, int flip) : one(x, out, flip) {}
    __device__ float start() const { return one.start(); }
    __device__ void open(const int (&at)[2]) { one.open(at); }
    __device__ float4 load(const int (&at)[2], int) const { return reinterpret_cast<const float4*>(one.x)[at[0]]; }
    __device__ void add(float& most, float4 a) const {
        float left = larger(one.turned(a.x), one.turned(a.y));
        float right = larger(one.turned(a.z), one.turned(a.w));
        most = larger(most, larger(left, right));
    }
    __device__ float merge(float a, float b) const { return larger(a, b); }
    __device__ void close(float most, const int (&at)[2]) const { one.close(most, at); }
};

// Any fold of floating numbers, in double; which one is the same for the whole grid.
struct Real : Fold<Real, double, double> {
    const char* x;
    char* out;
    int bytes;   // of an element: 4 or 8
    int op;

    __device__ Real(const char* x, char* out, int bytes, int op) : x(x), out(out), bytes(bytes), op(op) {}
    __device__ double start() const {
        return op == MAX ? -(double) INFINITY : op == MIN ? (double) INFINITY : op == PROD || op == ALL ? 1 : 0;
    }
    __device__ void open(const int (&at)[2]) { x += (int64_t) at[0] * bytes; }
    __device__ double load(const int (&at)[2], int) const {
        return bytes == 4 ? reinterpret_cast<const float*>(x)[at[0]] : reinterpret_cast<const double*>(x)[at[0]];
    }
    __device__ void add(double& state, double a) const { state = merge(state, a); }
    __device__ double merge(double a, double b) const {
        switch (op) {
        case SUM: return a + b;
        case PROD: return a * b;
        case MAX: return larger(a, b);
        case MIN: return -larger(-a, -b);
        case ANY: return a != 0 || b != 0 ? 1 : 0;
        default: return a != 0 && b != 0 ? 1 : 0;
        }
    }
    __device__ void close(double state, const int (&at)[2]) const {
        if (op >= ANY)
            out[at[1]] = state != 0;
        else if (bytes == 4)
            reinterpret_cast<float*>(out)[at[1]] = (float) state;
        else
            reinterpret_cast<double*>(out)[at[1]] = state;
    }
};

// An integer or boolean of 1, 4 or 8 bytes.
__device__ __forceinline__ int64_t integer(const char* x, int at, int bytes) {
    if (bytes == 8)
        return reinterpret_cast<const int64_t*>(x)[at];
    if (bytes == 4)
        return reinterpret_cast<const int*>(x)[at];
    return x[at] != 0;
}

// Any fold of integers and booleans, in 64 bits with wrap-around.
struct Integer : Fold<Integer, int64_t, int64_t> {
    const char* x;
    char* out;
    int bytes;
    int op;

    __device__ Integer(const char* x, char* out, int bytes, int op) : x(x), out(out), bytes(bytes), op(op) {}
    __device__ int64_t start() const { return op == MAX ? LLONG_MIN : op == MIN ? LLONG_MAX : op == PROD || op == ALL ? 1 : 0; }
    __device__ void open(const int (&at)[2]) { x += (int64_t) at[0] * bytes; }
    __device__ int64_t load(const int (&at)[2], int) const { return integer(x, at[0], bytes); }
    __device__ void add(int64_t& state, int64_t a) const { state = merge(state, a); }
    __device__ int64_t merge(int64_t a, int64_t b) const {
        switch (op) {
        case SUM: return (int64_t) ((uint64_t) a + (uint64_t) b);
        case PROD: return (int64_t) ((uint64_t) a * (uint64_t) b);
        case MAX: return a > b ? a : b;
        case MIN: return a < b ? a : b;
        case ANY: return a != 0 || b != 0 ? 1 : 0;
        default: return a != 0 && b != 0 ? 1 : 0;
        }
    }
    __device__ void close(int64_t state, const int (&at)[2]) const {
        int width = op <= PROD ? 8 : op >= ANY ? 1 : bytes;
        if (width == 8)
            reinterpret_cast<int64_t*>(out)[at[1]] = state;
        else if (width == 4)
            reinterpret_cast<int*>(out)[at[1]] = (int) state;
        else
            out[at[1]] = state != 0;
    }
};

// An element and its place; -1 while there is none.
template<class T>
struct Placed {
    T value;
    std::conditional_t<sizeof(T) == 8, int64_t, int> place;   // no gap behind it
};

// Whether `x` takes the place of `best`, which stands before it. NaN is larger than everything.
template<class T>
__device__ __forceinline__ bool beats(T x, T best) {
    return best == best && (x != x || x > best);
}

// The place of the first largest element; smaller ones are made larger by `turned`.
template<class F, class T>
struct Arg : Fold<F, Placed<T>, Placed<T>> {
    int64_t* out;
    bool largest;

    __device__ Arg(int64_t* out, int largest) : out(out), largest(largest) {}
    __device__ Placed<T> start() const { return {0, -1}; }
    __device__ void add(Placed<T>& best, Placed<T> a) const { best = best.place < 0 || beats(a.value, best.value) ? a : best; }
    __device__ Placed<T> merge(Placed<T> a, Placed<T> b) const {
        bool swap = b.place >= 0 && (a.place < 0 || b.place < a.place);          // a is to stand first
        Placed<T> first = swap ? b : a;
        Placed<T> second = swap ? a : b;
        return second.place >= 0 && beats(second.value, first.value) ? second : first;
    }
    __device__ void close(Placed<T> best, const int (&at)[2]) const { out[at[1]] = best.place; }
};

template<class T>
struct ArgFloat : Arg<ArgFloat<T>, T> {
    const T* x;

    __device__ ArgFloat(const T* x, int64_t* out, int largest) : Arg<ArgFloat<T>, T>(out, largest), x(x) {}
    __device__ void open(const int (&at)[2]) { x += at[0]; }
    __device__ Placed<T> load(const int (&at)[2], int i) const {
        T value = x[at[0]];
        return {this->largest ? value : -value, i};
    }
};

struct ArgInteger : Arg<ArgInteger, int64_t> {
    const char* x;
    int bytes;

    __device__ ArgInteger(const char* x, int64_t* out, int largest, int bytes) : Arg(out, largest), x(x), bytes(bytes) {}
    __device__ void open(const int (&at)[2]) { x += (int64_t) at[0] * bytes; }
    __device__ Placed<int64_t> load(const int (&at)[2], int i) const {
        int64_t value = integer(x, at[0], bytes);
        return {largest ? value : ~value, i};
    }
};

#define PARAMETERS(...) (Strided<2> kept, Strided<2> places, int chunk, void* partial, __VA_ARGS__)
#define ROWS(name, fold, ...) extern "C" __global__ void name PARAMETERS(__VA_ARGS__) { fold_rows(fold, kept, places, chunk, partial); }
#define COLUMNS(name, fold, ...)                                                                                                       \
    extern "C" __global__ void name PARAMETERS(__VA_ARGS__) { fold_columns(fold, kept, places, chunk, partial); }
#define FINISH(name, fold, ...) extern "C" __global__ void name PARAMETERS(__VA_ARGS__) { fold_finish(fold, kept, chunk, partial); }

#define SUM_F32 const float *x, float *out
ROWS(reduce_sum_f32_rows4, (SumF32x4(x, out)), SUM_F32)
ROWS(reduce_sum_f32_rows, (SumF32(x, out)), SUM_F32)
COLUMNS(reduce_sum_f32_columns, (SumF32(x, out)), SUM_F32)
FINISH(reduce_sum_f32_finish, (SumF32(x, out)), SUM_F32)

#define EXTREME_F32 const float *x, float *out, int flip
ROWS(reduce_extreme_f32_rows4, (ExtremeF32x4(x, out, flip)), EXTREME_F32)
ROWS(reduce_extreme_f32_rows, (ExtremeF32(x, out, flip)), EXTREME_F32)
COLUMNS(reduce_extreme_f32_columns, (ExtremeF32(x, out, flip)), EXTREME_F32)
FINISH(reduce_extreme_f32_finish, (ExtremeF32(x, out, flip)), EXTREME_F32)

#define ANY_TYPE const char *x, char *out, int bytes, int op
ROWS(reduce_real_rows, (Real(x, out, bytes, op)), ANY_TYPE)
COLUMNS(reduce_real_columns, (Real(x, out, bytes, op)), ANY_TYPE)
FINISH(reduce_real_finish, (Real(x, out, bytes, op)), ANY_TYPE)
ROWS(reduce_integer_rows, (Integer(x, out, bytes, op)), ANY_TYPE)
COLUMNS(reduce_integer_columns, (Integer(x, out, bytes, op)), ANY_TYPE)
FINISH(reduce_integer_finish, (Integer(x, out, bytes, op)), ANY_TYPE)

#define ARG_FLOAT(name, T)                                                                                                             \
    ROWS(arg_##name##_rows, (ArgFloat<T>(x, out, largest)), const T* x, int64_t* out, int largest)                                     \
    COLUMNS(arg_##name##_columns, (ArgFloat<T>(x, out, largest)), const T* x, int64_t* out, int largest)                               \
    FINISH(arg_##name##_finish, (ArgFloat<T>(x, out, largest)), const T* x, int64_t* out, int largest)
ARG_FLOAT(f32, float)
ARG_FLOAT(f64, double)

#define ARG_INTEGER const char *x, int64_t *out, int largest, int bytes
ROWS(arg_integer_rows, (ArgInteger(x, out, largest, bytes)), ARG_INTEGER)
COLUMNS(arg_integer_columns, (ArgInteger(x, out, largest, bytes)), ARG_INTEGER)
FINISH(arg_integer_finish, (ArgInteger(x, out, largest, bytes)), ARG_INTEGER)
