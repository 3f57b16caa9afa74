// Powers and distances in float32, where the CPU computes in double. Errors: at most 1.2 ulp at 12 million pairs.
#pragma once
#include "logarithms.cuh"

// 1 / c of five bits for each eighth [c - 1/16, c + 1/16] of the mantissa, and log2(c) in two parts, of which the first has 14 bits behind
// the point and is less by the 127 that exponents are biased by.
struct __align__(16) Eighth {
    float inverse, high, low, unused;
};

__device__ const Eighth EIGHTHS[8] = {
    {0x1p+0f, -127, 0, 0},
    {0x1.cp-1f, 0x1.8a8p-3f - 127, 0x1.30158p-16f, 0},
    {0x1.ap-1f, 0x1.32cp-2f - 127, -0x1.1c8f12p-22f, 0},
    {0x1.7p-1f, 0x1.e7ep-2f - 127, -0x1.40358ep-19f, 0},
    {0x1.5p-1f, 0x1.372p-1f - 127, 0x1.15db84p-16f, 0},
    {0x1.4p-1f, 0x1.5b3p-1f - 127, -0x1.e12f34p-16f, 0},
    {0x1.2p-1f, 0x1.a9p-1f - 127, -0x1.a39fbep-19f, 0},
    {0x1.1p-1f, 0x1.d338p-1f - 127, 0x1.20a6dep-21f, 0},
};

// log2(m) of a positive number as high + low, some 34 digits. With m = c (1 + f) 2^e and f exact, |f| < 0.0704: log2(1 + f) is
// (f - f^2 / 2) / ln 2 with the rounding errors of its products, and f^3 times a polynomial.
struct TwoPartLog2 {
    float high;
    float low;

    __device__ __forceinline__ explicit TwoPartLog2(float m) {
        constexpr float c = 0x1.715476p+0f;                          // 1 / ln 2 in two parts
        constexpr float c_low = 0x1.4ae0cp-26f;
        int bits = m < 0x1p-126f ? __float_as_int(m * 0x1p23f) - (23 << 23) : __float_as_int(m);
        int nearest = bits + (1 << 19);                              // exponent and eighth
        int exponent = nearest & (int) 0xFF800000;
        const Eighth e = EIGHTHS[nearest >> 20 & 7];
        float f = fmaf(__int_as_float(bits - exponent + (127 << 23)), e.inverse, -1.0f);
        float whole = fmaf((float) exponent, 0x1p-23f, e.high);
        float first = f * c;
        float first_low = fmaf(f, c_low, fmaf(f, c, -first));
        float square = f * f;
        float square_low = fmaf(f, f, -square);
        float second = square * (c / -2);
        float second_low = fmaf(square_low, c / -2, fmaf(square, c_low / -2, fmaf(square, c / -2, -second)));
        float p = fmaf(0x1.a91cf4p-3f, f, -0x1.ef2a2cp-3f);
        p = fmaf(p, f, 0x1.2775bp-2f);
        p = fmaf(p, f, -0x1.7153dep-2f);
        p = fmaf(p, f, 0x1.ec709ep-2f);
        float sum = first + second;
        float rest = ((first - sum) + second) + (first_low + second_low);
        rest = fmaf(square * f, p, rest + e.low);
        high = whole + sum;
        low = ((whole - high) + sum) + rest;
    }
};

// m^b for positive finite m and finite b.
__device__ __forceinline__ float power_of_positive(float m, float b) {
    constexpr float round = F_ROUND + 254;
    TwoPartLog2 log(m);
    float bounded = fminf(fmaxf(b, -0x1p34f), 0x1p34f);              // enough for the least logarithm that is not 0
    float high = bounded * log.high;
    float low = fmaf(bounded, log.low, fmaf(bounded, log.high, -high));
    float sum = high + low;
    float c = fminf(fmaxf(sum, -151.0f), 129.0f);
    float t = c + round;
    float r = c == sum ? (high - (t - round)) + low : 0.0f;
    return times_power(exp2_minus_1(r), t);
}

// The power where a is not a positive finite number or b is not finite, `y` being that of |a|. IEEE 754.
__device__ __forceinline__ float power_at_edge(float a, float b, float y) {
    if (a == 1 || b == 0)
        return 1;
    if (a != a || b != b)
        return NAN;
    float m = fabsf(a);
    bool bounded = m > 0 && m < INFINITY;
    bool whole = truncf(b) == b;
    bool odd = whole && fabsf(b) < 0x1p24f && ((int) b & 1) != 0;
    if (!(fabsf(b) < INFINITY))
        y = m == 1 ? 1.0f : m > 1 == b > 0 ? INFINITY : 0.0f;
    else if (!bounded)
        y = m > 0 == b > 0 ? INFINITY : 0.0f;
    if (a < 0 && bounded && !whole)
        return NAN;
    return odd && __float_as_int(a) < 0 ? -y : y;
}

__device__ __forceinline__ float sunda_pow(float a, float b) {
    float y = power_of_positive(fabsf(a), b);
    bool plain = a > 0 && a < INFINITY && fabsf(b) < INFINITY;
    return plain ? y : power_at_edge(a, b, y);
}

// Both are divided by a power of two near the larger one.
__device__ __forceinline__ float sunda_hypot(float a, float b) {
    int exponent = __float_as_int(fmaxf(fabsf(a), fabsf(b))) & 0x7F800000;
    exponent = min(max(exponent, 1 << 23), 253 << 23);
    float scale = __int_as_float((254 << 23) - exponent);
    float x = a * scale;
    float y = b * scale;
    float r = sqrtf(fmaf(x, x, y * y)) * __int_as_float(exponent);
    return fabsf(a) == INFINITY || fabsf(b) == INFINITY ? INFINITY : r;
}
