// Elementary functions as fixed chains of operations and fused multiply-adds: those of the CPU's kernels (ScalarFunctions, ScalarErf,
// ScalarActivations and ScalarFunctions64 of core), so that both give the same bits. What errors they have and where the polynomials come
// from stands there.
#pragma once
#include <cstdint>

// The larger one; NaN if either is NaN, 0 rather than -0. As Java's Math.max; fmaxf drops NaN.
__device__ __forceinline__ float maximum(float a, float b) {
    return a > b || a != a ? a : b > a || b != b ? b : __int_as_float(__float_as_int(a) & __float_as_int(b));
}

__device__ __forceinline__ double maximum(double a, double b) {
    return a > b || a != a ? a : b > a || b != b ? b : __longlong_as_double(__double_as_longlong(a) & __double_as_longlong(b));
}

// The smaller one; NaN if either is NaN, -0 rather than 0.
__device__ __forceinline__ float minimum(float a, float b) {
    return a < b || a != a ? a : b < a || b != b ? b : __int_as_float(__float_as_int(a) | __float_as_int(b));
}

__device__ __forceinline__ double minimum(double a, double b) {
    return a < b || a != a ? a : b < a || b != b ? b : __longlong_as_double(__double_as_longlong(a) | __double_as_longlong(b));
}

template<class T>
__device__ __forceinline__ T sign(T x) {
    return x > 0 ? T(1) : x < 0 ? T(-1) : T(0);
}

// ------------------------------------------------------------------------------------------------------------------------------- float

constexpr float F_ROUND = 0x1.8p23f;    // adding it leaves the nearest integer in the low bits of the sum
constexpr float F_LOG2_E = 1.44269504088896341f;
constexpr float F_LN2_HIGH = 0.693359375f;
constexpr float F_LN2_LOW = -2.12194440e-4f;

// x - n ln 2.
__device__ __forceinline__ float exp_rest(float x, float n) {
    return fmaf(n, -F_LN2_LOW, fmaf(n, -F_LN2_HIGH, x));
}

// e^r - 1 for |r| <= ln(2) / 2.
__device__ __forceinline__ float exp_minus_1(float r) {
    float z = r * r;
    float high = fmaf(z, 0x1.6a23d0p-10f, fmaf(r, 0x1.123a20p-7f, 0x1.5558f2p-5f));
    return fmaf(fmaf(high, z, fmaf(r, 0x1.555492p-3f, 0x1.fffffcp-2f)), z, r);
}

__device__ __forceinline__ float sunda_exp(float x) {
    constexpr float round = F_ROUND + 254;
    float c = x < -104.0f ? -104.0f : x > 89.0f ? 89.0f : x;
    float t = fmaf(c, F_LOG2_E, round);
    float s = exp_minus_1(exp_rest(c, t - round));
    unsigned powers = __float_as_uint(t);
    unsigned half = powers >> 1;
    float power = __uint_as_float(half << 23);
    return fmaf(s, power, power) * __uint_as_float((powers - half) << 23);
}

__device__ __forceinline__ float sunda_expm1(float x) {
    constexpr float round = F_ROUND + 127;
    if (x > 1)
        return sunda_exp(x) - 1;
    float c = x < -20.0f ? -20.0f : x;
    float t = fmaf(c, F_LOG2_E, round);
    float s = exp_minus_1(exp_rest(c, t - round));
    float power = __uint_as_float(__float_as_uint(t) << 23);
    return fmaf(s, power, power - 1);
}

__device__ __forceinline__ float sunda_log(float x) {
    bool tiny = x < 0x1p-126f;
    int bits = __float_as_int(tiny ? x * 0x1p23f : x);
    int power = (bits - 0x3F3504F3) >> 23;
    float e = (float) power - (tiny ? 23.0f : 0.0f);
    float f = __int_as_float(bits - (int) ((unsigned) power << 23)) - 1;
    float z = f * f;
    float p = fmaf(7.0376836292e-2f, f, -1.1514610310e-1f);
    p = fmaf(p, f, 1.1676998740e-1f);
    p = fmaf(p, f, -1.2420140846e-1f);
    p = fmaf(p, f, 1.4249322787e-1f);
    p = fmaf(p, f, -1.6668057665e-1f);
    p = fmaf(p, f, 2.0000714765e-1f);
    p = fmaf(p, f, -2.4999993993e-1f);
    p = fmaf(p, f, 3.3333331174e-1f);
    float y = fmaf(e, F_LN2_LOW, p * f * z);
    float result = fmaf(e, F_LN2_HIGH, f + fmaf(-0.5f, z, y));
    if (!(x < INFINITY))
        result = x;
    if (x == 0)
        result = -INFINITY;
    return x < 0 ? NAN : result;
}

// log(1 + e) for e from 0 to 1: what the sum loses in rounding is given back, divided by the sum.
__device__ __forceinline__ float log1p_of_fraction(float e) {
    float sum = 1 + e;
    return sunda_log(sum) + (e - (sum - 1)) / sum;
}

