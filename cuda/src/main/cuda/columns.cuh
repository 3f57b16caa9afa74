// Depthwise convolutions of float32 in planes, kernels K x K: what depthwise_columns.cu and depthwise_columns_weight.cu share.
//
// A thread has V results side by side and those below them, `dilation_y` apart, so that what it reads of one line of the source serves K
// lines of results. Nothing is kept in shared memory and nobody waits for anybody: what neighbours read too comes from the first-level
// cache, and as many loads are under way as registers hold.
#pragma once
#include "window.cuh"

constexpr int THREADS = 128;

// Planes, cut into columns. Pixels of a line lie side by side. Mirrors DepthwiseColumns.java.
struct Columns {
    int planes;             // of the result: images * channels; for the gradient of the weight the images of a channel
    int channels;           // of the result
    int multiplier;         // channels of the result for each of the source
    int source_height;
    int source_width;
    int source_n;
    int source_c;
    int source_line;
    int result_height;
    int result_width;
    int result_n;
    int result_c;
    int result_line;
    int pad_y;              // result position 0 under tap 0 reads source position -pad
    int pad_x;
    int dilation_y;         // 1 if the stride is not
    int dilation_x;
    int weight_channel;
    int weight_y;
    int weight_x;
    int flip;               // the taps in reverse
    int rows;               // results of a thread below each other
    Divider across;         // threads along a line
    Divider phases;         // result lines that meet other lines of the source: the dilation, if there are as many lines
    Divider down;           // threads along a column, of one phase
};

// What V results side by side read of a line: vectors of V numbers. D, the dilation along it, is known when this is compiled, and the
// padding is that of a result as wide as the source, or differs from it by a multiple of V; or, where D is 0, both are multiples of V.
template<int K, int D, int S, int V>
struct Window {
    static constexpr int PAD = (K - 1) / 2 * D;
    static constexpr int BEFORE = (PAD + V - 1) / V;
    static constexpr int VECTORS = D ? BEFORE + ((V - 1) * S + (K - 1) * D - PAD) / V + 1 : K;

    float number[VECTORS][V];
    // What result r of a thread reads under tap kx.
    __device__ __forceinline__ float under(int kx, int r) const {
        int at = (D ? BEFORE * V - PAD + kx * D : kx * V) + r * S;
        return number[at / V][at % V];
    }
};

template<int V>
__device__ __forceinline__ void load(float (&run)[V], const float* from, bool inside) {
#pragma unroll
    for (int r = 0; r < V; r++)
        run[r] = 0.0f;
    if (inside) {
        if constexpr (V == 4)
            copy_vector(run, from);
        else if constexpr (V == 2)
            *reinterpret_cast<float2*>(run) = *reinterpret_cast<const float2*>(from);
        else
            run[0] = *from;
    }
}

template<int V>
__device__ __forceinline__ void store(float* to, const float (&run)[V]) {
    if constexpr (V == 4)
        copy_vector(to, run);
    else if constexpr (V == 2)
        *reinterpret_cast<float2*>(to) = *reinterpret_cast<const float2*>(run);
    else
        *to = run[0];
}

// The results of one thread: those of lines y, y + dilation_y, ... before `end`.
struct Place {
    int plane;
    int x;
    int y;
    int end;

    __device__ __forceinline__ Place(const Columns& g, int width, int i) {
        int rest = g.across.divide(i);
        x = (i - rest * g.across.size) * width;
        int segment = g.phases.divide(rest);
        int phase = rest - segment * g.phases.size;
        plane = g.down.divide(segment);
        segment -= plane * g.down.size;
        y = segment * g.rows * g.dilation_y + phase;
        end = min(g.result_height, (segment + 1) * g.rows * g.dilation_y);
    }
};

// The lines of the source that a thread reads, one after another; zeros outside.
template<int K, int D, int S, int V>
struct Lines {
    const float* line;
    int y;
    int end;
    int offset[Window<K, D, S, V>::VECTORS];
    bool inside[Window<K, D, S, V>::VECTORS];

    __device__ __forceinline__ Lines(const Columns& g, const float* plane, const Place& place) {
        int x = place.x * S - g.pad_x;
        y = place.y * S - g.pad_y;
        end = min(g.source_height, (place.end - 1) * S - g.pad_y + (K - 1) * g.dilation_y + 1);
        line = plane + y * g.source_line + x;
#pragma unroll
        for (int v = 0; v < Window<K, D, S, V>::VECTORS; v++) {
            offset[v] = D ? (v - Window<K, D, S, V>::BEFORE) * V + Window<K, D, S, V>::PAD : v * g.dilation_x;
            inside[v] = (unsigned) (x + offset[v]) < (unsigned) g.source_width;
        }
    }

    // Asks the second-level cache for what lies in the middle of the next `count` lines.
    __device__ __forceinline__ void fetch(const Columns& g, int count) const {
        constexpr int MIDDLE = D ? Window<K, D, S, V>::BEFORE : K / 2;
        const float* at = line + offset[MIDDLE];
#pragma unroll
        for (int j = 0; j < count; j++) {
            int there = y + j * g.dilation_y;
            if ((there >= 0) & (there < end) & inside[MIDDLE])
                asm volatile("prefetch.global.L2 [%0];" ::"l"(at));
            at += g.dilation_y * g.source_line;
        }
    }

    __device__ __forceinline__ void next(const Columns& g, Window<K, D, S, V>& window) {
        bool here = (y >= 0) & (y < end);
#pragma unroll
        for (int v = 0; v < Window<K, D, S, V>::VECTORS; v++)
            load(window.number[v], line + offset[v], here & inside[v]);
        line += g.dilation_y * g.source_line;
        y += g.dilation_y;
    }
};
