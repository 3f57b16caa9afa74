// The gradient of the weight of depthwise convolutions along lines, stride 1, float32 in planes.
//
// Floor: 8 bytes for each element of the result: x and dy are read once each, all sums being in registers. The lines of a channel are cut
// into as many slices as the shapes say; a block adds up one of them, in chains of multiply-adds that are joined in a tree, and
// conv_weight.cu adds up the slices in their order. Missing numbers are zeros on both sides.
#include "join.cuh"
#include "lines.cuh"

// Where the four results of dy that a thread has next lie, and the numbers of x that belong to them.
struct Quad {
    int x;
    const float* line;
    float gradient[4];

    // i counts the quads of all lines; outside of those of the slice there is nothing.
    __device__ __forceinline__ Quad(const Lines& g, const float* source, const float* dy, int i, int end) {
        int n = g.across.divide(i);
        x = i < end ? (i - n * g.across.size) * 4 : -0x40000000;
        line = source + n * g.source_n;
        load_quad(gradient, dy + n * g.result_n, x, g.result_width);
    }
};

// Dilation 1: the sums of QUADS times four taps, the first of which lies `before` in front of the kernel, so that all of x is read 16 bytes
// at a time; those that are no taps are dropped. ITEMS quads of dy are under way.
template<int QUADS, int ITEMS>
__device__ __forceinline__ void dense(const float* __restrict__ x, const float* __restrict__ dy, const Lines& g, int each, int before,
    float* __restrict__ partial) {
    __shared__ float joined[QUADS * 4];
    int o = blockIdx.x % g.channels;
    int slice = blockIdx.x / g.channels;
    x += (int64_t) (o / g.multiplier) * g.source_c;
    dy += (int64_t) o * g.result_c;
    float sum[QUADS * 4];
#pragma unroll
    for (int k = 0; k < QUADS * 4; k++)
        sum[k] = 0.0f;
    int end = slice * each + min(each, g.planes * g.across.size - slice * each);
#pragma unroll 1
    for (int i = slice * each + threadIdx.x; i < end; i += ITEMS * THREADS) {
#pragma unroll
        for (int item = 0; item < ITEMS; item++) {
            Quad quad(g, x, dy, i + item * THREADS, end);
            int at = quad.x - g.pad - before;
            float window[8];
            load_quad(&window[0], quad.line, at, g.source_width);
#pragma unroll
            for (int q = 0; q < QUADS; q++) {
                load_quad(&window[(q + 1) % 2 * 4], quad.line, at + q * 4 + 4, g.source_width);
#pragma unroll
                for (int k = 0; k < 4; k++)
#pragma unroll
                    for (int r = 0; r < 4; r++)
                        sum[q * 4 + k] = fmaf(window[(q * 4 + k + r) % 8], quad.gradient[r], sum[q * 4 + k]);
            }
        }
    }
    join_block<THREADS>(sum, joined);
    __syncthreads();
    for (int k = threadIdx.x; k < g.taps; k += THREADS)
        partial[((int64_t) slice * g.channels + o) * g.taps + k] = joined[before + k];
}

// Dilation and padding are multiples of 4; at most TAPS of them.
template<int TAPS>
__device__ __forceinline__ void dilated(const float* __restrict__ x, const float* __restrict__ dy, const Lines& g, int each,
    float* __restrict__ partial) {
    __shared__ float joined[TAPS];
    int o = blockIdx.x % g.channels;
    int slice = blockIdx.x / g.channels;
    x += (int64_t) (o / g.multiplier) * g.source_c;
    dy += (int64_t) o * g.result_c;
    float sum[TAPS];
#pragma unroll
    for (int k = 0; k < TAPS; k++)
        sum[k] = 0.0f;
    int end = slice * each + min(each, g.planes * g.across.size - slice * each);
#pragma unroll 1
    for (int i = slice * each + threadIdx.x; i < end; i += THREADS) {
        Quad quad(g, x, dy, i, end);
#pragma unroll
        for (int k = 0; k < TAPS; k++) {
            float window[4];
            load_quad(window, quad.line, k < g.taps ? quad.x - g.pad + k * g.dilation : -4, g.source_width);
#pragma unroll
            for (int r = 0; r < 4; r++)
                sum[k] = fmaf(window[r], quad.gradient[r], sum[k]);
        }
    }
    join_block<THREADS>(sum, joined);
    __syncthreads();
    for (int k = threadIdx.x; k < g.taps; k += THREADS)
        partial[((int64_t) slice * g.channels + o) * g.taps + k] = joined[k];
}

#define LINES_WEIGHT(quads, ITEMS)                                                                                                     \
    extern "C" __global__ void __launch_bounds__(THREADS, 4) depthwise_lines_weight_##quads(const float* __restrict__ x,                \
        const float* __restrict__ dy, Lines g, int each, int before, float* __restrict__ partial) {                                    \
        dense<quads, ITEMS>(x, dy, g, each, before, partial);                                                                          \
    }

LINES_WEIGHT(1, 2)
LINES_WEIGHT(2, 2)
LINES_WEIGHT(4, 1)
LINES_WEIGHT(8, 1)

extern "C" __global__ void __launch_bounds__(THREADS, 4) depthwise_lines_weight_dilated(const float* __restrict__ x,
    const float* __restrict__ dy, Lines g, int each, int before, float* __restrict__ partial) {
    dilated<8>(x, dy, g, each, partial);
}
