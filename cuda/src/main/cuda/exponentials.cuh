// The sum of exponentials, in one pass.
#pragma once
#include <cmath>

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
        sum = fma(sum, (double) exp(before - shift(after)), (double) exp(a - shift(after)));
        most = after;
    }

    // Five exponentials for four elements.
    __device__ __forceinline__ void add(T a, T b, T c, T d) {
        T before = (T) most;
        T after = fmax(fmax(fmax(a, b), fmax(c, d)), before);
        T s = shift(after);
        T four = (exp(a - s) + exp(b - s)) + (exp(c - s) + exp(d - s));
        sum = fma(sum, (double) exp(before - s), (double) four);
        most = after;
    }

    __device__ __forceinline__ void add(const Exponentials& b) {
        T after = fmax((T) most, (T) b.most);
        T s = shift(after);
        sum = fma(sum, (double) exp((T) most - s), b.sum * (double) exp((T) b.most - s));
        most = after;
    }

    // log(sum(exp(x))) of at least one element: NaN if all are minus infinity, as the reference has it.
    __device__ __forceinline__ double total() const { return most == -(double) INFINITY ? (double) NAN : sum; }
};
