// Sums and extremes of float32 over any dimensions.
//
// Floor: every element read once; results are few. Sums are kept in double, to which four elements at a time are added that were summed
// pairwise in float: the error is at most 2 ulp (2^-22) of the sum of magnitudes, for any length, at a quarter of an addition in double for
// each element, which the slowest devices do as fast as they read.
#include <cmath>
#include "reduce.cuh"

struct SumF32 : Fold<SumF32, double, float> {
    const float* x;
    float* out;

    __device__ SumF32(const float* x, float* out) : x(x), out(out) {}
    __device__ double start() const { return 0; }
    __device__ void open(const int (&at)[2]) { x += at[0]; }
    __device__ float load(const int (&at)[2], int) const { return x[at[0]]; }
    __device__ void add(double& sum, float a) const { sum += a; }
    __device__ void add4(double& sum, float a, float b, float c, float d) const { sum += (a + b) + (c + d); }
    __device__ double merge(double a, double b) const { return a + b; }
    __device__ void close(double sum, const int (&at)[2]) const { out[at[1]] = (float) sum; }
};

struct SumF32x4 : Fold<SumF32x4, double, float4> {
    SumF32 one;

    __device__ SumF32x4(const float* x, float* out) : one(x, out) {}
    __device__ double start() const { return 0; }
    __device__ void open(const int (&at)[2]) { one.open(at); }
    __device__ float4 load(const int (&at)[2], int) const { return reinterpret_cast<const float4*>(one.x)[at[0]]; }
    __device__ void add(double& sum, float4 a) const { one.add4(sum, a.x, a.y, a.z, a.w); }
    __device__ double merge(double a, double b) const { return a + b; }
    __device__ void close(double sum, const int (&at)[2]) const { one.close(sum, at); }
};

// The largest, or, with the sign bit in `flip`, the smallest element.
struct ExtremeF32 : Fold<ExtremeF32, float, float> {
    const float* x;
    float* out;
    int flip;

    __device__ ExtremeF32(const float* x, float* out, int flip) : x(x), out(out), flip(flip) {}
    __device__ float turned(float a) const { return __int_as_float(__float_as_int(a) ^ flip); }
    __device__ float start() const { return -INFINITY; }
    __device__ void open(const int (&at)[2]) { x += at[0]; }
    __device__ float load(const int (&at)[2], int) const { return x[at[0]]; }
    __device__ void add(float& most, float a) const { most = larger(most, turned(a)); }
    __device__ float merge(float a, float b) const { return larger(a, b); }
    __device__ void close(float most, const int (&at)[2]) const { out[at[1]] = turned(most); }
};

struct ExtremeF32x4 : Fold<ExtremeF32x4, float, float4> {
    ExtremeF32 one;

    __device__ ExtremeF32x4(const float* x, float* out, int flip) : one(x, out, flip) {}
    __device__ float start() const { return one.start(); }
    __device__ void open(const int (&at)[2]) { one.open(at); }
    __device__ float4 load(const int (&at)[2], int) const { return reinterpret_cast<const float4*>(one.x)[at[0]]; }
    __device__ void add(float& most, float4 a) const {
        float left = larger(one.turned(a.x), one.turned(a.y));
        float right = larger(one.turned(a.z), one.turned(a.w));
        most = larger(most, larger(left, right));
    }
    __device__ float merge(float a, float b) const { return larger(a, b); }
    __device__ void close(float most, const int (&at)[2]) const { one.close(most, at); }
};

#define SUM_F32 const float *x, float *out
ROWS(reduce_sum_f32_rows4, (SumF32x4(x, out)), SUM_F32)
ROWS(reduce_sum_f32_rows, (SumF32(x, out)), SUM_F32)
COLUMNS(reduce_sum_f32_columns, (SumF32(x, out)), SUM_F32)

#define EXTREME_F32 const float *x, float *out, int flip
ROWS(reduce_extreme_f32_rows4, (ExtremeF32x4(x, out, flip)), EXTREME_F32)
ROWS(reduce_extreme_f32_rows, (ExtremeF32(x, out, flip)), EXTREME_F32)
COLUMNS(reduce_extreme_f32_columns, (ExtremeF32(x, out, flip)), EXTREME_F32)
