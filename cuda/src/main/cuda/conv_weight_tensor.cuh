// The gradient of a convolution with respect to its weight on tensor cores, with factors rounded to one kind of tensor.cuh; slices as in
// conv_weight.cu, which also adds them up.
//
// Floor: 2 * O * taps * channels * positions operations at the rate of the tensor cores. Both operands are gathered. Where channels lie
// side by side, a thread takes one row or column and the positions of a tile after each other, neighbours the next channel. Otherwise
// neighbours take neighbouring positions, two each, because bfloat16 wants pairs: 64 bytes in a row from each channel.
#pragma once
#include "conv_walk.cuh"
#include "tensor.cuh"

template<class S, bool BY_CHANNELS>
struct TensorWeight {
    static constexpr int PAIRS = S::DEPTH / 2;                      // of positions in a tile
    static constexpr int LINES = S::THREADS / PAIRS;                // rows that the threads load at a time
    static constexpr int COUNT = S::SIDE / LINES;

    struct Shared {
        alignas(16) unsigned tiles[S::SHARED];
        int4 column[S::SIDE];            // offset of channel and tap, distance along each axis
        int4 pixel[2][S::DEPTH];         // of two steps: offset in x, position along each axis
        int gradient[2][S::DEPTH];       // offset in dy
    };

    Shared& shared;
    const Geometry& g;
    const Count& count;
    const float* x;
    const float* dy;
    int first_row;
    float loaded_x[S::EACH];
    float loaded_dy[S::EACH];
    float sums[S::DOWN][S::ACROSS][4];

    __device__ __forceinline__ TensorWeight(Shared& shared, const Geometry& g, const Count& count, const float* x, const float* dy,
        int first_row)
        : shared(shared), g(g), count(count), x(x), dy(dy), first_row(first_row) {}

    __device__ __forceinline__ void find_columns(int first_column, int columns) {
        for (int i = threadIdx.x; i < S::SIDE; i += S::THREADS)
            shared.column[i] = weight_column(g, first_column + i, columns);
    }

    // A few threads find out where the positions from m on lie, before the others load from there.
    __device__ __forceinline__ void find_positions(int buffer, int m, int end) {
        if (threadIdx.x >= S::DEPTH)
            return;
        int gradient;
        shared.pixel[buffer][threadIdx.x] = weight_position(g, count, m + threadIdx.x, end, gradient);
        shared.gradient[buffer][threadIdx.x] = gradient;
    }

    // A warp takes rows 0, 2, 4 and 6 of eight, or the others: whatever the width of a store, these begin in different banks.
    static __device__ __forceinline__ int line(int i) {
        int n = threadIdx.x / PAIRS;
        return (n & 3) * 2 + (n >> 2 & 1) + (n >> 3) * 8 + i * LINES;
    }

    __device__ __forceinline__ float of_x(int4 pixel, int4 column) const {
        return contains(g, pixel, column) ? x[pixel.x + column.x] : 0;
    }

    __device__ __forceinline__ void load(int buffer) {
        if (BY_CHANNELS) {
            int4 column = shared.column[S::line()];
            int row = first_row + S::line();
            const float* from = dy + static_cast<int64_t>(row) * g.result_c;
#pragma unroll
            for (int i = 0; i < S::EACH; i++) {
                int4 pixel = shared.pixel[buffer][S::line_step() + i];
                loaded_x[i] = of_x(pixel, column);
                loaded_dy[i] = row < g.produced && pixel.y != OUTSIDE ? from[shared.gradient[buffer][S::line_step() + i]] : 0;
            }
        } else {
            int k = threadIdx.x % PAIRS * 2;
            int4 pixel[2] = {shared.pixel[buffer][k], shared.pixel[buffer][k + 1]};
            int gradient[2] = {shared.gradient[buffer][k], shared.gradient[buffer][k + 1]};
#pragma unroll
            for (int i = 0; i < COUNT; i++) {
                int4 column = shared.column[line(i)];
                int row = first_row + line(i);
#pragma unroll
                for (int e = 0; e < 2; e++) {
                    loaded_x[i * 2 + e] = of_x(pixel[e], column);
                    loaded_dy[i * 2 + e] = row < g.produced && pixel[e].y != OUTSIDE ? dy[gradient[e] + row * g.result_c] : 0;
                }
            }
        }
    }

