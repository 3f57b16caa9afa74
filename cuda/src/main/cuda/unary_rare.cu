// Functions of one float32 tensor that are used rarely, and their derivatives, which the CPU computes in double: numbers are kept as sums
// of two floats where digits cancel or a tail vanishes. The number of the function is an argument, the same for all threads.
// Floor: the bytes of the operands; the functions take 40 to 150 instructions an element.
#include "common.cuh"
#include "error_function.cuh"
#include "gamma.cuh"
#include "logistic.cuh"
#include "operations.cuh"

// Views of any strides. `flat` says that all of them are one run of memory.
extern "C" __global__ void unary_rare_f32(int op, const float* x, float* y, Strided<2> walk, int flat, Numbers p) {
    Pair a(p.a), b(p.b);
    Ends ends(p.a);
    for (unsigned i = thread_id(); i < walk.numel; i += thread_count()) {
        int at[2] = {(int) i, (int) i};
        if (!flat)
            walk.offsets(i, at);
        float v = x[at[1]];
        switch (op) {
            case ERFC: v = sunda_erfc(v); break;
            case ERFINV: v = sunda_erfinv(v); break;
            case LGAMMA: v = sunda_lgamma(v); break;
            case ERFCX: v = sunda_erfcx(v); break;
            case NDTRI: v = sunda_ndtri(v); break;
            case TANHSHRINK: v = sunda_tanhshrink(v); break;
            case SOFTPLUS: v = sunda_softplus(v, a, b); break;
            case LOGIT: v = sunda_logit(v, ends); break;
            default: v = NAN;
        }
        y[at[0]] = v;
    }
}

extern "C" __global__ void unary_rare_backward_f32(int op, const float* kept, const float* dy, float* dx, Strided<3> walk, int flat,
        Numbers p) {
    Ends ends(p.a);
    for (unsigned i = thread_id(); i < walk.numel; i += thread_count()) {
        int at[3] = {(int) i, (int) i, (int) i};
        if (!flat)
            walk.offsets(i, at);
        float k = kept[at[1]], v = dy[at[2]];
        switch (op) {
            case ERFC: v = exponential_of_square(k, -1).times(-0x1.20dd76p+0f, v); break;
            case ERFINV: v = exponential_of_square(k, 1).times(0x1.c5bf8ap-1f, v); break;
            case ERFCX: v = times_erfcx_slope(v, k); break;
            case NDTRI: v = exponential_of_square(k, 0.5f).times(0x1.40d932p+1f, v); break;
            case TANHSHRINK: v = v * sunda_tanh(k) * sunda_tanh(k); break;
            case LOGIT: v = over_logit_slope(v, k, ends, p.a >= 0); break;
            default: v = NAN;
        }
        dx[at[0]] = v;
    }
}
