// Functions of e^x in float32 whose digits cancel or whose parameters have more digits than a float, where the CPU computes in double.
// Polynomials are minimax fits of our own.
#pragma once
#include "error_function.cuh"
#include "logarithms.cuh"

__device__ __forceinline__ float sunda_tanhshrink(float x) {
    float a = fabsf(x);
    float z = a * a;
    float p = fmaf(-0x1.ae57acp-13f, z, 0x1.2ccd2ap-10f);
    p = fmaf(p, z, -0x1.cdeb4ep-9f);
    p = fmaf(p, z, 0x1.245e5ep-7f);
    p = fmaf(p, z, -0x1.670126p-6f);
    p = fmaf(p, z, 0x1.ba3016p-5f);
    p = fmaf(p, z, -0x1.111178p-3f);
    p = fmaf(p, z, 0x1.555556p-2f);
    float large = a - 1 + 2 / (sunda_exp(2 * a) + 1);
    float square = p * z;
    float lost = fmaf(p, z, -square) + p * fmaf(a, a, -z);
    float y = a < 1 ? fmaf(square, a, lost * a) : large;
    return copysignf(y, x);
}

// A number in double precision as the sum of two floats.
struct Pair {
    float high, low;

    __device__ __forceinline__ explicit Pair(double x) : high((float) x), low((float) (x - (float) x)) {}
};

// log(z / (1 - z)) for a z between 0 and 1, from the smaller one of z and 1 - z, which is a + low.
__device__ __forceinline__ float logit_of_tail(float a, float low, bool upper) {
    float y = a < 0x1p-20f ? -sunda_log(a) : sunda_log1p(fmaf(-2, low, fmaf(-2, a, 1)) / a);
    return upper ? y : 0 - y;
}

// The ends of the interval to which logit brings its argument.
struct Ends {
    float least, most;    // floats inside
    Pair lower, upper;    // distances of the ends from 0 and 1

    __device__ __forceinline__ explicit Ends(double eps)
        : least(eps < 0 ? -INFINITY : __double2float_ru(eps)), most(eps < 0 ? INFINITY : __double2float_rd(1 - eps)), lower(eps),
          upper(1 - (1 - eps)) {}

    __device__ __forceinline__ bool hold(float x) const { return x >= least && x <= most; }
};

__device__ __forceinline__ float sunda_logit(float x, const Ends& ends) {
    bool below = x < ends.least, above = !below && x > ends.most, upper = above || !below && x >= 0.5f;
    float a = below ? ends.lower.high : above ? ends.upper.high : upper ? 1 - x : x;
    float low = below ? ends.lower.low : above ? ends.upper.low : 0;
    return x == x && a >= 0 && a <= 1 ? logit_of_tail(a, low, upper) : NAN;
}

// dy / (k (1 - k)).
__device__ __forceinline__ float over_logit_slope(float dy, float k, const Ends& ends, bool bounded) {
    return bounded ? ends.hold(k) ? dy / (k * (1 - k)) : dy * 0 : k >= 0 && k <= 1 ? dy / (k * (1 - k)) : NAN;
}

// log(1 + e^(beta x)) / beta, or x itself where beta x is above a threshold. The product is a sum of two floats, and so is all that follows
// until it is divided; beta is from 2^-100 to 2^100.
__device__ __forceinline__ float sunda_softplus(float x, const Pair& beta, const Pair& threshold) {
    float product = x * beta.high;
    float lost = fabsf(product) == INFINITY ? 0 : fmaf(x, beta.low, fmaf(x, beta.high, -product));
    if (product > threshold.high || product == threshold.high && lost > threshold.low || product == INFINITY)
        return x;
    Exponential exponential(-fabsf(product), fabsf(product) > 340 ? 0 : product > 0 ? -lost : lost);
    if (product < -20)
        return exponential.times(1 / beta.high, 1);
    float power = exponential.quarter * exponential.quarter * (exponential.quarter * exponential.last);
    float e = fmaf(power, exponential.rest, power);
    float e_lost = fmaf(power, exponential.rest, power - e);
    float square = log1p_polynomial(e) * e * e;
    float sum = e + square;
    float sum_lost = square - (sum - e) + e_lost * fmaf(-0.5f, e, 1.0f);
    if (product > 0) {
        float y = sum;
        sum = product + y;
        sum_lost += lost + (product > y ? y - (sum - product) : product - (sum - y));
    }
    float quotient = sum / beta.high;
    return quotient + fmaf(-quotient, beta.low, fmaf(-quotient, beta.high, sum) + sum_lost) / beta.high;
}
