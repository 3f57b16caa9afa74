// Depthwise convolutions along lines and their input gradients, stride 1, float32 in planes.
//
// Floor: 8 bytes for each element, one read and one written. A thread makes RUNS times four results, runs so far apart that neighbouring
// threads read neighbouring numbers; what they read in common comes from the first-level cache. One chain of multiply-adds for each
// result, taps in their order.
#include "lines.cuh"

constexpr int RUNS = 2;
constexpr int BLOCKS = 4;   // fit on a multiprocessor

// Which results a thread makes, and with which numbers.
struct Runs {
    int plane;
    int n;
    int o;
    int x;                  // of the first run
    int apart;
    const float* line;
    const float* tap;
    int next;               // to the next tap

    __device__ __forceinline__ Runs(const Lines& g, const float* source, const float* w) {
        int i = blockIdx.x * blockDim.x + threadIdx.x;
        int rest = g.across.divide(i);
        plane = g.down.divide(rest);
        apart = g.across.size * 4;
        x = (rest - plane * g.down.size) * RUNS * apart + (i - rest * g.across.size) * 4;
        n = plane / g.channels;
        o = plane - n * g.channels;
        line = source + n * g.source_n + o / g.multiplier * g.source_c;
        tap = w + o * g.weight_channel + (g.flip ? (g.taps - 1) * g.weight_x : 0);
        next = g.flip ? -g.weight_x : g.weight_x;
    }

    __device__ __forceinline__ void store(const Lines& g, const Finish<float>& finish, float (&sum)[RUNS][4], float* result) const {
        ChannelFinish<float> channel(finish, o);
        float* to = result + n * g.result_n + o * g.result_c;
#pragma unroll
        for (int v = 0; v < RUNS; v++) {
#pragma unroll
            for (int r = 0; r < 4; r++)
                sum[v][r] = channel.of(finish, sum[v][r]);
            if (x + v * apart < g.result_width)
                copy_vector(to + x + v * apart, sum[v]);
        }
    }
};

// Dilation 1; the padding is SHIFT less than a multiple of 4. Four taps at a time.
template<int SHIFT>
__device__ __forceinline__ void dense(const float* __restrict__ source, const float* __restrict__ w, const Lines& g,
    const Finish<float>& finish, float* __restrict__ result) {
    constexpr int KEPT = SHIFT + 6 < 8 ? 4 : 8;      // numbers of a run that the next four taps see too
    Runs runs(g, source, w);
    if (runs.plane >= g.planes)
        return;
    int at = runs.x - g.pad - SHIFT;
    float window[RUNS][KEPT + 4];
    float sum[RUNS][4];
#pragma unroll
    for (int v = 0; v < RUNS; v++) {
#pragma unroll
        for (int q = 0; q < KEPT; q += 4)
            load_quad(&window[v][q], runs.line, at + v * runs.apart + q, g.source_width);
#pragma unroll
        for (int r = 0; r < 4; r++)
            sum[v][r] = 0.0f;
    }
    at += KEPT;
    int k = 0;
#pragma unroll 1
    for (; k + 4 <= g.taps; k += 4) {
        float weight[4];
#pragma unroll
        for (int t = 0; t < 4; t++) {
            weight[t] = *runs.tap;
            runs.tap += runs.next;
        }
#pragma unroll
        for (int v = 0; v < RUNS; v++)
            load_quad(&window[v][KEPT], runs.line, at + v * runs.apart, g.source_width);
        at += 4;
#pragma unroll
        for (int v = 0; v < RUNS; v++) {
#pragma unroll
            for (int t = 0; t < 4; t++)
#pragma unroll
                for (int r = 0; r < 4; r++)
                    sum[v][r] = fmaf(window[v][SHIFT + t + r], weight[t], sum[v][r]);
#pragma unroll
            for (int q = 0; q < KEPT; q++)
                window[v][q] = window[v][q + 4];
        }
    }
    if (k < g.taps) {
#pragma unroll
        for (int v = 0; v < RUNS; v++)
            load_quad(&window[v][KEPT], runs.line, at + v * runs.apart, g.source_width);
#pragma unroll
        for (int t = 0; t < 3; t++)
            if (k + t < g.taps) {
                float weight = *runs.tap;
                runs.tap += runs.next;
#pragma unroll
                for (int v = 0; v < RUNS; v++)
#pragma unroll
                    for (int r = 0; r < 4; r++)
                        sum[v][r] = fmaf(window[v][SHIFT + t + r], weight, sum[v][r]);
            }
    }
    runs.store(g, finish, sum, result);
}

// Dilation and padding are multiples of 4.
__device__ __forceinline__ void dilated(const float* __restrict__ source, const float* __restrict__ w, const Lines& g,
    const Finish<float>& finish, float* __restrict__ result) {
    Runs runs(g, source, w);
    if (runs.plane >= g.planes)
        return;
    int at = runs.x - g.pad;
    float sum[RUNS][4];
#pragma unroll
    for (int v = 0; v < RUNS; v++)
#pragma unroll
        for (int r = 0; r < 4; r++)
            sum[v][r] = 0.0f;
#pragma unroll 4
    for (int k = 0; k < g.taps; k++) {
        float weight = *runs.tap;
        runs.tap += runs.next;
#pragma unroll
        for (int v = 0; v < RUNS; v++) {
            float window[4];
            load_quad(window, runs.line, at + v * runs.apart, g.source_width);
#pragma unroll
            for (int r = 0; r < 4; r++)
                sum[v][r] = fmaf(window[r], weight, sum[v][r]);
        }
        at += g.dilation;
    }
    runs.store(g, finish, sum, result);
}

#define LINES(name, ...)                                                                                                               \
    extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS) depthwise_lines_##name(const float* __restrict__ source,              \
        const float* __restrict__ w, Lines g, Finish<float> finish, float* __restrict__ result) {                                      \
        __VA_ARGS__(source, w, g, finish, result);                                                                                     \
    }

LINES(0, dense<0>)
LINES(1, dense<1>)
LINES(2, dense<2>)
LINES(3, dense<3>)
LINES(dilated, dilated)
