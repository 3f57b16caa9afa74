// The gradient of the weight of a depthwise convolution K x K of any dilation, or of stride 2 and dilation 1, float32 in planes.
//
// Floor: 8 bytes for each element of the result: x and dy are read once each, all K^2 sums being in registers. The columns of a channel
// are cut into as many slices as the shapes say; a block adds up one of them, in chains of multiply-adds that are joined in a tree, and
// conv_weight.cu adds up the slices in their order.
#pragma once
#include "columns.cuh"
#include "join.cuh"

// A thread goes down a column; of dy it keeps the lines that the present lines of x, S of them, take part in. Those to come are loaded
// while it multiplies. Results outside its column take no part: an infinite number times a zero in their place would be NaN.
template<int K, int D, int S, int V>
__device__ __forceinline__ void columns_weight(const float* __restrict__ x, const float* __restrict__ dy, const Columns& g, int each,
    float* __restrict__ partial) {
    constexpr int KEPT = (K - 1) / S + 1;
    int o = blockIdx.x % g.channels;
    int slice = blockIdx.x / g.channels;
    x += (int64_t) (o / g.multiplier) * g.source_c;
    dy += (int64_t) o * g.result_c;
    float sum[K * K];
#pragma unroll
    for (int k = 0; k < K * K; k++)
        sum[k] = 0.0f;
#pragma unroll 1
    for (int e = 0; e < each; e++) {
        Place place(g, V, (slice * each + e) * blockDim.x + threadIdx.x);
        if (place.plane >= g.planes)
            break;
        Lines<K, D, S, V> lines(g, x + place.plane * g.source_n, place);
        const float* from = dy + place.plane * g.result_n + place.y * g.result_line + place.x;
        int step = g.dilation_y * g.result_line;
        Window<K, D, S, V> window[S];
        // [1] belongs to the present lines, [0] to those to come. All of it gets a value: what is moved before it has one confuses ptxas
        // 13.0, which then takes the present line for the one before.
        float gradient[KEPT + 1][V] = {};
#pragma unroll
        for (int s = 0; s < S; s++)
            lines.next(g, window[s]);
        load(gradient[0], from, true);
        int end = place.end + (KEPT - 1) * g.dilation_y;
#pragma unroll 1
        for (int y = place.y; y < end; y += g.dilation_y) {
            Window<K, D, S, V> next[S];
#pragma unroll
            for (int s = 0; s < S; s++)
                lines.next(g, next[s]);
#pragma unroll
            for (int k = KEPT; k > 0; k--)
#pragma unroll
                for (int r = 0; r < V; r++)
                    gradient[k][r] = gradient[k - 1][r];
            from += step;
            load(gradient[0], from, y + g.dilation_y < place.end);
#pragma unroll
            for (int ky = 0; ky < K; ky++) {
                int of = y - ky / S * g.dilation_y;
                if (of >= place.y && of < place.end)
#pragma unroll
                    for (int kx = 0; kx < K; kx++)
#pragma unroll
                        for (int r = 0; r < V; r++)
                            sum[ky * K + kx] = fmaf(window[ky % S].under(kx, r), gradient[1 + ky / S][r], sum[ky * K + kx]);
            }
#pragma unroll
            for (int s = 0; s < S; s++)
                window[s] = next[s];
        }
    }
    join_block<THREADS>(sum, partial + ((int64_t) slice * g.channels + o) * (K * K));
}

// The kernel for these; BLOCKS of them fit on a multiprocessor.
#define COLUMNS_WEIGHT(K, D, S, V, BLOCKS)                                                                                             \
    extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS) depthwise_columns_weight_##K##_##D##_##S##_##V(                       \
        const float* __restrict__ x, const float* __restrict__ dy, Columns g, int each, float* __restrict__ partial) {                 \
        columns_weight<K, D, S, V>(x, dy, g, each, partial);                                                                           \
    }
