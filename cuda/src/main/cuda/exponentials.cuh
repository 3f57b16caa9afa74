// Exponentials, and the sum of many in one pass.
#pragma once
#include <cmath>

__device__ __forceinline__ float exponential(float x) {
    return exp(x);
}

// A module holds it once: it is long, and a GPU that computes doubles slowly does not notice the call.
__device__ __noinline__ double exponential(double x) {
    return exp(x);
}

// The largest element seen and the sum of exp(x - most), rescaled whenever a larger one comes: Milakov, Gimelshein 2018. Where there is no
// element but minus infinity, the sum is 0. NaN and infinity end in a sum that is NaN. The sum is kept in double: many terms, few of them
// for a thread's own rescaling.
template<class T>
struct Exponentials {
    double sum;
    double most;

    // What to subtract so that exp(-infinity - this) is 0, not NaN.
    __device__ __forceinline__ static T shift(T most) { return most == -(T) INFINITY ? 0 : most; }

    __device__ __forceinline__ void add(T a) {
        T before = (T) most;
        T after = fmax(before, a);
        sum = fma(sum, (double) exponential(before - shift(after)), (double) exponential(a - shift(after)));
        most = after;
    }

    // Five exponentials for four elements.
    __device__ __forceinline__ void add(T a, T b, T c, T d) {
        T before = (T) most;
        T after = fmax(fmax(fmax(a, b), fmax(c, d)), before);
        T s = shift(after);
        T four = (exponential(a - s) + exponential(b - s)) + (exponential(c - s) + exponential(d - s));
        sum = fma(sum, (double) exponential(before - s), (double) four);
        most = after;
    }

    __device__ __forceinline__ void add(const Exponentials& b) {
        T after = fmax((T) most, (T) b.most);
        T s = shift(after);
        sum = fma(sum, (double) exponential((T) most - s), b.sum * (double) exponential((T) b.most - s));
        most = after;
    }

    // log(sum(exp(x))) of at least one element: NaN if all are minus infinity, as the reference has it.
    __device__ __forceinline__ double total() const { return most == -(double) INFINITY ? (double) NAN : sum; }
};