// log(1 + e^x).
__device__ __forceinline__ float sunda_softplus(float x) {
    return maximum(x, 0.0f) + log1p_of_fraction(sunda_exp(-fabsf(x)));
}

__device__ __forceinline__ float sunda_tanh(float x) {
    constexpr float round = F_ROUND + 127;
    float a = fabsf(x);
    float c = (a > 10.0f ? 10.0f : a) * -2;
    float t = fmaf(c, F_LOG2_E, round);
    float s = exp_minus_1(exp_rest(c, t - round));
    float power = -2 * __uint_as_float(__float_as_uint(t) << 23);
    float minus2e = fmaf(s, power, power);
    float large = minus2e / fmaf(minus2e, -0.5f, 1.0f) + 1;
    float z = a * a;
    float p = fmaf(-5.70498872745e-3f, z, 2.06390887954e-2f);
    p = fmaf(p, z, -5.37397155531e-2f);
    p = fmaf(p, z, 1.33314422036e-1f);
    p = fmaf(p, z, -3.33332819422e-1f);
    float y = a < 0.625f ? fmaf(p, z * a, a) : large;
    return __uint_as_float(__float_as_uint(y) | (__float_as_uint(x) & 0x80000000u));
}

__device__ __forceinline__ float sunda_sigmoid(float x) {
    float e = sunda_exp(-fabsf(x));
    float whole = x >= 0 ? 1.0f : e;
    return fmaf(-whole, e / (e + 1), whole);
}

__device__ __forceinline__ float sunda_erf(float x) {
    float a = fabsf(x);
    float z = a * a;
    float p = fmaf(-5.96761703e-4f, z, 4.99119423e-3f);
    p = fmaf(p, z, -2.67681349e-2f);
    p = fmaf(p, z, 1.12819925e-1f);
    p = fmaf(p, z, -3.76125336e-1f);
    p = fmaf(p, z, 1.28379166e-1f);
    float small = fmaf(p, a, a);
    float t = minimum(a, 4.0f);
    float r = fmaf(-1.72853470e-5f, t, 3.83197126e-4f);
    r = fmaf(r, t, -3.88396438e-3f);
    r = fmaf(r, t, 2.42546219e-2f);
    r = fmaf(r, t, -1.06777877e-1f);
    r = fmaf(r, t, -6.34846687e-1f);
    r = fmaf(r, t, -1.28717512e-1f);
    float large = 1 - sunda_exp(fmaf(r, t, -t));
    float y = a < 0.921875f ? small : large;
    return __uint_as_float(__float_as_uint(y) | (__float_as_uint(x) & 0x80000000u));
}

// -min(|x|, 13.1): beyond it the distribution function of the normal distribution counts as 0 or 1.
__device__ __forceinline__ float gelu_bounded(float x) {
    float m = __uint_as_float(__float_as_uint(x) | 0x80000000u);
    return m < -13.1f ? -13.1f : m;
}

// exp(-m^2 / 2) from m and s = m^2.
__device__ __forceinline__ float gauss(float m, float s) {
    float t = fmaf(s, -0.5f * F_LOG2_E, F_ROUND);
    float n = t - F_ROUND;
    float r = fmaf(n, 2 * F_LN2_LOW, fmaf(m, m, n * (2 * F_LN2_HIGH)));
    float z = r * r;
    float high = fmaf(z, fmaf(r, 0.008290272f / -32, 0.04189816f / 16), fmaf(r, 0.16667638f / -8, 0.4999913f / 4));
    float e = fmaf(z, high, fmaf(r, 0.99999964f / -2, 1.0f));
    return __uint_as_float(__float_as_uint(e) + (__float_as_uint(t) << 23));
}

// Phi(m) / exp(-s / 2) with s = m^2, Phi being the distribution function of the normal distribution.
__device__ __forceinline__ float tail_ratio(float m, float s) {
    float p = fmaf(s, fmaf(s, 0.004037028644233942f, fmaf(m, -0.04009825736284256f, 0.1816464066505432f)),
            fmaf(m, -0.436147004365921f, 0.5f));
    float q = fmaf(s, fmaf(s, fmaf(m, -0.010119191370904446f, 0.10051863640546799f), fmaf(m, -0.4652767479419708f, 1.1958985328674316f)),
            fmaf(m, -1.6701788902282715f, 1.0f));
    return p / q;
}

__device__ __forceinline__ float sunda_gelu(float x) {
    float m = gelu_bounded(x);
    float s = m * m;
    return fmaf(m, tail_ratio(m, s) * gauss(m, s), x < 0 ? 0.0f : x);
}

__device__ __forceinline__ float gelu_derivative(float x) {
    float m = gelu_bounded(x);
    float s = m * m;
    float slope = fmaf(m, 0.3989422804f, tail_ratio(m, s)) * gauss(m, s);
    return x < 0 ? slope : 1 - slope;
}

constexpr float GELU_LINEAR = -1.5957691216f;
constexpr float GELU_CUBIC = -0.0713548162726f;

