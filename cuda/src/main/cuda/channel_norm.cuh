// Statistics, normalisation and gradients of rows that share a mean: channels of a batch, or groups of channels of a sample.
//
// All kernels see the same nine views, in this order, those a kernel does not use being copies of the first; x, dy and y or dx have their
// own numbers at each place, the others one for a row. Floors: statistics read x once, sums read x and dy, normalisation reads x and writes
// y, the gradient reads x and dy and writes dx.
#pragma once
#include <cmath>
#include "moments.cuh"
#include "reduction.cuh"

enum { X, DY, Y, MEAN, RSTD, WEIGHT, BIAS, FIRST, SECOND, VIEWS };

// Running statistics and how far they follow those of a batch. Mirrors ChannelKernels.java.
template<class T>
struct Following {
    T* mean;             // null if there are none
    T* variance;
    int64_t* batches;
    T taken;             // share of the batch
    T left;              // share of what was there before
    T correction;        // makes the variance of the batch unbiased

    __device__ __forceinline__ void take(T new_mean, T new_variance, int at_mean, int at_variance) const {
        mean[at_mean] = mean[at_mean] * left + new_mean * taken;
        variance[at_variance] = variance[at_variance] * left + new_variance * correction * taken;
    }
};

// The variance has the place of rstd, rstd that of the second sum, running mean and variance those of weight and bias.
template<class T, class I>
struct Moments : Fold<Moments<T, I>, Spread<T>, I> {
    const T* x;
    T* mean;
    T* rest;         // what the mean lacks, rounded to T; null if nobody asks
    T* variance;
    T* rstd;         // null if nobody asks
    T eps;
    const Following<T>& following;

    __device__ Moments(const T* x, T* mean, T* rest, T* variance, T* rstd, T eps, const Following<T>& following)
        : x(x), mean(mean), rest(rest), variance(variance), rstd(rstd), eps(eps), following(following) {}
    __device__ Spread<T> start() const { return {0, 0, 0, 0, 0}; }
    __device__ void open(const int (&at)[VIEWS]) { x += at[X]; }
    __device__ I load(const int (&at)[VIEWS], int) const { return reinterpret_cast<const I*>(x)[at[X]]; }
    __device__ void add(Spread<T>& s, T a) const { s.add(a); }
    __device__ void add4(Spread<T>& s, T a, T b, T c, T d) const { s.add(a, b, c, d); }
    __device__ void add(Spread<T>& s, float4 a) const { s.add(a.x, a.y, a.z, a.w); }
    __device__ void add4(Spread<T>& s, float4 a, float4 b, float4 c, float4 d) const {
        add(s, a);
        add(s, b);
        add(s, c);
        add(s, d);
    }
    __device__ Spread<T> merge(const Spread<T>& a, const Spread<T>& b) const { return both(a, b); }
    __device__ void close(const Spread<T>& s, const int (&at)[VIEWS]) const {
        T middle = s.average();
        T spread = s.squares / s.count;
        mean[at[MEAN]] = middle;
        if (rest)
            rest[at[FIRST]] = s.lack();
        variance[at[RSTD]] = spread;
        if (rstd)
            rstd[at[SECOND]] = 1 / sqrt(spread + eps);
        if (following.mean) {
            following.take(middle, spread, at[WEIGHT], at[BIAS]);
            if (at[MEAN] == 0)                                       // the first row alone
                ++*following.batches;
        }
    }
};

// What is known of a row, and `xhat * weight + bias` as forward and backward pass compute it alike.
template<class T>
struct Affine {
    T mean;
    T rstd;
    T weight;
    T bias;

    __device__ __forceinline__ void open(const T* means, const T* rstds, const T* weights, const T* biases, const int (&at)[VIEWS]) {
        mean = means ? means[at[MEAN]] : 0;
        rstd = rstds ? rstds[at[RSTD]] : 1;
        weight = weights ? weights[at[WEIGHT]] : 1;
        bias = biases ? biases[at[BIAS]] : 0;
    }
    __device__ __forceinline__ T xhat(T x) const { return (x - mean) * rstd; }
    __device__ __forceinline__ T at(T xhat) const { return fma(xhat, weight, bias); }
    // dy times the derivative of relu, if there is one.
    __device__ __forceinline__ T through(T dy, T xhat, bool relu) const { return relu && at(xhat) <= 0 ? dy * 0 : dy; }
};

struct Sums {
    double first;
    double second;
};

template<class I>
struct Pair {
    I x;
    I dy;
};

// sum(dy) and sum(dy * xhat), in double, to which four elements at a time are added as in reduce.cu.
template<class T, class I>
struct Gradients : Fold<Gradients<T, I>, Sums, Pair<I>> {
    const T* x;
    const T* dy;
    const T* mean;
    const T* rstd;
    const T* weight;
    const T* bias;
    T* first;
    T* second;
    bool relu;
    Affine<T> row;

