// Random numbers: number i of a stream is a function of its key and i alone, the same bits as on every other device. SplitMix64, see
// RandomKey of core. `start` is the argument of the mixing function for number 0, apart from the numbers that `shift` points to, see
// RandomShifts.java; `first` is the row-major number of the first element.
// Floor: the bytes of the result; some thirty instructions an element come near it.
#include "common.cuh"
#include "special.cuh"

constexpr uint64_t GOLDEN = 0x9E3779B97F4A7C15ULL;

__device__ __forceinline__ uint64_t random_bits(uint64_t start, int number) {
    uint64_t z = start + (uint64_t) (int64_t) number * GOLDEN;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

// Java's StrictMath.log, operation by operation, for normal numbers above 0. Source: FreeBSD's msun, e_log.c, copyright 1993 by Sun
// Microsystems, Inc. ("permission to use, copy, modify, and distribute this software is freely granted, provided that this notice is
// preserved").
__device__ __noinline__ double strict_log(double x) {
    constexpr double ln2_high = 6.93147180369123816490e-01;
    constexpr double ln2_low = 1.90821492927058770002e-10;
    int high = __double2hiint(x);
    int k = (high >> 20) - 1023;
    high &= 0xFFFFF;
    int up = (high + 0x95F64) & 0x100000;                            // mantissas from sqrt(2) on are halved
    double f = __hiloint2double(high | (up ^ 0x3FF00000), __double2loint(x)) - 1;
    double n = k + (up >> 20);
    if ((0xFFFFF & (2 + high)) < 3) {                                // |f| < 2^-20
        double r = f * f * (0.5 - 0.33333333333333333 * f);
        if (f == 0)
            return n == 0 ? 0.0 : n * ln2_high + n * ln2_low;
        return n == 0 ? f - r : n * ln2_high - ((r - n * ln2_low) - f);
    }
    double s = f / (2.0 + f);
    double z = s * s;
    double w = z * z;
    double even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
    double odd = z * (6.666666666666735130e-01 + w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01
            + w * 1.479819860511658591e-01)));
    double r = odd + even;
    if (((high - 0x6147A) | (0x6B851 - high)) > 0) {
        double half = 0.5 * f * f;
        return n == 0 ? f - (half - s * (half + r)) : n * ln2_high - ((half - (s * (half + r) + n * ln2_low)) - f);
    }
    return n == 0 ? f - s * (f - r) : n * ln2_high - ((s * (f - r) - n * ln2_low) - f);
}

__device__ __forceinline__ double normal_number(uint64_t bits) {
    double u = ((double) (int64_t) (bits >> 12) + 0.5) * 0x1p-52;
    double q = u - 0.5;
    return quantile(q, q < 0 ? u : 1 - u, [](double x) { return strict_log(x); });
}

// The argument of the mixing function for number 0.
__device__ __forceinline__ uint64_t shifted(int64_t start, const int64_t* shift) {
    return start + (uint64_t) *shift * GOLDEN;
}

// The second view of the walk is one whose offsets are the row-major numbers of the elements.
template<class T, class F>
__device__ __forceinline__ void each(T* out, int first, const Strided<2>& walk, int flat, F number) {
    for (unsigned i = thread_id(); i < walk.numel; i += thread_count()) {
        int at[2] = {(int) i, (int) i};
        if (!flat)
            walk.offsets(i, at);
        out[at[0]] = number(first + at[1]);
    }
}

extern "C" __global__ void uniform_f32(float* out, int64_t start, const int64_t* shift, int first, Strided<2> walk, int flat) {
    uint64_t zero = shifted(start, shift);
    each(out, first, walk, flat, [zero](int i) { return (float) (int) (random_bits(zero, i) >> 40) * 0x1p-24f; });
}

extern "C" __global__ void uniform_f64(double* out, int64_t start, const int64_t* shift, int first, Strided<2> walk, int flat) {
    uint64_t zero = shifted(start, shift);
    each(out, first, walk, flat, [zero](int i) { return (double) (int64_t) (random_bits(zero, i) >> 11) * 0x1p-53; });
}

extern "C" __global__ void normal_f32(float* out, int64_t start, const int64_t* shift, int first, Strided<2> walk, int flat) {
    uint64_t zero = shifted(start, shift);
    each(out, first, walk, flat, [zero](int i) { return (float) normal_number(random_bits(zero, i)); });
}

extern "C" __global__ void normal_f64(double* out, int64_t start, const int64_t* shift, int first, Strided<2> walk, int flat) {
    uint64_t zero = shifted(start, shift);
    each(out, first, walk, flat, [zero](int i) { return normal_number(random_bits(zero, i)); });
}

// The third view of the walk is the row-major one. An element is kept where the upper 53 bits are at least `least`.
template<class T>
__device__ __forceinline__ void dropout(const T* x, T* y, uint64_t start, int64_t least, T scale, int first, const Strided<3>& walk,
        int flat) {
    for (unsigned i = thread_id(); i < walk.numel; i += thread_count()) {
        int at[3] = {(int) i, (int) i, (int) i};
        if (!flat)
            walk.offsets(i, at);
        bool keep = (int64_t) (random_bits(start, first + at[2]) >> 11) >= least;
        y[at[0]] = keep ? x[at[1]] * scale : T(0);
    }
}

extern "C" __global__ void dropout_f32(const float* x, float* y, int64_t start, const int64_t* shift, int64_t least, float scale,
        int first, Strided<3> walk, int flat) {
    dropout(x, y, shifted(start, shift), least, scale, first, walk, flat);
}

extern "C" __global__ void dropout_f64(const double* x, double* y, int64_t start, const int64_t* shift, int64_t least, double scale,
        int first, Strided<3> walk, int flat) {
    dropout(x, y, shifted(start, shift), least, scale, first, walk, flat);
}
