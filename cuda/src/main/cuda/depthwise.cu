// Depthwise convolutions and their input gradients, float32 in planes: what columns.cuh and lines.cuh have no kernels for.
//
// Floor: 8 bytes for each element, one read and one written. The source is read once for each tile with its halo (1.07 to 1.3 times in all,
// the halo from the second-level cache). A thread makes several results from each number that it reads from shared memory. One chain of
// multiply-adds for each result, taps in row-major order.
#include "planes.cuh"

// The transpose of a convolution with stride 2 and dilation 1. Of the results of a thread each meets taps known when this is compiled: a
// tile begins at a line y where y + pad is even, so that line v meets the taps with the parity of v, and at a column, a multiple of 4,
// where x + pad has the parity ODD, so that column r meets those with the parity of r + ODD.
template<int K, int ODD>
__device__ __forceinline__ void spread(const float* __restrict__ source, const float* __restrict__ w, const Planes& g,
    const Finish<float>& finish, float* __restrict__ result) {
    constexpr int BEFORE = (K - 1) / 2;
    constexpr int HEIGHT = BEFORE + 2;
    constexpr int WIDTH = BEFORE + 2 + ODD;
    Parts parts = parts_of(g, K * K);
    Tile tile = tile_of(g);
    tile.y -= g.pad_y & 1;
    find_planes(g, tile, parts);
    load_filters(g, tile, parts, w, K, K, K);
    __syncthreads();
    fill_tile(g, source, [&](int plane) { return parts.source[plane]; }, tile.count, (tile.y + g.pad_y) / 2 - BEFORE,
        (tile.x + g.pad_x - ODD) / 2 - BEFORE, parts.tile);
    __syncthreads();
    int items = tile.count * g.lines.size * g.columns.size;
    for (int i = threadIdx.x; i < items; i += blockDim.x) {
        Item item(g, i);
        float weight[K * K];
#pragma unroll
        for (int k = 0; k < K * K; k++)
            weight[k] = parts.weight[item.plane * K * K + k];
        const float* from = parts.tile + (item.plane * g.rows.size + item.line * (RUN / 2)) * g.pitch + item.column * (RUN / 2);
        float window[HEIGHT][WIDTH];
#pragma unroll
        for (int y = 0; y < HEIGHT; y++)
#pragma unroll
            for (int x = 0; x < WIDTH; x++)
                window[y][x] = from[y * g.pitch + x];
        ChannelFinish<float> channel(finish, parts.channel[item.plane]);
        float* to = result + parts.result[item.plane];
#pragma unroll
        for (int v = 0; v < RUN; v++) {
            float sum[RUN];
#pragma unroll
            for (int r = 0; r < RUN; r++) {
                sum[r] = 0.0f;
#pragma unroll
                for (int ky = v % 2; ky < K; ky += 2)
#pragma unroll
                    for (int kx = (r + ODD) % 2; kx < K; kx += 2)
                        sum[r] = fmaf(window[BEFORE + (v - ky) / 2][BEFORE + (r + ODD - kx) / 2], weight[ky * K + kx], sum[r]);
                sum[r] = channel.of(finish, sum[r]);
            }
            int y = tile.y + item.line * RUN + v;
            if ((unsigned) y < (unsigned) g.result_height)
                store_run(g, to + y * g.result_line, tile.x + item.column * RUN, sum);
        }
    }
}

