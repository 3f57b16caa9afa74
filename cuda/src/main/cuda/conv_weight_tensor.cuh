// The gradient of a convolution with respect to its weight on tensor cores, with factors rounded to one kind of tensor.cuh; slices as in
// conv_weight.cu, which also adds them up.
//
// Floor: 2 * O * taps * channels * positions operations at the rate of the tensor cores. Both operands are gathered. Where channels lie
// side by side, a thread takes four neighbouring rows or columns of some positions, 16 bytes at a time where they lie so; otherwise
// neighbouring threads take neighbouring positions of one row or column, 64 bytes in a row, again 16 bytes at a time where they lie so.
// Which taps move a position into the source is found once for each position and written down in bits, one for each tap of each axis, of
// which there are at most MOST_TAPS: with a number to copy comes one comparison instead of three.
#pragma once
#include "conv_walk.cuh"
#include "tensor.cuh"

constexpr int MOST_TAPS = 31;        // mirrors GemmConvolution.java
constexpr unsigned NOWHERE = 1u << MOST_TAPS;

template<class S, bool BY_CHANNELS>
struct TensorWeight {
    static constexpr Order ORDER = BY_CHANNELS ? ACROSS_K : ALONG_K;
    using Tile = TensorTile<S, ORDER, ORDER>;
    static constexpr int FOUND = S::THREADS;                        // positions that are found at a time, one by each thread
    static constexpr int LINES = S::THREADS / S::DEPTH;             // rows of which the threads copy a number each
    static constexpr int QUADS = S::THREADS / 4;                    // rows of which they copy four
    static constexpr int STEPS = S::THREADS / (S::ROWS / 4);        // of channels: positions at a time

    struct Shared {
        uint2 column[S::COLUMNS];        // offset of channel and tap in x, bits of the tap
        uint2 pixel[2 * FOUND];          // a ring: offset in x, bits of the taps that move it into x
        int gradient[2 * FOUND];         // offset in dy, or OUTSIDE
    };

    Shared& shared;
    const Geometry& g;
    const Count& count;
    const float* x;
    const float* dy;
    int first_row;
    bool wide;       // four channels, or positions, of x can be copied at once
    int next;        // the first position that is still to be copied, still to be found, and the end
    int found;
    int end;
    int place = 0;   // of `next` in the ring

    __device__ __forceinline__ TensorWeight(Shared& shared, const Geometry& g, const Count& count, const float* x, const float* dy,
        int first_row, bool wide)
        : shared(shared), g(g), count(count), x(x), dy(dy), first_row(first_row), wide(wide) {}

    __device__ __forceinline__ void find_columns(int first_column, int columns) {
        for (int i = threadIdx.x; i < S::COLUMNS; i += S::THREADS) {
            int4 column = weight_column(g, first_column + i, columns);
            unsigned bits = NOWHERE;
            if (first_column + i < columns) {
                int tap = (first_column + i) / g.reduced;
                bits = 1u << tap % g.axis[2].taps;
                tap /= g.axis[2].taps;
                bits |= 1u << g.axis[2].taps << tap % g.axis[1].taps;
                bits |= 1u << g.axis[2].taps + g.axis[1].taps << tap / g.axis[1].taps;
            }
            shared.column[i] = make_uint2(column.x, bits);
        }
    }

    // The taps of an axis that move a position into the source, above `bits`.
    static __device__ __forceinline__ unsigned with_taps(unsigned bits, const Axis& axis, int position) {
        for (int k = axis.taps - 1; k >= 0; k--)
            bits = bits << 1 | ((unsigned) (position + k * axis.dilation - axis.pad) < (unsigned) axis.source);
        return bits;
    }

    // Finds out where the next positions lie, for the copies behind the next barrier.
    __device__ __forceinline__ void find_positions(int to) {
        int gradient;
        int m = found + threadIdx.x;
        int4 pixel = weight_position(g, count, m, end, gradient);
        unsigned bits = m < end ? with_taps(with_taps(with_taps(0, g.axis[0], pixel.y), g.axis[1], pixel.z), g.axis[2], pixel.w) : 0;
        shared.pixel[to + threadIdx.x] = make_uint2(pixel.x, bits);
        shared.gradient[to + threadIdx.x] = m < end ? gradient : OUTSIDE;
        found += FOUND;
    }

    static __device__ __forceinline__ bool is_inside(uint2 pixel, uint2 column) {
        return (pixel.y & column.y) == column.y;
    }

    __device__ __forceinline__ void copy_channels(float* left, float* right) {
        int n = threadIdx.x % (S::ROWS / 4) * 4;
        int row = first_row + n;
        uint2 column = shared.column[n];
#pragma unroll
        for (int i = 0; i < S::DEPTH / STEPS; i++) {
            int k = threadIdx.x / (S::ROWS / 4) + i * STEPS;
            uint2 pixel = shared.pixel[place + k];
            int gradient = shared.gradient[place + k];
            float* to = left + Tile::Left::place(n, k);
            if (g.stores == ALONG_CHANNELS) {
                copy_four(to, dy + (gradient + row), gradient != OUTSIDE && row < g.produced);
            } else {
#pragma unroll
                for (int e = 0; e < 4; e++)
                    copy_one(to + e, dy + (gradient + (row + e) * g.result_c), gradient != OUTSIDE && row + e < g.produced);
            }
            to = right + Tile::Right::place(n, k);
            if (wide) {
                copy_four(to, x + (int) (pixel.x + column.x), is_inside(pixel, column));
            } else {
#pragma unroll
                for (int e = 0; e < 4; e++) {
                    uint2 single = shared.column[n + e];
                    copy_one(to + e, x + (int) (pixel.x + single.x), is_inside(pixel, single));
                }
            }
        }
    }