    __device__ Gradients(const T* x, const T* dy, const T* mean, const T* rstd, const T* weight, const T* bias, T* first, T* second,
        int relu)
        : x(x), dy(dy), mean(mean), rstd(rstd), weight(weight), bias(bias), first(first), second(second), relu(relu) {}
    __device__ Sums start() const { return {0, 0}; }
    __device__ void open(const int (&at)[VIEWS]) {
        x += at[X];
        dy += at[DY];
        row.open(mean, rstd, weight, bias, at);
    }
    __device__ Pair<I> load(const int (&at)[VIEWS], int) const {
        return {reinterpret_cast<const I*>(x)[at[X]], reinterpret_cast<const I*>(dy)[at[DY]]};
    }
    __device__ void add(Sums& s, Pair<T> a) const {
        T xhat = row.xhat(a.x);
        T g = row.through(a.dy, xhat, relu);
        s.first += g;
        s.second += (double) g * xhat;
    }
    __device__ void add4(Sums& s, Pair<T> a, Pair<T> b, Pair<T> c, Pair<T> d) const {
        T p = row.xhat(a.x), q = row.xhat(b.x), r = row.xhat(c.x), t = row.xhat(d.x);
        T e = row.through(a.dy, p, relu), f = row.through(b.dy, q, relu);
        T g = row.through(c.dy, r, relu), h = row.through(d.dy, t, relu);
        s.first += (e + f) + (g + h);
        s.second += fma(e, p, f * q) + fma(g, r, h * t);
    }
    __device__ void add(Sums& s, Pair<float4> a) const {
        add4(s, Pair<T>{a.x.x, a.dy.x}, Pair<T>{a.x.y, a.dy.y}, Pair<T>{a.x.z, a.dy.z}, Pair<T>{a.x.w, a.dy.w});
    }
    __device__ void add4(Sums& s, Pair<float4> a, Pair<float4> b, Pair<float4> c, Pair<float4> d) const {
        add(s, a);
        add(s, b);
        add(s, c);
        add(s, d);
    }
    __device__ Sums merge(Sums a, Sums b) const { return {a.first + b.first, a.second + b.second}; }
    __device__ void close(Sums s, const int (&at)[VIEWS]) const {
        first[at[FIRST]] = (T) s.first;
        second[at[SECOND]] = (T) s.second;
    }
};

template<class T, class I>
struct Normalize {
    using Item = I;
    const T* x;
    T* y;
    const T* mean;
    const T* rest;       // null for 0
    const T* rstd;
    const T* weight;
    const T* bias;
    T eps;               // at least 0 where `rstd` holds variances
    bool relu;
    Affine<T> row;
    T more;

    __device__ Normalize(const T* x, T* y, const T* mean, const T* rest, const T* rstd, const T* weight, const T* bias, T eps, int relu)
        : x(x), y(y), mean(mean), rest(rest), rstd(rstd), weight(weight), bias(bias), eps(eps), relu(relu) {}
    __device__ void open(const int (&at)[VIEWS]) {
        x += at[X];
        y += at[Y];
        row.open(mean, rstd, weight, bias, at);
        more = rest ? rest[at[FIRST]] : 0;
        if (eps >= 0)
            row.rstd = 1 / sqrt(row.rstd + eps);
    }
    __device__ I load(const int (&at)[VIEWS]) const { return reinterpret_cast<const I*>(x)[at[X]]; }
    __device__ T result(T a) const {
        T value = row.at(((a - row.mean) - more) * row.rstd);
        return relu && value <= 0 ? 0 : value;
    }
    __device__ float4 result(float4 a) const { return {result(a.x), result(a.y), result(a.z), result(a.w)}; }
    __device__ void store(const int (&at)[VIEWS], I a) const { reinterpret_cast<I*>(y)[at[Y]] = result(a); }
};

// dx = scale * (g - first / m - xhat * second / m): of channels scale = weight * rstd and g = dy, of groups scale = rstd and g = dy *
// weight.
template<class T, class I>
struct Backward {
    using Item = Pair<I>;
    const T* x;
    const T* dy;
    T* dx;
    const T* mean;
    const T* rstd;
    const T* weight;
    const T* bias;
    const T* first;
    const T* second;
    T m;
    bool relu;
    bool grouped;
    Affine<T> row;
    T meanOfG;
    T meanOfProduct;
    T scale;
    T inner;

