// Layer normalisation of the rows of a matrix, with or without a mean, and its gradient.
//
// Floors: forward x read and y written, once each; backward x and dy read and dx written for the rows, x and dy read once more for the sums
// of columns, dweight and dbias. Rows of at most 16,384 neighbouring elements stay in registers and reach the floor; others are read twice.
#pragma once
#include <cmath>
#include "moments.cuh"
#include "reduction.cuh"
#include "row.cuh"

enum { X, DY, Y, WEIGHT, BIAS, MEAN, RSTD, FIRST, SECOND, VIEWS };

// The sum over all of a row in registers; places beyond its end hold 0.
template<class T, class I, int SLOTS>
__device__ __forceinline__ T sum(const Row<I, SLOTS>& r, bool squares) {
    T sum = 0;
#pragma unroll
    for (int k = 0; k < SLOTS; k++) {
        T part = 0;
#pragma unroll
        for (int j = 0; j < Lanes<I>::COUNT; j++) {
            T a = Lanes<I>::get(r.slots[k], j);
            part = squares ? fma(a, a, part) : part + a;
        }
        sum += part;
    }
    return merged(Total<T>(), sum);
}

// Subtracts from what is within the row.
template<class T, class I, int SLOTS>
__device__ __forceinline__ void shift(Row<I, SLOTS>& r, T by, int count) {
#pragma unroll
    for (int k = 0; k < SLOTS; k++)
        if (threadIdx.x + k * blockDim.x < count)
#pragma unroll
            for (int j = 0; j < Lanes<I>::COUNT; j++)
                Lanes<I>::at(r.slots[k], j) -= by;
}

// The mean in two steps: rounded to T, then what is left of the mean after subtracting that, so that a large mean costs no digits.
template<class T, class I, int SLOTS>
__device__ __forceinline__ void layer_norm(const Strided<VIEWS>& kept, const Strided<VIEWS>& places, const T* x, T* y, const T* weight,
        const T* bias, T* mean, T* rstd, T eps) {
    int row = blockIdx.x * blockDim.y + threadIdx.y;
    int count = row < kept.numel ? places.numel : 0;
    T n = places.numel * Lanes<I>::COUNT;
    int at[VIEWS];
    kept.offsets(count > 0 ? row : 0, at);
    Row<I, SLOTS> r;
    r.load(x + at[X], places.stride[X][0], count, (T) 0);
    T centre = 0;
    if (mean) {
        centre = sum<T>(r, false) / n;
        shift(r, centre, count);
        T rest = sum<T>(r, false) / n;
        shift(r, rest, count);
        centre += rest;
    }
    T scale = 1 / sqrt(sum<T>(r, true) / n + eps);
    if (count > 0 && threadIdx.x == 0) {
        if (mean)
            mean[at[MEAN]] = centre;
        rstd[at[RSTD]] = scale;
    }
#pragma unroll
    for (int k = 0; k < SLOTS; k++) {
        int i = threadIdx.x + k * blockDim.x;
        if (i < count) {
            I w = weight ? reinterpret_cast<const I*>(weight + at[WEIGHT])[i * places.stride[WEIGHT][0]] : Lanes<I>::all(1);
            I b = bias ? reinterpret_cast<const I*>(bias + at[BIAS])[i * places.stride[BIAS][0]] : Lanes<I>::all(0);
#pragma unroll
            for (int j = 0; j < Lanes<I>::COUNT; j++) {
                T& a = Lanes<I>::at(r.slots[k], j);
                a = fma(a * scale, Lanes<I>::at(w, j), Lanes<I>::at(b, j));
            }
        }
    }
    r.store(y + at[Y], places.stride[Y][0], count);
}

template<class T, class I, int SLOTS>
__device__ __forceinline__ void layer_norm_backward(const Strided<VIEWS>& kept, const Strided<VIEWS>& places, const T* x, const T* dy,
        T* dx, const T* weight, const T* mean, const T* rstd) {
    int row = blockIdx.x * blockDim.y + threadIdx.y;
    int count = row < kept.numel ? places.numel : 0;
    T n = places.numel * Lanes<I>::COUNT;
    int at[VIEWS];
    kept.offsets(count > 0 ? row : 0, at);
    T centre = mean ? mean[at[MEAN]] : 0;
    T scale = rstd[at[RSTD]];
    Row<I, SLOTS> xhat;
    Row<I, SLOTS> g;
    xhat.load(x + at[X], places.stride[X][0], count, centre);
    g.load(dy + at[DY], places.stride[DY][0], count, (T) 0);
    T first = 0;
    T second = 0;
#pragma unroll
    for (int k = 0; k < SLOTS; k++) {
        int i = threadIdx.x + k * blockDim.x;
        I w = weight && i < count ? reinterpret_cast<const I*>(weight + at[WEIGHT])[i * places.stride[WEIGHT][0]] : Lanes<I>::all(1);
        T sums = 0;
        T products = 0;
#pragma unroll
        for (int j = 0; j < Lanes<I>::COUNT; j++) {
            T& a = Lanes<I>::at(xhat.slots[k], j);
            T& b = Lanes<I>::at(g.slots[k], j);
            a = (a - centre) * scale;
            b *= Lanes<I>::at(w, j);
            sums += b;
            products = fma(b, a, products);
        }
        first += sums;
        second += products;
    }
    first = mean ? merged(Total<T>(), first) / n : 0;
    second = merged(Total<T>(), second) / n;
#pragma unroll
    for (int k = 0; k < SLOTS; k++)
#pragma unroll
        for (int j = 0; j < Lanes<I>::COUNT; j++) {
            T& b = Lanes<I>::at(g.slots[k], j);
            b = scale * fma(-Lanes<I>::at(xhat.slots[k], j), second, b - first);
        }
    g.store(dx + at[Y], places.stride[Y][0], count);
}

