// The gradient of a depthwise convolution with respect to its weight, float32 in planes.
//
// Floor: 8 bytes for each element of the result: x and dy are read once each, all K^2 sums being in registers. The images and tiles of a
// channel are cut into as many slices as the shapes say; a block adds up one of them, in chains of multiply-adds that are joined in a
// tree, and conv_weight.cu adds up the slices in their order.
//
// Zeros stand for results outside the image. An infinite number times such a zero would be NaN, so a tile with a number that is not finite
// is taken result by result.
#include "join.cuh"
#include "planes.cuh"

// Where the tiles and images of one block begin: `unit` counts tiles of a line, lines of tiles, groups of images.
struct Unit {
    int first;
    int count;
    int y;
    int x;

    __device__ __forceinline__ Unit(const Planes& g, int unit) {
        int rest = unit / g.tiles_x;
        x = unit % g.tiles_x * g.width;
        y = rest % g.tiles_y * g.height;
        first = rest / g.tiles_y * g.group;
        count = min(g.group, g.images - first);
    }
};

// A run of dy along a line, zeros outside.
__device__ __forceinline__ void load_run(const Planes& g, const float* __restrict__ plane, int y, int x, float (&run)[RUN]) {
#pragma unroll
    for (int r = 0; r < RUN; r++)
        run[r] = 0.0f;
    if (y >= g.result_height)
        return;
    const float* line = plane + y * g.result_line;
    if (g.vectors) {
        if (x < g.result_width)
            copy_vector(run, line + x);
    } else {
#pragma unroll
        for (int r = 0; r < RUN; r++)
            if (x + r < g.result_width)
                run[r] = line[x + r];
    }
}

// The products of one result with the numbers its K x K taps see.
template<int K>
__device__ __forceinline__ void add_taps(float (&sum)[K * K], const float* from, int step_y, int step_x, float gradient) {
#pragma unroll
    for (int ky = 0; ky < K; ky++)
#pragma unroll
        for (int kx = 0; kx < K; kx++)
            sum[ky * K + kx] = fmaf(from[ky * step_y + kx * step_x], gradient, sum[ky * K + kx]);
}

// Kernels K x K, dilation 1, stride S: as `square` of depthwise.cu, with the sums and the numbers of the result in each other's place.
template<int K, int S>
__device__ __forceinline__ void square(const float* __restrict__ x, const float* __restrict__ dy, const Planes& g, int units, int each,
    float* __restrict__ partial) {
    constexpr int WINDOW = ((RUN - 1) * S + K + 3) / 4 * 4;
    float* tile = reinterpret_cast<float*>(dynamic_shared);
    int o = blockIdx.x % g.channels;
    int slice = blockIdx.x / g.channels;
    x += (int64_t) (o / g.multiplier) * g.source_c;
    dy += (int64_t) o * g.result_c;
    float sum[K * K];
#pragma unroll
    for (int k = 0; k < K * K; k++)
        sum[k] = 0.0f;
    int end = min(units - slice * each, each) + slice * each;
    for (int u = slice * each; u < end; u++) {
        Unit unit(g, u);
        __syncthreads();
        bool unusual = __syncthreads_or(fill_tile(g, x, [&](int plane) { return (unit.first + plane) * g.source_n; }, unit.count,
            unit.y * S - g.pad_y, unit.x * S - g.pad_x, tile));
        int items = unit.count * g.lines.size * g.columns.size;
        for (int i = threadIdx.x; i < items; i += blockDim.x) {
            Item item(g, i);
            if (unusual) {
#pragma unroll 1
                for (int result = 0; result < RUN * RUN; result++) {
                    int line = item.line * RUN + result / RUN;
                    int column = item.column * RUN + result % RUN;
                    if (unit.y + line < g.result_height && unit.x + column < g.result_width)
                        add_taps<K>(sum, tile + (item.plane * g.rows.size + line * S) * g.pitch + column * S, g.pitch, 1,
                            dy[(unit.first + item.plane) * g.result_n + (unit.y + line) * g.result_line + unit.x + column]);
                }
                continue;
            }
            float gradient[RUN][RUN];
#pragma unroll
            for (int v = 0; v < RUN; v++)
                load_run(g, dy + (unit.first + item.plane) * g.result_n, unit.y + item.line * RUN + v, unit.x + item.column * RUN,
                    gradient[v]);
            const float* from = tile + (item.plane * g.rows.size + item.line * RUN * S) * g.pitch + item.column * RUN * S;
#pragma unroll
            for (int j = 0; j < (RUN - 1) * S + K; j++) {
                float window[WINDOW];
#pragma unroll
                for (int c = 0; c < WINDOW; c += 4)
                    copy_vector(&window[c], from + c);
                from += g.pitch;
#pragma unroll
                for (int v = 0; v < RUN; v++) {
                    int ky = j - v * S;
                    if (ky >= 0 && ky < K)
#pragma unroll
                        for (int kx = 0; kx < K; kx++)
#pragma unroll
                            for (int r = 0; r < RUN; r++)
                                sum[ky * K + kx] = fmaf(window[r * S + kx], gradient[v][r], sum[ky * K + kx]);
                }
            }
        }
    }
    join_block<THREADS>(sum, partial + ((int64_t) slice * g.channels + o) * (K * K));
}

