// Sums of groups of channels, the one thing that group normalisation needs beyond channel_norm.cu.
#include "reduction.cuh"

// first[k] = sum of weight[c] * a[n, c] over the channels c of group k = (n, g), and second likewise of b: a warp for each group. Floor: a
// and b, read once, which are one number for each channel of a sample.
template<class T>
__device__ void group_sums(const T* a, const T* b, const T* weight, int stride, T* first, T* second, int count, int groups, int width) {
    int k = blockIdx.x * (blockDim.x >> 5) + (threadIdx.x >> 5);
    int lane = threadIdx.x & 31;
    double p = 0;
    double q = 0;
    if (k < count)
        for (int i = lane; i < width; i += 32) {
            double w = weight ? weight[(k % groups * width + i) * stride] : 1;
            p = fma(w, (double) a[k * width + i], p);
            q = fma(w, (double) b[k * width + i], q);
        }
#pragma unroll
    for (int lanes = 16; lanes > 0; lanes >>= 1) {
        p += exchanged(p, lanes);
        q += exchanged(q, lanes);
    }
    if (k < count && lane == 0) {
        first[k] = (T) p;
        second[k] = (T) q;
    }
}

#define GROUP_SUMS(name, T)                                                                                                            \
    extern "C" __global__ void group_sums_##name(const T* a, const T* b, const T* weight, int stride, T* first, T* second, int count,   \
        int groups, int width) {                                                                                                       \
        group_sums(a, b, weight, stride, first, second, count, groups, width);                                                         \
    }

GROUP_SUMS(f32, float)
GROUP_SUMS(f64, double)
