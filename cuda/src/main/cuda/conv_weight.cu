// The gradient of a weight by the products of conv_weight_product.cuh, in any memory order, and the kernel that adds up the slices of all
// such products.
#include "conv_weight_product.cuh"

WEIGHT(large_quads_f32, float, 128, 128, 256, 2, QUADS)
WEIGHT(small_quads_f32, float, 64, 64, 64, 6, QUADS)
WEIGHT(narrow_quads_f32, float, 32, 32, 64, 8, QUADS)
WEIGHT(large_singles_f32, float, 128, 128, 256, 2, SINGLES)
WEIGHT(small_singles_f32, float, 64, 64, 64, 6, SINGLES)
WEIGHT(narrow_singles_f32, float, 32, 32, 64, 8, SINGLES)
WEIGHT(small_singles_f64, double, 64, 64, 256, 2, SINGLES)

// dw[o][c][tap] = sum of the slices, in double, because they are sums already; the partial sums of `o` lie `width` apart, taps or channels
// innermost. LANES threads share the slices of a weight, for few weights of which there are many: each takes every LANES-th slice, in their
// order, and then they are added in the order of the threads.
template<class T, int LANES>
__device__ void join(const T* partial, int slices, int64_t slice_step, int width, int taps_innermost, int channels, int taps1, int taps2,
    int taps, const Weights& weights, T* dw, int numel) {
    constexpr int EACH = 256 / LANES;
    __shared__ double sums[LANES == 1 ? 1 : LANES][EACH];
    int inner = taps_innermost ? taps : channels;
    int outer = taps_innermost ? channels : taps;
    int lane = threadIdx.x / EACH;
    for (unsigned first = blockIdx.x * EACH; first < numel; first += gridDim.x * EACH) {
        unsigned i = first + threadIdx.x % EACH;
        int b = i % inner;
        int a = i / inner % outer;
        int o = i / inner / outer;
        double sum = 0;
        if (i < numel) {
            const T* from = partial + (int64_t) o * width + a * inner + b;
            for (int s = lane; s < slices; s += LANES)
                sum += (double) from[s * slice_step];
        }
        if (LANES > 1) {
            sums[lane][threadIdx.x % EACH] = sum;
            __syncthreads();
#pragma unroll
            for (int l = 1; l < LANES; l++)
                if (lane == 0)
                    sum += sums[l][threadIdx.x];
            __syncthreads();
        }
        if (lane == 0 && i < numel) {
            int c = taps_innermost ? a : b;
            int tap = taps_innermost ? b : a;
            dw[o * weights.produced + c * weights.reduced + tap / (taps1 * taps2) * weights.at[0] + tap / taps2 % taps1 * weights.at[1]
                + tap % taps2 * weights.at[2]] = (T) sum;
        }
    }
}

#define JOIN(name, T, LANES)                                                                                                           \
    extern "C" __global__ void __launch_bounds__(256) conv_join_##name(const T* partial, int slices, int64_t slice_step, int width,    \
        int taps_innermost, int channels, int taps1, int taps2, int taps, Weights weights, T* dw, int numel) {                         \
        join<T, LANES>(partial, slices, slice_step, width, taps_innermost, channels, taps1, taps2, taps, weights, dw, numel);          \
    }

JOIN(f32, float, 1)
JOIN(4_f32, float, 4)
JOIN(16_f32, float, 16)
JOIN(f64, double, 1)
JOIN(4_f64, double, 4)
JOIN(16_f64, double, 16)