// Kernels K x K of any dilation, stride 1: as `dilated` of depthwise.cu.
template<int K>
__device__ __forceinline__ void dilated(const float* __restrict__ x, const float* __restrict__ dy, const Planes& g, int units, int each,
    float* __restrict__ partial) {
    float* tile = reinterpret_cast<float*>(dynamic_shared);
    int o = blockIdx.x % g.channels;
    int slice = blockIdx.x / g.channels;
    x += (int64_t) (o / g.multiplier) * g.source_c;
    dy += (int64_t) o * g.result_c;
    int step = g.dilation_y * g.pitch;
    float sum[K * K];
#pragma unroll
    for (int k = 0; k < K * K; k++)
        sum[k] = 0.0f;
    int end = min(units - slice * each, each) + slice * each;
    for (int u = slice * each; u < end; u++) {
        Unit unit(g, u);
        __syncthreads();
        bool unusual = __syncthreads_or(fill_tile(g, x, [&](int plane) { return (unit.first + plane) * g.source_n; }, unit.count,
            unit.y - g.pad_y, unit.x - g.pad_x, tile));
        int items = unit.count * g.lines.size * g.columns.size;
        for (int i = threadIdx.x; i < items; i += blockDim.x) {
            Item item(g, i);
            int first = item.line / g.dilation_y * (RUN - 1) * g.dilation_y + item.line;
            int column = unit.x + item.column;
            float gradient[RUN];
#pragma unroll
            for (int v = 0; v < RUN; v++) {
                int line = unit.y + first + v * g.dilation_y;
                gradient[v] = line < g.result_height && column < g.result_width
                    ? dy[(unit.first + item.plane) * g.result_n + line * g.result_line + column] : 0.0f;
            }
            const float* from = tile + (item.plane * g.rows.size + first) * g.pitch + item.column;
            if (unusual) {
                int lines = column < g.result_width ? g.result_height - unit.y - first : 0;
#pragma unroll
                for (int v = 0; v < RUN; v++)
                    if (v * g.dilation_y < lines)
                        add_taps<K>(sum, from + v * step, step, g.dilation_x, gradient[v]);
                continue;
            }
#pragma unroll
            for (int kx = 0; kx < K; kx++) {
                const float* at = from + kx * g.dilation_x;
#pragma unroll
                for (int j = 0; j < K + RUN - 1; j++) {
                    float number = *at;
                    at += step;
#pragma unroll
                    for (int v = 0; v < RUN; v++)
                        if (j - v >= 0 && j - v < K)
                            sum[(j - v) * K + kx] = fmaf(number, gradient[v], sum[(j - v) * K + kx]);
                }
            }
        }
    }
    join_block<THREADS>(sum, partial + ((int64_t) slice * g.channels + o) * (K * K));
}

constexpr int WARPS = THREADS / 32;