// Mean and rstd of each row; without a mean the sum of squares stands in the place of the centred one.
template<class T>
struct Statistics : Fold<Statistics<T>, Spread<T>, T> {
    const T* x;
    T* mean;
    T* rest;     // what the mean lacks, rounded to T
    T* rstd;
    T eps;

    __device__ Statistics(const T* x, T* mean, T* rest, T* rstd, T eps) : x(x), mean(mean), rest(rest), rstd(rstd), eps(eps) {}
    __device__ Spread<T> start() const { return {0, 0, 0, 0, 0}; }
    __device__ void open(const int (&at)[VIEWS]) { x += at[X]; }
    __device__ T load(const int (&at)[VIEWS], int) const { return x[at[X]]; }
    __device__ void add(Spread<T>& s, T a) const {
        if (mean)
            s.add(a);
        else
            s = merge(s, {1, 0, 0, a * a, 0});
    }
    __device__ void add4(Spread<T>& s, T a, T b, T c, T d) const {
        if (mean)
            s.add(a, b, c, d);
        else
            s = merge(s, {4, 0, 0, fma(a, a, b * b) + fma(c, c, d * d), 0});
    }
    __device__ Spread<T> merge(const Spread<T>& a, const Spread<T>& b) const {
        return mean ? both(a, b) : Spread<T>{a.count + b.count, 0, 0, a.squares + b.squares, 0};
    }
    __device__ void close(const Spread<T>& s, const int (&at)[VIEWS]) const {
        if (mean) {
            mean[at[MEAN]] = s.average();
            rest[at[FIRST]] = s.lack();
        }
        rstd[at[RSTD]] = 1 / sqrt(s.squares / s.count + eps);
    }
};

template<class T>
struct Normalize {
    using Item = T;
    const T* x;
    T* y;
    const T* weight;
    const T* bias;
    const T* mean;
    const T* rest;
    const T* rstd;
    T centre;
    T more;
    T scale;

    __device__ Normalize(const T* x, T* y, const T* weight, const T* bias, const T* mean, const T* rest, const T* rstd)
        : x(x), y(y), weight(weight), bias(bias), mean(mean), rest(rest), rstd(rstd) {}
    __device__ void open(const int (&at)[VIEWS]) {
        x += at[X];
        y += at[Y];
        weight += weight ? at[WEIGHT] : 0;
        bias += bias ? at[BIAS] : 0;
        centre = mean ? mean[at[MEAN]] : 0;
        more = mean ? rest[at[FIRST]] : 0;
        scale = rstd[at[RSTD]];
    }
    __device__ T load(const int (&at)[VIEWS]) const { return x[at[X]]; }
    __device__ void store(const int (&at)[VIEWS], T a) const {
        y[at[Y]] = fma(((a - centre) - more) * scale, weight ? weight[at[WEIGHT]] : 1, bias ? bias[at[BIAS]] : 0);
    }
};

struct Sums {
    double first;
    double second;
};

template<class T>
struct Pair {
    T g;
    T xhat;
};

// sum(g) and sum(g * xhat) with g = dy * weight: over the places of each row or, where columns are kept, over the rows of each column.
template<class T>
struct Gradients : Fold<Gradients<T>, Sums, Pair<T>> {
    const T* x;
    const T* dy;
    const T* weight;
    const T* mean;
    const T* rstd;
    T* first;
    T* second;

    __device__ Gradients(const T* x, const T* dy, const T* weight, const T* mean, const T* rstd, T* first, T* second)
        : x(x), dy(dy), weight(weight), mean(mean), rstd(rstd), first(first), second(second) {}
    __device__ Sums start() const { return {0, 0}; }
    __device__ void open(const int (&at)[VIEWS]) {
        x += at[X];
        dy += at[DY];
        weight += weight ? at[WEIGHT] : 0;
        mean += mean ? at[MEAN] : 0;
        rstd += at[RSTD];
    }
    __device__ Pair<T> load(const int (&at)[VIEWS], int) const {
        T g = dy[at[DY]] * (weight ? weight[at[WEIGHT]] : 1);
        return {g, (x[at[X]] - (mean ? mean[at[MEAN]] : 0)) * rstd[at[RSTD]]};
    }
    __device__ void add(Sums& s, Pair<T> a) const {
        s.first += a.g;
        s.second += (double) a.g * a.xhat;
    }
    __device__ void add4(Sums& s, Pair<T> a, Pair<T> b, Pair<T> c, Pair<T> d) const {
        s.first += (a.g + b.g) + (c.g + d.g);
        s.second += fma(a.g, a.xhat, b.g * b.xhat) + fma(c.g, c.xhat, d.g * d.xhat);
    }
    __device__ Sums merge(Sums a, Sums b) const { return {a.first + b.first, a.second + b.second}; }
    __device__ void close(Sums s, const int (&at)[VIEWS]) const {
        first[at[FIRST]] = (T) s.first;
        second[at[SECOND]] = (T) s.second;
    }
};