    __device__ Backward(const T* x, const T* dy, T* dx, const T* mean, const T* rstd, const T* weight, const T* bias, const T* first,
        const T* second, T m, int relu, int grouped)
        : x(x), dy(dy), dx(dx), mean(mean), rstd(rstd), weight(weight), bias(bias), first(first), second(second), m(m), relu(relu),
          grouped(grouped) {}
    __device__ void open(const int (&at)[VIEWS]) {
        x += at[X];
        dy += at[DY];
        dx += at[Y];
        row.open(mean, rstd, weight, bias, at);
        meanOfG = first[at[FIRST]] / m;
        meanOfProduct = second[at[SECOND]] / m;
        scale = grouped ? row.rstd : row.weight * row.rstd;
        inner = grouped ? row.weight : 1;
    }
    __device__ Pair<I> load(const int (&at)[VIEWS]) const {
        return {reinterpret_cast<const I*>(x)[at[X]], reinterpret_cast<const I*>(dy)[at[DY]]};
    }
    __device__ T result(T x, T dy) const {
        T xhat = row.xhat(x);
        T g = row.through(dy, xhat, relu) * inner;
        return scale * fma(-xhat, meanOfProduct, g - meanOfG);
    }
    __device__ float4 result(float4 x, float4 dy) const {
        return {result(x.x, dy.x), result(x.y, dy.y), result(x.z, dy.z), result(x.w, dy.w)};
    }
    __device__ void store(const int (&at)[VIEWS], Pair<I> a) const { reinterpret_cast<I*>(dx)[at[Y]] = result(a.x, a.dy); }
};

#define WALK Strided<VIEWS> kept, Strided<VIEWS> places, int chunk

#define MOMENTS(form, T, I)                                                                                                            \
    extern "C" __global__ void channel_moments_##form(WALK, Partial partial, const T* x, T* mean, T* rest, T* variance, T* rstd,       \
        T eps, Following<T> following) {                                                                                               \
        FORM(Moments<T, I>(x, mean, rest, variance, rstd, eps, following));                                                            \
    }
#define GRADIENTS(form, T, I)                                                                                                          \
    extern "C" __global__ void channel_sums_##form(WALK, Partial partial, const T* x, const T* dy, const T* mean, const T* rstd,       \
        const T* weight, const T* bias, T* first, T* second, int relu) {                                                               \
        FORM(Gradients<T, I>(x, dy, mean, rstd, weight, bias, first, second, relu));                                                   \
    }
#define NORMALIZE(form, T, I)                                                                                                          \
    extern "C" __global__ void channel_normalize_##form(WALK, const T* x, T* y, const T* mean, const T* rest, const T* rstd,           \
        const T* weight, const T* bias, T eps, int relu) {                                                                             \
        MAP(Normalize<T, I>(x, y, mean, rest, rstd, weight, bias, eps, relu));                                                         \
    }
#define BACKWARD(form, T, I)                                                                                                           \
    extern "C" __global__ void channel_backward_##form(WALK, const T* x, const T* dy, T* dx, const T* mean, const T* rstd,             \
        const T* weight, const T* bias, const T* first, const T* second, T m, int relu, int grouped) {                                 \
        MAP(Backward<T, I>(x, dy, dx, mean, rstd, weight, bias, first, second, m, relu, grouped));                                     \
    }

#define ALL(form, T, I) MOMENTS(form, T, I) GRADIENTS(form, T, I) NORMALIZE(form, T, I) BACKWARD(form, T, I)

// 1 / sqrt(variance + eps).
template<class T>
__device__ __forceinline__ void rstd_of(T* rstd, const T* variance, T eps, const Strided<2>& walk) {
    for (unsigned i = thread_id(); i < walk.numel; i += thread_count()) {
        int at[2];
        walk.offsets(i, at);
        rstd[at[0]] = 1 / sqrt(variance[at[1]] + eps);
    }
}

// A single block, so that all threads read the number of batches before it changes. The walk goes over running mean and variance and those
// of the batch. With `average` the share of the batch is one of all.
template<class T>
__device__ __forceinline__ void follow(Following<T> following, const T* mean, const T* variance, int average, const Strided<4>& walk) {
    int64_t count = *following.batches + 1;
    __syncthreads();
    if (threadIdx.x == 0)
        *following.batches = count;
    if (average) {
        double share = 1.0 / count;
        following.taken = (T) share;
        following.left = (T) (1 - share);
    }
    for (int i = threadIdx.x; i < walk.numel; i += blockDim.x) {
        int at[4];
        walk.offsets(i, at);
        following.take(mean[at[2]], variance[at[3]], at[0], at[1]);
    }
}

#define PER_CHANNEL(type, T)                                                                                                            \
    extern "C" __global__ void channel_rstd_##type(T* rstd, const T* variance, T eps, Strided<2> walk) {                               \
        rstd_of(rstd, variance, eps, walk);                                                                                            \
    }                                                                                                                                  \
    extern "C" __global__ void channel_follow_##type(Following<T> following, const T* mean, const T* variance, int average,            \
        Strided<4> walk) {                                                                                                             \
        follow(following, mean, variance, average, walk);                                                                              \
    }
