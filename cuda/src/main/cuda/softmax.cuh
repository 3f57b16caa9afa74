// Softmax, its logarithm and their gradients, along one dimension.
//
// Floors: forward x read and out written, once each; backward y and dy read, dx written. Rows of at most 16,384 neighbouring elements stay
// in registers between the two and reach the floor: a part of a warp for short ones, a warp up to 1,024 elements, above that a block.
// Others are read twice, the second time from the cache where it holds them: one kernel folds each row to its largest element and the sum
// of exponentials (or to the sum the gradient needs), a second one applies that.
#pragma once
#include <cmath>
#include "exponentials.cuh"
#include "reduction.cuh"
#include "row.cuh"

// x or y, dy, out or dx, and two numbers of each row.
enum { X, DY, OUT, FIRST, SECOND, VIEWS };

template<class T>
struct Largest {
    using State = T;
    __device__ T merge(T a, T b) const { return fmax(a, b); }
};

// Sums of a thread's own numbers: pairs of slots, then lanes; together with the tree of the block the error grows with the logarithm of the
// row's length, but for at most eight numbers added one after another.
template<class T, class I, int SLOTS>
__device__ __forceinline__ void softmax(const Strided<VIEWS>& kept, const Strided<VIEWS>& places, const T* x, T* out, int log_) {
    int row = blockIdx.x * blockDim.y + threadIdx.y;
    int count = row < kept.numel ? places.numel : 0;
    int at[VIEWS];
    kept.offsets(count > 0 ? row : 0, at);
    Row<I, SLOTS> r;
    r.load(x + at[X], places.stride[X][0], count, -(T) INFINITY);
    T most = -(T) INFINITY;
#pragma unroll
    for (int k = 0; k < SLOTS; k++)
#pragma unroll
        for (int j = 0; j < Lanes<I>::COUNT; j++)
            most = fmax(most, Lanes<I>::at(r.slots[k], j));
    most = merged(Largest<T>(), most);
    T sum = 0;
#pragma unroll
    for (int k = 0; k < SLOTS; k++) {
        T part = 0;
#pragma unroll
        for (int j = 0; j < Lanes<I>::COUNT; j++) {
            T& a = Lanes<I>::at(r.slots[k], j);
            a -= most;
            T e = exponential(a);
            part += e;
            a = log_ ? a : e;
        }
        sum += part;
    }
    sum = merged(Total<T>(), sum);
    T offset = log_ ? log(sum) : 0;
#pragma unroll
    for (int k = 0; k < SLOTS; k++)
#pragma unroll
        for (int j = 0; j < Lanes<I>::COUNT; j++) {
            T& a = Lanes<I>::at(r.slots[k], j);
            a = log_ ? a - offset : a / sum;
        }
    r.store(out + at[OUT], places.stride[OUT][0], count);
}

template<class T>
__device__ __forceinline__ T gradient(T y, T dy, T sum, int log_) {
    return log_ ? fma(-exponential(y), sum, dy) : y * (dy - sum);
}

template<class T, class I, int SLOTS>
__device__ __forceinline__ void softmax_backward(const Strided<VIEWS>& kept, const Strided<VIEWS>& places, const T* y, const T* dy, T* dx,
        int log_) {
    int row = blockIdx.x * blockDim.y + threadIdx.y;
    int count = row < kept.numel ? places.numel : 0;
    int at[VIEWS];
    kept.offsets(count > 0 ? row : 0, at);
    Row<I, SLOTS> a;
    Row<I, SLOTS> b;
    a.load(y + at[X], places.stride[X][0], count, (T) 0);
    b.load(dy + at[DY], places.stride[DY][0], count, (T) 0);
    T sum = 0;
#pragma unroll
    for (int k = 0; k < SLOTS; k++) {
        T part = 0;
#pragma unroll
        for (int j = 0; j < Lanes<I>::COUNT; j++) {
            T g = Lanes<I>::at(b.slots[k], j);
            part = log_ ? part + g : fma(g, Lanes<I>::at(a.slots[k], j), part);
        }
        sum += part;
    }
    sum = merged(Total<T>(), sum);
    // Each is stored as it is computed: computed before, one of the conditions of float64 would not stay in a register.
#pragma unroll
    for (int k = 0; k < SLOTS; k++) {
        int i = threadIdx.x + k * blockDim.x;
        if (i < count) {
#pragma unroll
            for (int j = 0; j < Lanes<I>::COUNT; j++) {
                T& g = Lanes<I>::at(b.slots[k], j);
                g = gradient(Lanes<I>::at(a.slots[k], j), g, sum, log_);
            }
            reinterpret_cast<I*>(dx + at[OUT])[i * places.stride[OUT][0]] = b.slots[k];
        }
    }
}

// The largest element of each row and the sum of exponentials or its logarithm.
template<class T>
struct Statistics : Fold<Statistics<T>, Exponentials<T>, T> {
    using State = Exponentials<T>;
    const T* x;
    T* first;
    T* second;
    int log_;

    __device__ Statistics(const T* x, T* first, T* second, int log_) : x(x), first(first), second(second), log_(log_) {}
    __device__ State start() const { return {0, -(double) INFINITY}; }
    __device__ void open(const int (&at)[VIEWS]) { x += at[X]; }
    __device__ T load(const int (&at)[VIEWS], int) const { return x[at[X]]; }
    __device__ void add(State& s, T a) const { s.add(a); }
    __device__ void add4(State& s, T a, T b, T c, T d) const { s.add(a, b, c, d); }
    __device__ State merge(State a, const State& b) const {
        a.add(b);
        return a;
    }
    __device__ void close(const State& s, const int (&at)[VIEWS]) const {
        first[at[FIRST]] = (T) s.most;
        T sum = (T) s.total();
        second[at[SECOND]] = log_ ? log(sum) : sum;
    }
};

