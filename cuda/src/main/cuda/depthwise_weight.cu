// The gradient of a depthwise convolution with respect to its weight, float32 in planes: what columns.cuh and lines.cuh have no kernels
// for.
//
// x and dy are read once for as many taps as a block has. The images and tiles of a channel are cut into as many slices as the shapes say;
// a block adds up one of them, in chains of multiply-adds that are joined in a tree, and conv_weight.cu adds up the slices in their order.
//
// Zeros stand for results outside the image. An infinite number times such a zero would be NaN, so a tile with a number that is not finite
// is taken result by result.
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

DEPTHWISE_WEIGHT(rectangle, rectangle)
