// Sine, cosine and tangent in double precision for arguments of any size: the compiler's own keep a local array for large ones.
// Kernels of the quarter period: FreeBSD's msun, k_sin.c and k_cos.c, copyright 1993 by Sun Microsystems, Inc. ("permission to use, copy,
// modify, and distribute this software is freely granted, provided that this notice is preserved"), here with fused multiply-adds. Large
// arguments: Payne, Hanek 1983, Radian reduction for trigonometric functions.
#pragma once
#include <cstdint>

// 2 / pi, 64 bits a word, after a word of zeros.
__device__ const unsigned long long TWO_OVER_PI[21] = {
    0x0000000000000000ULL, 0xa2f9836e4e441529ULL, 0xfc2757d1f534ddc0ULL, 0xdb6295993c439041ULL, 0xfe5163abdebbc561ULL,
    0xb7246e3a424dd2e0ULL, 0x06492eea09d1921cULL, 0xfe1deb1cb129a73eULL, 0xe88235f52ebb4484ULL, 0xe99c7026b45f7e41ULL,
    0x3991d639835339f4ULL, 0x9c845f8bbdf9283bULL, 0x1ff897ffde05980fULL, 0xef2f118b5a0a6d1fULL, 0x6d367ecf27cb09b7ULL,
    0x4f463f669e5fea2dULL, 0x7527bac7ebe5f17bULL, 0x3d0739f78a5292eaULL, 0x6bfb5fb11f8d5d08ULL, 0x56033046fc7b6babULL,
    0xf0cfbc209af4361dULL
};

// Bits `bit` to `bit + 63` of the table from word `at` on.
__device__ __forceinline__ unsigned long long window(unsigned long long high, unsigned long long low, int bit) {
    return bit == 0 ? high : high << bit | low >> (64 - bit);
}

// For |x| from 2^30 on and finite. With x = m 2^e the bits of 2 / pi above 2^(2 - e) contribute whole turns; 192 bits behind them suffice.
__device__ __forceinline__ double reduce_large(double x, int& quadrant) {
    long long bits = __double_as_longlong(x) & 0x7FFFFFFFFFFFFFFFLL;
    int first = (int) (bits >> 52) - 1075 - 2 + 64;
    unsigned long long m = (bits & 0xFFFFFFFFFFFFFLL) | 0x10000000000000LL;
    const unsigned long long* word = TWO_OVER_PI + (first >> 6);
    int bit = first & 63;
    unsigned long long w0 = window(word[0], word[1], bit);
    unsigned long long w1 = window(word[1], word[2], bit);
    unsigned long long w2 = window(word[2], word[3], bit);
    unsigned long long middle = m * w1;
    unsigned long long carried = middle + __umul64hi(m, w2);
    unsigned long long high = m * w0 + __umul64hi(m, w1) + (carried < middle ? 1 : 0);
    unsigned long long turns = high << 2 | carried >> 62;            // the fraction of a quadrant, 128 bits
    unsigned long long rest = carried << 2 | m * w2 >> 62;
    quadrant = (int) (high >> 62) + (int) (turns >> 63);             // the nearest one; the fraction becomes negative
    bool negative = turns >> 63;
    if (negative) {
        rest = 0 - rest;
        turns = ~turns + (rest == 0 ? 1 : 0);
    }
    int shift = turns == 0 ? 64 : __clzll(turns);
    unsigned long long top = turns == 0 ? rest : window(turns, rest, shift);
    double scale = __longlong_as_double((long long) (1023 - 64 - shift) << 52);
    double r = __ull2double_rn(top) * scale * 1.5707963267948966;
    if (x < 0)
        quadrant = -quadrant;
    return negative != (x < 0) ? -r : r;
}

// x less the nearest multiple of pi / 2, and the number of that multiple, of which the last two bits matter.
__device__ __forceinline__ double reduce(double x, int& quadrant) {
    if (fabs(x) < 0x1p30) {
        double q = rint(x * 0x1.45f306dc9c883p-1);
        quadrant = (int) q;
        double r = fma(q, -0x1.921fb54442d18p+0, x);
        r = fma(q, -0x1.1a62633145c07p-54, r);
        return fma(q, 0x1.f1976b7ed8fbcp-110, r);
    }
    quadrant = 0;
    return fabs(x) < INFINITY ? reduce_large(x, quadrant) : NAN;
}

__device__ __forceinline__ double sin_of_quarter(double r) {
    double z = r * r;
    double p = fma(z, fma(z, fma(z, fma(z, 1.58969099521155010221e-10, -2.50507602534068634195e-08), 2.75573137070700676789e-06),
            -1.98412698298579493134e-04), 8.33333333332248946124e-03);
    return fma(z * r, fma(z, p, -1.66666666666666324348e-01), r);
}

__device__ __forceinline__ double cos_of_quarter(double r) {
    double z = r * r;
    double p = fma(z, fma(z, fma(z, fma(z, fma(z, -1.13596475577881948265e-11, 2.08757232129817482790e-09), -2.75573143513906633035e-07),
            2.48015872894767294178e-05), -1.38888888888741095749e-03), 4.16666666666666019037e-02);
    double half = 0.5 * z;
    double w = 1 - half;
    return w + fma(z * z, p, 1 - w - half);
}

// The sine for offset 0, the cosine for offset 1.
__device__ __noinline__ double sin_of_turned(double x, int offset) {
    int quadrant;
    double r = reduce(x, quadrant);
    quadrant += offset;
    double y = (quadrant & 1) != 0 ? cos_of_quarter(r) : sin_of_quarter(r);
    return (quadrant & 2) != 0 ? -y : y;
}

__device__ __forceinline__ double special_sin(double x) {
    return x == 0 ? x : sin_of_turned(x, 0);
}

__device__ __forceinline__ double special_cos(double x) {
    return sin_of_turned(x, 1);
}

__device__ __noinline__ double special_tan(double x) {
    int quadrant;
    double r = reduce(x, quadrant);
    double s = sin_of_quarter(r);
    double c = cos_of_quarter(r);
    return x == 0 ? x : (quadrant & 1) != 0 ? -c / s : s / c;
}