    static __device__ __forceinline__ void store(unsigned* tile, const float (&numbers)[S::EACH]) {
        if (BY_CHANNELS) {
            S::store_line(tile, numbers);
            return;
        }
        using V = typename Run<2 / S::W::NUMBERS>::type;
        unsigned words[S::EACH / S::W::NUMBERS];
        S::W::round(numbers, words);
#pragma unroll
        for (int i = 0; i < COUNT; i++)
            *reinterpret_cast<V*>(tile + line(i) * S::PITCH + threadIdx.x % PAIRS * (2 / S::W::NUMBERS)) =
                *reinterpret_cast<V*>(words + i * 2 / S::W::NUMBERS);
    }

    __device__ __forceinline__ void run(int from, int to) {
#pragma unroll
        for (int i = 0; i < S::DOWN; i++)
#pragma unroll
            for (int j = 0; j < S::ACROSS; j++)
#pragma unroll
                for (int e = 0; e < 4; e++)
                    sums[i][j][e] = 0;
        find_positions(0, from, to);
        find_positions(1, from + S::DEPTH, to);
        __syncthreads();
        load(0);
        int steps = (to - from + S::DEPTH - 1) / S::DEPTH;
        for (int s = 0; s < steps; s++) {
            unsigned* tiles = shared.tiles + (s & 1) * 2 * S::OPERAND;
            store(tiles, loaded_dy);
            store(tiles + S::OPERAND, loaded_x);
            __syncthreads();
            find_positions(s & 1, from + (s + 2) * S::DEPTH, to);
            load((s + 1) & 1);
            S::add(tiles, tiles + S::OPERAND, sums);
        }
    }

    // Rows are an even number of elements long: columns come in pairs.
    __device__ __forceinline__ void store_sums(float* partial, int first_column, int width) const {
#pragma unroll
        for (int i = 0; i < S::DOWN; i++)
#pragma unroll
            for (int half = 0; half < 2; half++) {
                int row = first_row + S::row(threadIdx.x, i) + half * 8;
                int left = row < g.produced ? width - first_column - S::column(threadIdx.x, 0) : 0;
                float* to = partial + static_cast<int64_t>(row) * width + first_column + S::column(threadIdx.x, 0);
#pragma unroll
                for (int j = 0; j < S::ACROSS; j++)
                    if (left > j * 8)
                        *reinterpret_cast<float2*>(to + j * 8) = make_float2(sums[i][j][half * 2], sums[i][j][half * 2 + 1]);
            }
    }
};

// partial[slice][group][o][tap, c], the last dimension rounded up to `width`. One block for each tile of a group and each slice.
template<class S, bool BY_CHANNELS>
__device__ __forceinline__ void tensor_weight(const float* x, const float* dy, const Geometry& g, const Count& count, float* partial,
    int width, int columns, int positions, int each, int row_tiles, int column_tiles) {
    using Tile = TensorWeight<S, BY_CHANNELS>;
    __shared__ typename Tile::Shared shared;
    int rest = blockIdx.x;
    int first_column = rest % column_tiles * S::SIDE;
    rest /= column_tiles;
    int first_row = rest % row_tiles * S::SIDE;
    rest /= row_tiles;
    int group = rest % g.groups;
    int slice = rest / g.groups;
    Tile tile(shared, g, count, x + static_cast<int64_t>(group) * g.reduced * g.source_c,
        dy + static_cast<int64_t>(group) * g.produced * g.result_c, first_row);
    tile.find_columns(first_column, columns);
    tile.run(slice * each, min(positions - slice * each, each) + slice * each);
    tile.store_sums(partial + (static_cast<int64_t>(slice) * g.groups + group) * g.produced * width, first_column, width);
}

#define TENSOR_WEIGHT(KIND, kind, size, SIDE, BLOCKS, order, BY_CHANNELS)                                                              \
    extern "C" __global__ void __launch_bounds__(128, BLOCKS) conv_weight_##kind##_##size##_##order##_f32(const float* __restrict__ x, \
        const float* __restrict__ dy, Geometry g, Count count, float* __restrict__ partial, int width, int columns, int positions,     \
        int each, int row_tiles, int column_tiles) {                                                                                   \
        tensor_weight<TensorTile<KIND, SIDE>, BY_CHANNELS>(x, dy, g, count, partial, width, columns, positions, each, row_tiles,       \
            column_tiles);                                                                                                             \
    }

#define TENSOR_WEIGHTS(KIND, kind)                                                                                                     \
    TENSOR_WEIGHT(KIND, kind, large, 128, 2, pixels, false)                                                                            \
    TENSOR_WEIGHT(KIND, kind, small, 64, 4, pixels, false)                                                                             \
    TENSOR_WEIGHT(KIND, kind, large, 128, 2, channels, true)                                                                           \
    TENSOR_WEIGHT(KIND, kind, small, 64, 4, channels, true)
