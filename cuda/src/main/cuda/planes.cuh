// Depthwise convolutions of float32 in planes: what the kernels of depthwise.cu and depthwise_weight.cu share.
#pragma once
#include "window.cuh"

constexpr int THREADS = 256;
constexpr int RUN = 4;      // results that a thread makes along a line, and as many lines

// Planes, cut into tiles. Pixels of a line lie side by side. A block copies the part of the source that a tile of the result reads to
// shared memory, for as many planes at once as its threads can work on. Mirrors DepthwisePlanes.java.
struct Planes {
    int planes;             // of the result: images * channels
    int channels;           // of the result
    int multiplier;         // channels of the result for each of the source
    int images;
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
    int stride_y;
    int stride_x;
    int dilation_y;
    int dilation_x;
    int kernel_y;
    int kernel_x;
    int weight_channel;
    int weight_y;
    int weight_x;
    int flip;               // the taps in reverse
    int vectors;            // 16 bytes of the result can be accessed at a time
    int group;              // planes of a block
    int tiles_y;
    int tiles_x;
    int height;             // of the result, in a tile
    int width;
    int pitch;              // of a line of the source in shared memory
    Divider columns;        // threads along a line of a tile
    Divider lines;          // threads along a column of a tile
    Divider rows;           // lines of the source in shared memory
    Divider row_pitch;      // the same as pitch
};

// The source from line y0, column x0 on, zeros outside of it, for as many planes, the first element of which `base` tells. All of the tile
// is written. Four loads are under way before the first is waited for; instead of nothing, element 0 is read and thrown away.
// True if this thread met a number that is not finite.
template<class Base>
__device__ __forceinline__ bool fill_tile(const Planes& g, const float* __restrict__ source, Base base, int count, int y0, int x0,
    float* tile) {
    constexpr int BATCH = 4;
    int all = count * g.rows.size * g.pitch;
    bool unusual = false;
    for (int i = threadIdx.x; i < all; i += BATCH * blockDim.x) {
        float numbers[BATCH];
#pragma unroll
        for (int b = 0; b < BATCH; b++) {
            int place = min(i + b * (int) blockDim.x, all - 1);
            int line = g.row_pitch.divide(place);
            int x = x0 + place - line * g.pitch;
            int plane = g.rows.divide(line);
            int y = y0 + line - plane * g.rows.size;
            bool inside = ((unsigned) y < (unsigned) g.source_height) & ((unsigned) x < (unsigned) g.source_width);
            int at = base(plane) + y * g.source_line + x;
            numbers[b] = source[inside ? at : 0];
            if (!inside)
                numbers[b] = 0.0f;
            unusual |= !(fabsf(numbers[b]) < __int_as_float(0x7F800000));
        }
#pragma unroll
        for (int b = 0; b < BATCH; b++)
            if (i + b * (int) blockDim.x < all)
                tile[i + b * blockDim.x] = numbers[b];
    }
    return unusual;
}

// Where the parts of a block's shared memory begin: the tiles, the filters, and where each plane lies.
struct Parts {
    float* tile;
    float* weight;
    int* source;
    int* result;
    int* channel;
};

extern __shared__ float4 dynamic_shared[];

__device__ __forceinline__ Parts parts_of(const Planes& g, int filter) {
    Parts parts;
    parts.tile = reinterpret_cast<float*>(dynamic_shared);
    parts.weight = parts.tile + g.group * g.rows.size * g.pitch;
    parts.source = reinterpret_cast<int*>(parts.weight + g.group * filter);
    parts.result = parts.source + g.group;
    parts.channel = parts.result + g.group;
    return parts;
}

// Which tile of which planes a block of a convolution works on.
struct Tile {
    int first;
    int count;
    int y;
    int x;
};

__device__ __forceinline__ Tile tile_of(const Planes& g) {
    int rest = blockIdx.x / g.tiles_x;
    int first = rest / g.tiles_y * g.group;
    return Tile {first, min(g.group, g.planes - first), rest % g.tiles_y * g.height, (int) (blockIdx.x % g.tiles_x) * g.width};
}

__device__ __forceinline__ void find_planes(const Planes& g, const Tile& tile, const Parts& parts) {
    for (int i = threadIdx.x; i < tile.count; i += blockDim.x) {
        int n = (tile.first + i) / g.channels;
        int o = tile.first + i - n * g.channels;
        parts.source[i] = n * g.source_n + o / g.multiplier * g.source_c;
        parts.result[i] = n * g.result_n + o * g.result_c;
        parts.channel[i] = o;
    }
}

// The filters of the planes, lines of `pitch` numbers.
__device__ __forceinline__ void load_filters(const Planes& g, const Tile& tile, const Parts& parts, const float* __restrict__ w, int height,
    int width, int pitch) {
    for (int i = threadIdx.x; i < tile.count * height * width; i += blockDim.x) {
        int x = i % width;
        int rest = i / width;
        int y = rest % height;
        int plane = rest / height;
        int o = (tile.first + plane) % g.channels;
        int at = o * g.weight_channel + (g.flip ? height - 1 - y : y) * g.weight_y + (g.flip ? width - 1 - x : x) * g.weight_x;
        parts.weight[(plane * height + y) * pitch + x] = w[at];
    }
}

// Which results thread-sized item `i` of a tile stands for.
struct Item {
    int plane;
    int line;
    int column;

    __device__ __forceinline__ Item(const Planes& g, int i) {
        int rest = g.columns.divide(i);
        column = i - rest * g.columns.size;
        plane = g.lines.divide(rest);
        line = rest - plane * g.lines.size;
    }
};

// Stores a run of results of one line, what of it lies inside.
__device__ __forceinline__ void store_run(const Planes& g, float* line, int x, const float (&run)[RUN]) {
    if (g.vectors) {
        if (x < g.result_width)
            copy_vector(line + x, run);
    } else {
#pragma unroll
        for (int r = 0; r < RUN; r++)
            if ((unsigned) (x + r) < (unsigned) g.result_width)
                line[x + r] = run[r];
    }
}
