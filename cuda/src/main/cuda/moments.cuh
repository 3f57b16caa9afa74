// Mean and centred sum of squares in one pass.
#pragma once
#include <cmath>

// How many elements there are, their mean and the sum of squared distances from it. Merged as Chan, Golub, LeVeque 1979 do: the mean is
// always subtracted before something is squared. The mean is `mean + rest`, of which the first is the sum rounded: where elements lie far
// from 0 and close together, as 1e4 +- 1, what one float holds of a mean is not enough. The plain sum tells the mean where it is infinite.
template<class T>
struct Spread {
    T count;
    T mean;
    T rest;
    T squares;
    T sum;

    // Of four elements, with one division. Distances from what is known of the mean have all their digits, their mean has, too.
    __device__ __forceinline__ void add(T a, T b, T c, T d) {
        sum += (a + b) + (c + d);
        mean = count == 0 ? a : mean;
        a -= mean;
        b -= mean;
        c -= mean;
        d -= mean;
        T middle = ((a + b) + (c + d)) * (T) 0.25;
        a -= middle;
        b -= middle;
        c -= middle;
        d -= middle;
        append(4, middle - rest, fma(a, a, b * b) + fma(c, c, d * d));
    }

    __device__ __forceinline__ void add(T a) {
        sum += a;
        mean = count == 0 ? a : mean;
        append(1, (a - mean) - rest, 0);
    }

    // Takes in elements whose mean lies `distance` from this one.
    __device__ __forceinline__ void append(T more, T distance, T more_squares) {
        T share = more / (count + more);
        squares = fma(distance * distance, count * share, squares + more_squares);
        count += more;
        rest = fma(distance, share, rest);
        T whole = mean + rest;
        T given = whole - mean;
        rest = (mean - (whole - given)) + (rest - given);
        mean = whole;
    }

    __device__ __forceinline__ T average() const { return isfinite(mean) ? mean : sum; }

    // What the average lacks.
    __device__ __forceinline__ T lack() const { return isfinite(mean) ? rest : 0; }
};

template<class T>
__device__ __forceinline__ Spread<T> both(const Spread<T>& a, const Spread<T>& b) {
    Spread<T> merged = a;
    merged.append(b.count, (b.mean - a.mean) + (b.rest - a.rest), b.squares);
    merged.sum += b.sum;
    return a.count == 0 ? b : b.count == 0 ? a : merged;
}
