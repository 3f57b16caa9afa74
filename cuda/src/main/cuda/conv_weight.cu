// The gradient of a weight by the products of conv_weight_product.cuh, in any memory order, and the kernel that adds up the slices of all
// such products.
#include "conv_weight_product.cuh"

WEIGHT(large_quads_f32, float, 128, 128, 256, 2, QUADS)
WEIGHT(small_quads_f32, float, 64, 64, 64, 6, QUADS)
WEIGHT(large_singles_f32, float, 128, 128, 256, 2, SINGLES)
WEIGHT(small_singles_f32, float, 64, 64, 64, 6, SINGLES)
WEIGHT(small_singles_f64, double, 64, 64, 256, 2, SINGLES)

// dw[o][c][tap] = sum of the slices, in their order and in double, because they are sums already; the partial sums of `o` lie `width`
// apart, taps or channels innermost.
template<class T>
__device__ void join(const T* partial, int slices, int64_t slice_step, int width, int taps_innermost, int channels, int taps1, int taps2,
    int taps, Weights weights, T* dw, int numel) {
    for (unsigned i = thread_id(); i < numel; i += thread_count()) {
        int inner = taps_innermost ? taps : channels;
        int outer = taps_innermost ? channels : taps;
        int b = i % inner;
        int a = i / inner % outer;
        int o = i / inner / outer;
        const T* from = partial + (int64_t) o * width + a * inner + b;
        double sum = 0;
        for (int s = 0; s < slices; s++)
            sum += (double) from[s * slice_step];
        int c = taps_innermost ? a : b;
        int tap = taps_innermost ? b : a;
        dw[o * weights.produced + c * weights.reduced + tap / (taps1 * taps2) * weights.at[0] + tap / taps2 % taps1 * weights.at[1]
            + tap % taps2 * weights.at[2]] = (T) sum;
    }
}

#define JOIN(name, T)                                                                                                                  \
    extern "C" __global__ void conv_join_##name(const T* partial, int slices, int64_t slice_step, int width, int taps_innermost,        \
        int channels, int taps1, int taps2, int taps, Weights weights, T* dw, int numel) {                                             \
        join(partial, slices, slice_step, width, taps_innermost, channels, taps1, taps2, taps, weights, dw, numel);                    \
    }

JOIN(f32, float)
JOIN(f64, double)