__device__ __forceinline__ float gelu_tanh(float x) {
    return x == -INFINITY ? -0.0f : x * (1 / (sunda_exp(x * fmaf(x * x, GELU_CUBIC, GELU_LINEAR)) + 1));
}

__device__ __forceinline__ float gelu_tanh_derivative(float x) {
    float c = minimum(maximum(x, -10.0f), 10.0f);
    float z = c * c;
    float e = sunda_exp(c * fmaf(z, GELU_CUBIC, GELU_LINEAR));
    float s = 1 / (e + 1);
    float slope = c * fmaf(z, -0.2140644488f, GELU_LINEAR);
    return fmaf(-slope, s * (e * s), s);
}

__device__ __forceinline__ float sunda_mish(float x) {
    float e = sunda_exp(minimum(x, 20.0f));
    float m = e * (e + 2);
    return x * (m / (m + 2));
}

__device__ __forceinline__ float mish_derivative(float x) {
    float e = sunda_exp(minimum(x, 20.0f));
    float m = e * (e + 2);
    float slope = x > 20.0f ? 0.0f : 4 * e * (1 + e) / ((m + 2) * (m + 2));
    return m / (m + 2) + x * slope;
}

__device__ __forceinline__ float silu_derivative(float x) {
    float e = sunda_exp(-fabsf(x));
    float near = 1 / (1 + e);
    float far = e * near;
    return x >= 0 ? near * (1 + x * far) : far * (1 + x * near);
}

// ------------------------------------------------------------------------------------------------------------------------------ double

constexpr double D_ROUND = 0x1.8p52;
constexpr double D_LOG2_E = 1.4426950408889634073599;

// e^r - 1 for r = x - n ln 2.
__device__ __forceinline__ double exp_minus_1(double x, double n) {
    double r = fma(n, -1.42860682030941723212e-6, fma(n, -6.93145751953125e-1, x));
    double z = r * r;
    double p = fma(fma(z, 1.26177193074810590878e-4, 3.02994407707441961300e-2), z, 9.99999999999999999910e-1) * r;
    double q = fma(fma(fma(z, 3.00198505138664455042e-6, 2.52448340349684104192e-3), z, 2.27265548208155028766e-1), z,
            2.00000000000000000005) - p;
    return (p + p) / q;
}

__device__ __forceinline__ double sunda_exp(double x) {
    constexpr double round = D_ROUND + 2046;
    double c = x < -746.0 ? -746.0 : x > 710.0 ? 710.0 : x;
    double t = fma(c, D_LOG2_E, round);
    double s = exp_minus_1(c, t - round);
    unsigned long long powers = __double_as_longlong(t);
    unsigned long long half = powers >> 1;
    double power = __longlong_as_double(half << 52);
    return fma(s, power, power) * __longlong_as_double((powers - half) << 52);
}

__device__ __forceinline__ double sunda_log(double x) {
    bool tiny = x < 0x1p-1022;
    long long bits = __double_as_longlong(tiny ? x * 0x1p52 : x);
    long long power = (long long) ((unsigned long long) (bits - (0x3FE6A09E667F3BCDLL - 0x3FF0000000000000LL)) >> 52) - 1023;
    double e = (double) power - (tiny ? 52.0 : 0.0);
    double f = __longlong_as_double(bits - (long long) ((unsigned long long) power << 52)) - 1;
    double z = f * f;
    double p = fma(fma(fma(fma(fma(1.01875663804580931796e-4, f, 4.97494994976747001425e-1), f, 4.70579119878881725854), f,
            1.44989225341610930846e1), f, 1.79368678507819816313e1), f, 7.70838733755885391666);
    double q = fma(fma(fma(fma(f + 1.12873587189167450590e1, f, 4.52279145837532221105e1), f, 8.29875266912776603211e1), f,
            7.11544750618563894466e1), f, 2.31251620126765340583e1);
    double y = fma(e, -2.121944400546905827679e-4, z * f * p / q);
    double result = fma(e, 0.693359375, f + fma(-0.5, z, y));
    if (!(x < INFINITY))
        result = x;
    if (x == 0)
        result = -INFINITY;
    return x < 0 ? NAN : result;
}

__device__ __forceinline__ double sunda_tanh(double x) {
    constexpr double round = D_ROUND + 2046;
    double a = fabs(x);
    double c = (a > 20.0 ? 20.0 : a) * -2;
    double t = fma(c, D_LOG2_E, round);
    double s = exp_minus_1(c, t - round);
    double power = __longlong_as_double((__double_as_longlong(t) - 1023ULL) << 52);
    double h = fma(power, s, power - 1) * -0.5;
    double y = fma(h, h / (1 - h), h);
    return __longlong_as_double(__double_as_longlong(y) | (__double_as_longlong(x) & 0x8000000000000000ULL));
}

__device__ __forceinline__ double sunda_sigmoid(double x) {
    double e = sunda_exp(-fabs(x));
    double whole = x >= 0 ? 1.0 : e;
    return fma(whole, e / (-1 - e), whole);
}
