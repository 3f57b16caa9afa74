// Depthwise convolutions K x K of any dilation, those of stride 2 and dilation 1, and input gradients of stride 1, float32 in planes.
//
// Floor: 8 bytes for each element, one read and one written. One chain of multiply-adds for each result, taps in row-major order.
#pragma once
#include "columns.cuh"

// A thread has up to R lines of results; all of it is unrolled, so that the loads of lines to come are under way.
template<int K, int D, int S, int V, int R>
__device__ __forceinline__ void columns(const float* __restrict__ source, const float* __restrict__ w, const Columns& g,
    const Finish<float>& finish, float* __restrict__ result) {
    Place place(g, V, blockIdx.x * blockDim.x + threadIdx.x);
    if (place.plane >= g.planes)
        return;
    int n = place.plane / g.channels;
    int o = place.plane - n * g.channels;
    Lines<K, D, S, V> lines(g, source + n * g.source_n + o / g.multiplier * g.source_c, place);
    if (S == 1 && V == 4)
        lines.fetch(g, R - 1 + K);
    float weight[K][K];
    const float* taps = w + o * g.weight_channel;
#pragma unroll
    for (int ky = 0; ky < K; ky++)
#pragma unroll
        for (int kx = 0; kx < K; kx++)
            weight[ky][kx] = taps[(g.flip ? K - 1 - ky : ky) * g.weight_y + (g.flip ? K - 1 - kx : kx) * g.weight_x];
    ChannelFinish<float> channel(finish, o);
    float* to = result + n * g.result_n + o * g.result_c + place.y * g.result_line + place.x;
    float sum[R][V];
#pragma unroll
    for (int v = 0; v < R; v++)
#pragma unroll
        for (int r = 0; r < V; r++)
            sum[v][r] = 0.0f;
#pragma unroll
    for (int j = 0; j < (R - 1) * S + K; j++) {
        Window<K, D, S, V> window;
        lines.next(g, window);
#pragma unroll
        for (int v = 0; v < R; v++) {
            int ky = j - v * S;
            if (ky >= 0 && ky < K)
#pragma unroll
                for (int kx = 0; kx < K; kx++)
#pragma unroll
                    for (int r = 0; r < V; r++)
                        sum[v][r] = fmaf(window.under(kx, r), weight[ky][kx], sum[v][r]);
            if (ky == K - 1) {
#pragma unroll
                for (int r = 0; r < V; r++)
                    sum[v][r] = channel.of(finish, sum[v][r]);
                if (place.y + v * g.dilation_y < place.end)
                    store(to + v * g.dilation_y * g.result_line, sum[v]);
            }
        }
    }
}

// The kernel for these; BLOCKS of them fit on a multiprocessor.
#define COLUMNS(K, D, S, V, R, BLOCKS)                                                                                                 \
    extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS) depthwise_columns_##K##_##D##_##S##_##V(                              \
        const float* __restrict__ source, const float* __restrict__ w, Columns g, Finish<float> finish, float* __restrict__ result) {  \
        columns<K, D, S, V, R>(source, w, g, finish, result);                                                                          \
    }
