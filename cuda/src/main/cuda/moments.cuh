// Mean and centred sum of squares in one pass.
#pragma once
#include <cmath>

// How many elements there are, their mean and the sum of squared distances from it. Merged as Chan, Golub, LeVeque 1979 do: the mean is
// always subtracted before something is squared. The plain sum tells the mean where it is infinite.
template<class T>
struct Spread;

template<class T>
__device__ __forceinline__ Spread<T> both(const Spread<T>& a, const Spread<T>& b);

template<class T>
struct Spread {
    T count;
    T mean;
    T squares;
    T sum;

    __device__ __forceinline__ void add(T a) {
        count += 1;
        sum += a;
        T distance = a - mean;
        mean += distance / count;
        squares = fma(distance, a - mean, squares);
    }

    // One division for four elements.
    __device__ __forceinline__ void add(T a, T b, T c, T d) {
        T four = (a + b) + (c + d);
        T middle = four * (T) 0.25;
        a -= middle;
        b -= middle;
        c -= middle;
        d -= middle;
        *this = both(*this, Spread{4, middle, fma(a, a, b * b) + fma(c, c, d * d), four});
    }

    __device__ __forceinline__ T average() const { return isfinite(mean) ? mean : sum; }
};

template<class T>
__device__ __forceinline__ Spread<T> both(const Spread<T>& a, const Spread<T>& b) {
    T count = a.count + b.count;
    T share = b.count / count;
    T distance = b.mean - a.mean;
    T squares = fma(distance * distance, a.count * share, a.squares + b.squares);
    Spread<T> merged = {count, fma(distance, share, a.mean), squares, a.sum + b.sum};
    return a.count == 0 ? b : b.count == 0 ? a : merged;
}