template<class T>
struct Apply {
    using Item = T;
    const T* x;
    T* out;
    const T* first;
    const T* second;
    int log_;
    T most;
    T sum;

    __device__ Apply(const T* x, T* out, const T* first, const T* second, int log_)
        : x(x), out(out), first(first), second(second), log_(log_) {}
    __device__ void open(const int (&at)[VIEWS]) {
        x += at[X];
        out += at[OUT];
        most = first[at[FIRST]];
        sum = second[at[SECOND]];
    }
    __device__ T load(const int (&at)[VIEWS]) const { return x[at[X]]; }
    __device__ void store(const int (&at)[VIEWS], T a) const { out[at[OUT]] = log_ ? a - most - sum : exponential(a - most) / sum; }
};

template<class T>
struct Both {
    T y;
    T dy;
};

// sum(dy * y), or sum(dy) of the logarithm.
template<class T>
struct Products : Fold<Products<T>, double, Both<T>> {
    const T* y;
    const T* dy;
    T* first;
    int log_;

    __device__ Products(const T* y, const T* dy, T* first, int log_) : y(y), dy(dy), first(first), log_(log_) {}
    __device__ double start() const { return 0; }
    __device__ void open(const int (&at)[VIEWS]) {
        y += at[X];
        dy += at[DY];
    }
    __device__ Both<T> load(const int (&at)[VIEWS], int) const { return {log_ ? (T) 1 : y[at[X]], dy[at[DY]]}; }
    __device__ void add(double& sum, Both<T> a) const { sum += (double) a.y * a.dy; }
    __device__ void add4(double& sum, Both<T> a, Both<T> b, Both<T> c, Both<T> d) const {
        sum += fma(a.y, a.dy, b.y * b.dy) + fma(c.y, c.dy, d.y * d.dy);
    }
    __device__ double merge(double a, double b) const { return a + b; }
    __device__ void close(double sum, const int (&at)[VIEWS]) const { first[at[FIRST]] = (T) sum; }
};

template<class T>
struct ApplyBackward {
    using Item = Both<T>;
    const T* y;
    const T* dy;
    T* dx;
    const T* first;
    int log_;
    T sum;

    __device__ ApplyBackward(const T* y, const T* dy, T* dx, const T* first, int log_) : y(y), dy(dy), dx(dx), first(first), log_(log_) {}
    __device__ void open(const int (&at)[VIEWS]) {
        y += at[X];
        dy += at[DY];
        dx += at[OUT];
        sum = first[at[FIRST]];
    }
    __device__ Both<T> load(const int (&at)[VIEWS]) const { return {y[at[X]], dy[at[DY]]}; }
    __device__ void store(const int (&at)[VIEWS], Both<T> a) const { dx[at[OUT]] = gradient(a.y, a.dy, sum, log_); }
};

#define WALK Strided<VIEWS> kept, Strided<VIEWS> places

#define IN_REGISTERS(name, T, I, SLOTS, THREADS)                                                                                       \
    extern "C" __global__ void __launch_bounds__(THREADS) softmax_##name(WALK, const T* x, T* out, int log_) {                         \
        softmax<T, I, SLOTS>(kept, places, x, out, log_);                                                                              \
    }
#define BACKWARD_IN_REGISTERS(name, T, I, SLOTS, THREADS)                                                                              \
    extern "C" __global__ void __launch_bounds__(THREADS) softmax_backward_##name(WALK, const T* y, const T* dy, T* dx, int log_) {    \
        softmax_backward<T, I, SLOTS>(kept, places, y, dy, dx, log_);                                                                  \
    }

#define FOLDED(form, T, call)                                                                                                          \
    extern "C" __global__ void softmax_statistics_##form(WALK, int chunk, Partial partial, const T* x, T* first, T* second, int log_) {   \
        Statistics<T> f(x, first, second, log_);                                                                                       \
        call;                                                                                                                          \
    }                                                                                                                                  \
    extern "C" __global__ void softmax_products_##form(WALK, int chunk, Partial partial, const T* y, const T* dy, T* first, int log_) {   \
        Products<T> f(y, dy, first, log_);                                                                                             \
        call;                                                                                                                          \
    }
#define MAPPED(form, T, map)                                                                                                           \
    extern "C" __global__ void softmax_apply_##form(WALK, int chunk, const T* x, T* out, const T* first, const T* second, int log_) {  \
        map(Apply<T>(x, out, first, second, log_), kept, places, chunk);                                                               \
    }                                                                                                                                  \
    extern "C" __global__ void softmax_apply_backward_##form(WALK, int chunk, const T* y, const T* dy, T* dx, const T* first,          \
        int log_) {                                                                                                                    \
        map(ApplyBackward<T>(y, dy, dx, first, log_), kept, places, chunk);                                                            \
    }
#define ALL_FORMS(name, T)                                                                                                             \
    FOLDED(name##_rows, T, fold_rows(f, kept, places, chunk, partial))                                                                 \
    FOLDED(name##_columns, T, fold_columns(f, kept, places, chunk, partial))                                                           \
    MAPPED(name##_rows, T, map_rows)                                                                                                   \
    MAPPED(name##_columns, T, map_columns)