// Kernels of any size, dilation 1, stride 1; LINES = 1 for those of one line. Taps of a line are taken four at a time.
template<int LINES>
__device__ __forceinline__ void rectangle(const float* __restrict__ source, const float* __restrict__ w, const Planes& g,
    const Finish<float>& finish, float* __restrict__ result) {
    int pitch = (g.kernel_x + 3) / 4 * 4;
    Parts parts = parts_of(g, g.kernel_y * pitch);
    Tile tile = tile_of(g);
    find_planes(g, tile, parts);
    load_filters(g, tile, parts, w, g.kernel_y, g.kernel_x, pitch);
    __syncthreads();
    fill_tile(g, source, [&](int plane) { return parts.source[plane]; }, tile.count, tile.y - g.pad_y, tile.x - g.pad_x, parts.tile);
    __syncthreads();
    int items = tile.count * g.lines.size * g.columns.size;
    for (int i = threadIdx.x; i < items; i += blockDim.x) {
        Item item(g, i);
        float sum[LINES][RUN];
#pragma unroll
        for (int v = 0; v < LINES; v++)
#pragma unroll
            for (int r = 0; r < RUN; r++)
                sum[v][r] = 0.0f;
        const float* line = parts.tile + (item.plane * g.rows.size + item.line * LINES) * g.pitch + item.column * RUN;
        const float* filter = parts.weight + item.plane * g.kernel_y * pitch;
        for (int j = 0; j < g.kernel_y + LINES - 1; j++) {
            float window[2 * RUN];
            copy_vector(&window[0], line);
            int kx = 0;
            for (; kx + 4 <= g.kernel_x; kx += 4) {
                copy_vector(&window[4], line + kx + 4);
#pragma unroll
                for (int v = 0; v < LINES; v++)
                    if (j - v >= 0 && j - v < g.kernel_y) {
                        float taps[4];
                        copy_vector(taps, filter + (j - v) * pitch + kx);
#pragma unroll
                        for (int k = 0; k < 4; k++)
#pragma unroll
                            for (int r = 0; r < RUN; r++)
                                sum[v][r] = fmaf(window[r + k], taps[k], sum[v][r]);
                    }
#pragma unroll
                for (int r = 0; r < RUN; r++)
                    window[r] = window[r + 4];
            }
            if (kx < g.kernel_x)
                copy_vector(&window[4], line + kx + 4);
#pragma unroll
            for (int k = 0; k < 3; k++)
                if (kx + k < g.kernel_x)
#pragma unroll
                    for (int v = 0; v < LINES; v++)
                        if (j - v >= 0 && j - v < g.kernel_y) {
                            float tap = filter[(j - v) * pitch + kx + k];
#pragma unroll
                            for (int r = 0; r < RUN; r++)
                                sum[v][r] = fmaf(window[r + k], tap, sum[v][r]);
                        }
            line += g.pitch;
        }
        ChannelFinish<float> channel(finish, parts.channel[item.plane]);
        float* to = result + parts.result[item.plane];
#pragma unroll
        for (int v = 0; v < LINES; v++) {
            int y = tile.y + item.line * LINES + v;
#pragma unroll
            for (int r = 0; r < RUN; r++)
                sum[v][r] = channel.of(finish, sum[v][r]);
            if (y < g.result_height)
                store_run(g, to + y * g.result_line, tile.x + item.column * RUN, sum[v]);
        }
    }
}

// Kernels of any size, dilation and stride. A thread makes results of one line, as far apart as there are threads along it, so that
// neighbouring threads read neighbouring numbers.
__device__ __forceinline__ void general(const float* __restrict__ source, const float* __restrict__ w, const Planes& g,
    const Finish<float>& finish, float* __restrict__ result) {
    int taps = g.kernel_y * g.kernel_x;
    Parts parts = parts_of(g, taps);
    Tile tile = tile_of(g);
    find_planes(g, tile, parts);
    load_filters(g, tile, parts, w, g.kernel_y, g.kernel_x, g.kernel_x);
    __syncthreads();
    fill_tile(g, source, [&](int plane) { return parts.source[plane]; }, tile.count, tile.y * g.stride_y - g.pad_y,
        tile.x * g.stride_x - g.pad_x, parts.tile);
    __syncthreads();
    int items = tile.count * g.lines.size * g.columns.size;
    int apart = g.columns.size * g.stride_x;
    for (int i = threadIdx.x; i < items; i += blockDim.x) {
        Item item(g, i);
        float sum[RUN] = {0.0f, 0.0f, 0.0f, 0.0f};
        const float* line = parts.tile + (item.plane * g.rows.size + item.line * g.stride_y) * g.pitch + item.column * g.stride_x;
        const float* tap = parts.weight + item.plane * taps;
        for (int ky = 0; ky < g.kernel_y; ky++) {
            const float* from[RUN];
#pragma unroll
            for (int r = 0; r < RUN; r++)
                from[r] = line + r * apart;
            for (int kx = 0; kx < g.kernel_x; kx++) {
                float weight = *tap++;
#pragma unroll
                for (int r = 0; r < RUN; r++) {
                    sum[r] = fmaf(*from[r], weight, sum[r]);
                    from[r] += g.dilation_x;
                }
            }
            line += g.dilation_y * g.pitch;
        }
        ChannelFinish<float> channel(finish, parts.channel[item.plane]);
        int y = tile.y + item.line;
        float* to = result + parts.result[item.plane] + y * g.result_line;
#pragma unroll
        for (int r = 0; r < RUN; r++) {
            int x = tile.x + item.column + r * g.columns.size;
            if (y < g.result_height && x < g.result_width)
                to[x] = channel.of(finish, sum[r]);
        }
    }
}

#define DEPTHWISE(name, ...)                                                                                                           \
    extern "C" __global__ void __launch_bounds__(THREADS, 2) depthwise_##name(const float* __restrict__ source,                         \
        const float* __restrict__ w, Planes g, Finish<float> finish, float* __restrict__ result) {                                     \
        __VA_ARGS__(source, w, g, finish, result);                                                                                     \
    }

DEPTHWISE(spread_3_0, spread<3, 0>)
DEPTHWISE(spread_3_1, spread<3, 1>)
DEPTHWISE(spread_5_0, spread<5, 0>)
DEPTHWISE(spread_5_1, spread<5, 1>)
DEPTHWISE(spread_7_0, spread<7, 0>)
DEPTHWISE(spread_7_1, spread<7, 1>)
DEPTHWISE(rectangle, rectangle<RUN>)
DEPTHWISE(line, rectangle<1>)
DEPTHWISE(general, general)