// Kernels of any size, dilation 1, stride 1. A warp has four taps of a line and goes through the tile in runs of four results: 16
// multiply-adds for three loads of 16 bytes. A block has taps for eight warps, or fewer, which several warps then share.
__device__ __forceinline__ void rectangle(const float* __restrict__ x, const float* __restrict__ dy, const Planes& g, int units, int each,
    float* __restrict__ partial) {
    __shared__ float shared[WARPS][4];
    float* tile = reinterpret_cast<float*>(dynamic_shared);
    float* gradients = tile + g.group * g.rows.size * g.pitch;
    int across = (g.kernel_x + 3) / 4;
    int quads = g.kernel_y * across;
    int chunks = (quads + WARPS - 1) / WARPS;
    int first_quad = blockIdx.x % chunks * WARPS;
    int here = min(WARPS, quads - first_quad);
    int share = here > 4 ? 1 : here > 2 ? 2 : here > 1 ? 4 : 8;    // warps for the same taps
    int o = blockIdx.x / chunks % g.channels;
    int slice = blockIdx.x / chunks / g.channels;
    x += (int64_t) (o / g.multiplier) * g.source_c;
    dy += (int64_t) o * g.result_c;
    int warp = threadIdx.x / 32;
    int quad = first_quad + warp / share;
    int ky = quad / across;
    int kx = quad % across * 4;
    int start = warp / share < here ? warp % share * 32 + threadIdx.x % 32 : INT32_MAX;
    float sum[4] = {0.0f, 0.0f, 0.0f, 0.0f};
    int end = min(units - slice * each, each) + slice * each;
    for (int u = slice * each; u < end; u++) {
        Unit unit(g, u);
        int items = unit.count * g.lines.size * g.columns.size;
        __syncthreads();
        bool unusual = fill_tile(g, x, [&](int plane) { return (unit.first + plane) * g.source_n; }, unit.count, unit.y - g.pad_y,
            unit.x - g.pad_x, tile);
        for (int i = threadIdx.x; i < items * RUN; i += RUN * THREADS) {
            float numbers[RUN];
#pragma unroll
            for (int b = 0; b < RUN; b++) {
                int place = min(i + b * THREADS, items * RUN - 1);
                Item item(g, place / RUN);
                int line = unit.y + item.line;
                int column = unit.x + item.column * RUN + place % RUN;
                bool inside = (line < g.result_height) & (column < g.result_width);
                int at = (unit.first + item.plane) * g.result_n + line * g.result_line + column;
                numbers[b] = dy[inside ? at : 0];
                if (!inside)
                    numbers[b] = 0.0f;
            }
#pragma unroll
            for (int b = 0; b < RUN; b++)
                if (i + b * THREADS < items * RUN)
                    gradients[i + b * THREADS] = numbers[b];
        }
        unusual = __syncthreads_or(unusual);
        for (int i = start; i < items; i += share * 32) {
            Item item(g, i);
            float gradient[RUN];
            float window[RUN + 4];
            copy_vector(gradient, gradients + i * RUN);
            const float* from = tile + (item.plane * g.rows.size + item.line + ky) * g.pitch + item.column * RUN + kx;
            copy_vector(&window[0], from);
            copy_vector(&window[4], from + 4);
            if (unusual) {
                int columns = unit.y + item.line < g.result_height ? g.result_width - unit.x - item.column * RUN : 0;
#pragma unroll
                for (int r = 0; r < RUN; r++)
                    if (r < columns)
#pragma unroll
                        for (int k = 0; k < 4; k++)
                            sum[k] = fmaf(window[r + k], gradient[r], sum[k]);
                continue;
            }
#pragma unroll
            for (int k = 0; k < 4; k++)
#pragma unroll
                for (int r = 0; r < RUN; r++)
                    sum[k] = fmaf(window[r + k], gradient[r], sum[k]);
        }
    }
#pragma unroll
    for (int k = 0; k < 4; k++) {
#pragma unroll
        for (int distance = 16; distance > 0; distance /= 2)
            sum[k] += __shfl_xor_sync(0xffffffffu, sum[k], distance);
        if (threadIdx.x % 32 == 0)
            shared[warp][k] = sum[k];
    }
    __syncthreads();
    if (threadIdx.x < here * 4) {
        int mine = first_quad + threadIdx.x / 4;
        int column = mine % across * 4 + threadIdx.x % 4;
        float total = 0.0f;
        for (int w = 0; w < share; w++)
            total += shared[threadIdx.x / 4 * share + w][threadIdx.x % 4];
        if (column < g.kernel_x)
            partial[(((int64_t) slice * g.channels + o) * g.kernel_y + mine / across) * g.kernel_x + column] = total;
    }
}

#define DEPTHWISE_WEIGHT(name, ...)                                                                                                    \
    extern "C" __global__ void __launch_bounds__(THREADS, 2) depthwise_weight_##name(const float* __restrict__ x,                       \
        const float* __restrict__ dy, Planes g, int units, int each, float* __restrict__ partial) {                                    \
        __VA_ARGS__(x, dy, g, units, each, partial);                                                                                   \
    }

DEPTHWISE_WEIGHT(square_7_1, square<7, 1>)
DEPTHWISE_WEIGHT(square_7_2, square<7, 2>)
DEPTHWISE_WEIGHT(dilated_7, dilated<7>)
DEPTHWISE_WEIGHT(rectangle, rectangle)