    // Four positions from here on lie side by side in both operands if they are wide, and a position and a tap are then always inside.
    __device__ __forceinline__ void copy_pixels(float* left, float* right) {
        int k = threadIdx.x % S::DEPTH;
        int line = threadIdx.x / S::DEPTH;
        int k_wide = threadIdx.x % 4 * 4;
        int line_wide = threadIdx.x / 4;
        if (wide) {
            uint2 pixel = shared.pixel[place + k_wide];
#pragma unroll
            for (int i = 0; i < S::COLUMNS / QUADS; i++) {
                uint2 column = shared.column[line_wide + i * QUADS];
                copy_four(right + Tile::Right::place(line_wide + i * QUADS, k_wide), x + (int) (pixel.x + column.x),
                    is_inside(pixel, column));
            }
        } else {
            uint2 pixel = shared.pixel[place + k];
#pragma unroll
            for (int i = 0; i < S::COLUMNS / LINES; i++) {
                uint2 column = shared.column[line + i * LINES];
                copy_one(right + Tile::Right::place(line + i * LINES, k), x + (int) (pixel.x + column.x), is_inside(pixel, column));
            }
        }
        bool along = g.stores == ALONG_PIXELS;
        int gradient = shared.gradient[place + (along ? k_wide : k)];
        int first = first_row + (along ? line_wide : line);
        int rows = gradient == OUTSIDE ? 0 : g.produced - first;
        const float* from = dy + (gradient + first * g.result_c);
        if (along) {
#pragma unroll
            for (int i = 0; i < S::ROWS / QUADS; i++)
                copy_four(left + Tile::Left::place(line_wide + i * QUADS, k_wide), from + i * QUADS * static_cast<int64_t>(g.result_c),
                    i * QUADS < rows);
        } else {
#pragma unroll
            for (int i = 0; i < S::ROWS / LINES; i++)
                copy_one(left + Tile::Left::place(line + i * LINES, k), from + i * LINES * static_cast<int64_t>(g.result_c),
                    i * LINES < rows);
        }
    }

    __device__ __forceinline__ void load(float* left, float* right) {
        if (next + S::DEPTH >= found)
            find_positions((place + S::DEPTH) % (2 * FOUND));
        if (BY_CHANNELS)
            copy_channels(left, right);
        else
            copy_pixels(left, right);
        next += S::DEPTH;
        place = (place + S::DEPTH) % (2 * FOUND);
    }

    __device__ __forceinline__ void run(float* room, int from, int to, float (&sums)[S::DOWN][S::ACROSS][4]) {
        static_assert((S::STAGES - 1) * S::DEPTH < FOUND, "what is found at first has to do for the copies before the loop");
        next = from;
        found = from;
        end = to;
        Tile::clear(sums);
        find_positions(0);
        find_positions(FOUND);
        __syncthreads();
        Tile::run(*this, (to - from + S::DEPTH - 1) / S::DEPTH, room, sums);
    }
};

// partial[slice][group][o][tap, c], the last dimension rounded up to `width`. One block for each tile of a group and each slice.
template<class S, bool BY_CHANNELS>
__device__ __forceinline__ void tensor_weight(const float* x, const float* dy, int wide, const Geometry& g, const Count& count,
    float* partial, int width, int columns, int positions, int each, int row_tiles, int column_tiles) {
    using Work = TensorWeight<S, BY_CHANNELS>;
    extern __shared__ float4 room[];
    __shared__ typename Work::Shared shared;
    int rest = blockIdx.x;
    int first_column = rest % column_tiles * S::COLUMNS;
    rest /= column_tiles;
    int first_row = rest % row_tiles * S::ROWS;
    rest /= row_tiles;
    int group = rest % g.groups;
    int slice = rest / g.groups;
    Work work(shared, g, count, x + static_cast<int64_t>(group) * g.reduced * g.source_c,
        dy + static_cast<int64_t>(group) * g.produced * g.result_c, first_row, wide);
    work.find_columns(first_column, columns);
    float sums[S::DOWN][S::ACROSS][4];
    work.run(reinterpret_cast<float*>(room), slice * each, min(positions - slice * each, each) + slice * each, sums);
    partial += ((static_cast<int64_t>(slice) * g.groups + group) * g.produced + first_row) * width + first_column;
    Work::Tile::store(sums, threadIdx.x, partial, width, g.produced - first_row, width - first_column);
}

#define TENSOR_WEIGHT(KIND, kind, size, SIDE, WARP, STAGES, BLOCKS, order, BY_CHANNELS)                                                \
    extern "C" __global__ void __launch_bounds__(128, BLOCKS) conv_weight_##kind##_##size##_##order##_f32(const float* __restrict__ x, \
        const float* __restrict__ dy, int wide, Geometry g, Count count, float* __restrict__ partial, int width, int columns,          \
        int positions, int each, int row_tiles, int column_tiles) {                                                                    \
        tensor_weight<TensorShape<KIND, SIDE, SIDE, WARP, WARP, STAGES>, BY_CHANNELS>(x, dy, wide, g, count, partial, width, columns,  \
            positions, each, row_tiles, column_tiles);                                                                                 \
    }

#define TENSOR_WEIGHTS(KIND, kind)                                                                                                     \
    TENSOR_WEIGHT(KIND, kind, large, 128, 64, 3, 2, pixels, false)                                                                     \
    TENSOR_WEIGHT(KIND, kind, small, 64, 32, 4, 4, pixels, false)                                                                      \
    TENSOR_WEIGHT(KIND, kind, large, 128, 64, 3, 2, channels, true)                                                                    \
    TENSOR_WEIGHT(KIND, kind, small, 64, 32, 4, 4, channels, true)