template<class T>
struct Backward {
    using Item = Pair<T>;
    const T* x;
    const T* dy;
    T* dx;
    const T* weight;
    const T* mean;
    const T* rstd;
    const T* first;
    const T* second;
    T n;
    T centre;
    T scale;
    T meanOfG;
    T meanOfProduct;

    __device__ Backward(const T* x, const T* dy, T* dx, const T* weight, const T* mean, const T* rstd, const T* first, const T* second,
        int n)
        : x(x), dy(dy), dx(dx), weight(weight), mean(mean), rstd(rstd), first(first), second(second), n(n) {}
    __device__ void open(const int (&at)[VIEWS]) {
        x += at[X];
        dy += at[DY];
        dx += at[Y];
        weight += weight ? at[WEIGHT] : 0;
        centre = mean ? mean[at[MEAN]] : 0;
        scale = rstd[at[RSTD]];
        meanOfG = mean ? first[at[FIRST]] / n : 0;
        meanOfProduct = second[at[SECOND]] / n;
    }
    __device__ Pair<T> load(const int (&at)[VIEWS]) const {
        return {dy[at[DY]] * (weight ? weight[at[WEIGHT]] : 1), (x[at[X]] - centre) * scale};
    }
    __device__ void store(const int (&at)[VIEWS], Pair<T> a) const { dx[at[Y]] = scale * fma(-a.xhat, meanOfProduct, a.g - meanOfG); }
};

#define WALK Strided<VIEWS> kept, Strided<VIEWS> places

#define IN_REGISTERS(name, T, I, SLOTS, THREADS)                                                                                       \
    extern "C" __global__ void __launch_bounds__(THREADS) layer_norm_##name(WALK, const T* x, T* y, const T* weight, const T* bias,    \
        T* mean, T* rstd, T eps) {                                                                                                     \
        layer_norm<T, I, SLOTS>(kept, places, x, y, weight, bias, mean, rstd, eps);                                                    \
    }                                                                                                                                  \
    extern "C" __global__ void __launch_bounds__(THREADS) layer_norm_backward_##name(WALK, const T* x, const T* dy, T* dx,             \
        const T* weight, const T* mean, const T* rstd) {                                                                               \
        layer_norm_backward<T, I, SLOTS>(kept, places, x, dy, dx, weight, mean, rstd);                                                 \
    }

#define FOLDED(form, T, call)                                                                                                          \
    extern "C" __global__ void layer_norm_statistics_##form(WALK, int chunk, Partial partial, const T* x, T* mean, T* rest, T* rstd,   \
        T eps) {                                                                                                                       \
        Statistics<T> f(x, mean, rest, rstd, eps);                                                                                     \
        call;                                                                                                                          \
    }                                                                                                                                  \
    extern "C" __global__ void layer_norm_sums_##form(WALK, int chunk, Partial partial, const T* x, const T* dy, const T* weight,      \
        const T* mean, const T* rstd, T* first, T* second) {                                                                           \
        Gradients<T> f(x, dy, weight, mean, rstd, first, second);                                                                      \
        call;                                                                                                                          \
    }
#define MAPPED(form, T, map)                                                                                                           \
    extern "C" __global__ void layer_norm_apply_##form(WALK, int chunk, const T* x, T* y, const T* weight, const T* bias,              \
        const T* mean, const T* rest, const T* rstd) {                                                                                 \
        map(Normalize<T>(x, y, weight, bias, mean, rest, rstd), kept, places, chunk);                                                  \
    }                                                                                                                                  \
    extern "C" __global__ void layer_norm_apply_backward_##form(WALK, int chunk, const T* x, const T* dy, T* dx, const T* weight,      \
        const T* mean, const T* rstd, const T* first, const T* second, int n) {                                                        \
        map(Backward<T>(x, dy, dx, weight, mean, rstd, first, second, n), kept, places, chunk);                                        \
    }
#define ALL_FORMS(name, T)                                                                                                             \
    FOLDED(name##_rows, T, fold_rows(f, kept, places, chunk, partial))                                                                 \
    FOLDED(name##_columns, T, fold_columns(f, kept, places, chunk, partial))                                                           \
    MAPPED(name##_rows, T, map_rows)                                                                                                   \
    MAPPED(name##_columns, T, map_columns)
