// Functions of one tensor, and their derivatives, computed in double whatever its type: of float64 those that are more than a few
// instructions, of float32 what unary_more.cu leaves, which is used rarely and would need its numbers in pairs of floats, because digits
// cancel or a tail vanishes. The number of the function is an argument, the same for all threads.
#include "common.cuh"
#include "operations.cuh"
#include "values.cuh"

// The derivative at k, which is the input or the output.
__device__ __forceinline__ double derivative(int op, double k, const Numbers& p) {
    switch (op) {
        case EXPM1: return k + 1;
        case EXP2: return k * LN2;
        case LOG1P: return 1 / (1 + k);
        case LOG2: return 1 / (k * LN2);
        case LOG10: return 1 / (k * LN10);
        case SIN: return special_cos(k);
        case COS: return -special_sin(k);
        case TAN: return 1 + k * k;
        case ASIN: return 1 / sqrt((1 - k) * (1 + k));
        case ACOS: return -1 / sqrt((1 - k) * (1 + k));
        case ATAN: return 1 / (1 + k * k);
        case SINH: return cosh(k);
        case COSH: return sinh(k);
        case ASINH: return 1 / sqrt(k * k + 1);
        case ACOSH: return 1 / sqrt((k - 1) * (k + 1));
        case ATANH: return 1 / ((1 - k) * (1 + k));
        case ERFC: return -2 / SQRT_PI * special_gauss(k, 0);
        case ERFINV: return SQRT_PI / 2 * special_exp(k * k);
        case LGAMMA: return special_digamma(k);
        case ERFCX: return 2 * k * special_erfcx(k) - 2 / SQRT_PI;
        case NDTRI: return 2.50662827463100050242 * special_exp(k * k / 2);
        case I0: return special_i1(k);
        case I0E: return special_i1e(k) - sign(k) * special_i0e(k);
        case I1: return special_i0(k) - (k == 0 ? 0.5 : special_i1(k) / k);
        case I1E: return k == 0 ? 0.5 : special_i0e(k) - special_i1e(k) * (sign(k) + 1 / k);
        case TANHSHRINK: return special_tanh(k) * special_tanh(k);
        case LOGIT:
            if (p.a < 0)
                return k >= 0 && k <= 1 ? 1 / (k * (1 - k)) : NAN;
            return k >= p.a && k <= 1 - p.a ? 1 / (k * (1 - k)) : 0;
        case POLYGAMMA: return special_polygamma((int) p.a + 1, k);
        default: return NAN;
    }
}

template<class T>
__device__ __forceinline__ double read(const void* from, int at) {
    return static_cast<const T*>(from)[at];
}

// `wide` says that the tensors are float64, else float32.
extern "C" __global__ void special(int op, const void* x, void* y, Strided<2> walk, int flat, int wide, Numbers p) {
    for (unsigned i = thread_id(); i < walk.numel; i += thread_count()) {
        int at[2] = {(int) i, (int) i};
        if (!flat)
            walk.offsets(i, at);
        double v = special_value(op, wide ? read<double>(x, at[1]) : read<float>(x, at[1]), p);
        if (wide)
            static_cast<double*>(y)[at[0]] = v;
        else
            static_cast<float*>(y)[at[0]] = (float) v;
    }
}

extern "C" __global__ void special_backward(int op, const void* kept, const void* dy, void* dx, Strided<3> walk, int flat, int wide,
        Numbers p) {
    for (unsigned i = thread_id(); i < walk.numel; i += thread_count()) {
        int at[3] = {(int) i, (int) i, (int) i};
        if (!flat)
            walk.offsets(i, at);
        double slope = derivative(op, wide ? read<double>(kept, at[1]) : read<float>(kept, at[1]), p);
        if (wide)
            static_cast<double*>(dx)[at[0]] = static_cast<const double*>(dy)[at[2]] * slope;
        else
            static_cast<float*>(dx)[at[0]] = (float) (static_cast<const float*>(dy)[at[2]] * slope);
    }
}
