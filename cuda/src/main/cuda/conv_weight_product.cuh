// The gradient of a convolution with respect to its weight: products dw[o][tap, c] = sum over positions of dy[o] * x[c] under the tap. The
// positions are cut into as many slices as the shapes say; a second kernel adds up the slices in their order.
//
// Floor: 2 * O * taps * channels * positions operations; tiles as in conv_product.cuh, and of 32x32 for few channels, where four threads
// share the positions of a tile. A tile of 128x128 takes 617 instructions with QUADS,
// 600 with VECTORS, 658 with SINGLES as ptxas 13.0 makes them for sm_90, of which 512 are multiply-adds and 32 loads from shared memory;
// one warp of eight takes 39 more for every fourth tile, to find the positions.
#pragma once
#include "conv_walk.cuh"
#include "gemm.cuh"    // block_anew

constexpr int DEPTH = 8;
constexpr int FOUND = 32;            // positions that a warp finds at a time

enum Reading {
    SINGLES,     // a thread loads single numbers of one position
    QUADS,       // a thread loads four neighbouring channels at one position, of which there are whole fours: what it asks is asked once
    VECTORS      // the same with 16 bytes at a time, and neighbouring threads have neighbouring channels, else neighbouring positions
};

template<class T, int ROWS, int COLUMNS, int THREADS, Reading READING>
struct WeightProduct {
    static constexpr int V = Vector<T>::SIZE;
    static constexpr int SIDE = sizeof(T) == 4 ? 8 : 4;
    static constexpr int RUN = READING == SINGLES ? 1 : 4;         // neighbours that a thread loads at one position
    static constexpr int TILE_THREADS = ROWS / SIDE * (COLUMNS / SIDE);
    static constexpr int PARTS = THREADS / TILE_THREADS;           // of the positions of a tile, for different threads
    static constexpr int COLUMN_RUNS = COLUMNS * DEPTH / THREADS / RUN;
    static constexpr int ROW_RUNS = ROWS * DEPTH / THREADS / RUN;

    struct Tile {
        T dy[DEPTH][ROWS + V];
        T x[DEPTH][COLUMNS + V];
    };

    struct Shared {
        Tile tile[2];
        int4 pixel[2 * FOUND];                                     // a ring: offset in x, position along each axis
        int gradient[2 * FOUND];                                   // offset in dy, or OUTSIDE
        int4 column[READING == SINGLES ? COLUMNS : 1];             // offset of channel and tap, distance along each axis
    };

    Shared& shared;
    const Geometry& g;
    const Count& count;
    const T* x;
    const T* dy;
    int4 column[COLUMN_RUNS];            // of the thread's runs of columns, but for SINGLES
    int row[ROW_RUNS];                   // offsets of its runs of rows; of rows that there are not, of others that there are
    T loaded_x[COLUMN_RUNS * RUN];
    T loaded_dy[ROW_RUNS * RUN];
    T sum[SIDE][SIDE];

    __device__ __forceinline__ WeightProduct(Shared& shared, const Geometry& g, const Count& count, const T* x, const T* dy)
        : shared(shared), g(g), count(count), x(x), dy(dy) {}

    __device__ __forceinline__ static int part() {
        return PARTS == 1 ? 0 : threadIdx.x / TILE_THREADS;
    }

    __device__ __forceinline__ static int part_thread() {
        return PARTS == 1 ? threadIdx.x : threadIdx.x % TILE_THREADS;
    }

    // Where run i of a thread lies in a tile that is `size` wide: step of k, and first row or column.
    __device__ __forceinline__ static int tile_depth(int i, int size) {
        return READING == VECTORS ? (threadIdx.x + i * THREADS) / (size / RUN) : threadIdx.x % DEPTH;
    }

    __device__ __forceinline__ static int tile_place(int i, int size) {
        return READING == VECTORS ? threadIdx.x % (size / RUN) * RUN : (threadIdx.x / DEPTH + i * (THREADS / DEPTH)) * RUN;
    }

    __device__ __forceinline__ void find_columns(int first, int columns, int group) {
        int at = group * g.reduced * g.source_c;
        if (READING == SINGLES) {
            for (int i = threadIdx.x; i < COLUMNS; i += THREADS) {
                shared.column[i] = weight_column(g, first + i, columns);
                shared.column[i].x += at;
            }
        } else {
#pragma unroll
            for (int i = 0; i < COLUMN_RUNS; i++) {
                column[i] = weight_column(g, first + tile_place(i, COLUMNS), columns);
                column[i].x += at;
            }
        }
    }

    __device__ __forceinline__ void find_rows(int first, int group) {
#pragma unroll
        for (int i = 0; i < ROW_RUNS; i++)
            row[i] = (group * g.produced + min(first + tile_place(i, ROWS), g.produced - RUN)) * g.result_c;
    }

    // A warp finds out where the positions from m on lie, some steps before they are loaded.
    __device__ __forceinline__ void find_positions(int step, int m, int end) {
        if (threadIdx.x >= FOUND)
            return;
        int gradient;
        int place = step * DEPTH % (2 * FOUND) + threadIdx.x;
        int position = m + threadIdx.x;
        shared.pixel[place] = weight_position(g, count, position, end, gradient);
        shared.gradient[place] = position < end ? gradient : OUTSIDE;
    }

    // A run of numbers that lie `step` apart, or zeros.
    __device__ __forceinline__ static void read(T* to, const T* from, int at, int step, bool there) {
#pragma unroll
        for (int j = 0; j < RUN; j++)
            to[j] = T(0);
        if (!there)
            return;
        if (READING == VECTORS) {
            copy_vector(to, from + at);
        } else {
#pragma unroll
            for (int j = 0; j < RUN; j++)
                to[j] = from[at + j * step];
        }
    }

    __device__ __forceinline__ void load(int step) {
        int first = step * DEPTH % (2 * FOUND);
#pragma unroll
        for (int i = 0; i < COLUMN_RUNS; i++) {
            int4 p = shared.pixel[first + tile_depth(i, COLUMNS)];
            int4 c = READING == SINGLES ? shared.column[tile_place(i, COLUMNS)] : column[READING == VECTORS ? 0 : i];
            read(&loaded_x[i * RUN], x, p.x + c.x, g.source_c, contains(g, p, c));
        }
#pragma unroll
        for (int i = 0; i < ROW_RUNS; i++) {
            int at = shared.gradient[first + tile_depth(i, ROWS)];
            read(&loaded_dy[i * RUN], dy, at + row[READING == VECTORS ? 0 : i], g.result_c, at != OUTSIDE);
        }
    }

    __device__ __forceinline__ static void put_run(T* to, const T* from) {
        if (RUN == 1)
            *to = *from;
        else
            copy_vector(to, from);
    }

    __device__ __forceinline__ void put(Tile& tile) const {
#pragma unroll
        for (int i = 0; i < COLUMN_RUNS; i++)
            put_run(&tile.x[tile_depth(i, COLUMNS)][tile_place(i, COLUMNS)], &loaded_x[i * RUN]);
#pragma unroll
        for (int i = 0; i < ROW_RUNS; i++)
            put_run(&tile.dy[tile_depth(i, ROWS)][tile_place(i, ROWS)], &loaded_dy[i * RUN]);
    }

    __device__ __forceinline__ static int row_of(int i) {
        return i / V * (ROWS / SIDE * V) + part_thread() / (COLUMNS / SIDE) * V + i % V;
    }

    __device__ __forceinline__ static int column_of(int j) {
        return j / V * (COLUMNS / SIDE * V) + threadIdx.x % (COLUMNS / SIDE) * V + j % V;
    }

    __device__ __forceinline__ void multiply(const Tile& tile) {
#pragma unroll
        for (int k = 0; k < DEPTH / PARTS; k++) {
            T a[SIDE];
            T b[SIDE];
            int position = k * PARTS + part();
#pragma unroll
            for (int i = 0; i < SIDE; i += V) {
                copy_vector(&a[i], &tile.dy[position][row_of(i)]);
                copy_vector(&b[i], &tile.x[position][column_of(i)]);
            }
#pragma unroll
            for (int i = 0; i < SIDE; i++)
#pragma unroll
                for (int j = 0; j < SIDE; j++)
                    sum[i][j] = fused(a[i], b[j], sum[i][j]);
        }
    }

    __device__ __forceinline__ void run(int from, int to) {
        constexpr int EVERY = FOUND / DEPTH;
#pragma unroll
        for (int i = 0; i < SIDE; i++)
#pragma unroll
            for (int j = 0; j < SIDE; j++)
                sum[i][j] = T(0);
        find_positions(0, from, to);
        __syncthreads();
        load(0);
        int steps = (to - from + DEPTH - 1) / DEPTH;
        for (int s = 0; s < steps; s++) {
            Tile& tile = shared.tile[s & 1];
            put(tile);
            __syncthreads();
            if (s % EVERY == 0)
                find_positions(s + EVERY, from + (s + EVERY) * DEPTH, to);
            load(s + 1);
            multiply(tile);
        }
    }

    // Adds the sums of the other parts to those of the first one.
    __device__ __forceinline__ void add_parts() {
        T* room = reinterpret_cast<T*>(&shared.tile);
        static_assert(PARTS == 1 || TILE_THREADS * SIDE * SIDE * sizeof(T) <= sizeof(shared.tile), "the sums of a part in the tiles");
#pragma unroll 1
        for (int p = 1; p < PARTS; p++) {
            __syncthreads();
            if (part() == p)
#pragma unroll
                for (int i = 0; i < SIDE; i++)
#pragma unroll
                    for (int j = 0; j < SIDE; j++)
                        room[(i * SIDE + j) * TILE_THREADS + part_thread()] = sum[i][j];
            __syncthreads();
            if (threadIdx.x < TILE_THREADS)
#pragma unroll
                for (int i = 0; i < SIDE; i++)
#pragma unroll
                    for (int j = 0; j < SIDE; j++)
                        sum[i][j] += room[(i * SIDE + j) * TILE_THREADS + threadIdx.x];
        }
    }

    __device__ __forceinline__ void store(T* partial, int width, int first_row, int first_column) const {
#pragma unroll
        for (int i = 0; i < SIDE; i++) {
            int row = first_row + row_of(i);
            if (row < g.produced) {
#pragma unroll
                for (int j = 0; j < SIDE; j += V) {
                    int column = first_column + column_of(j);
                    if (column < width)
                        copy_vector(partial + (int64_t) row * width + column, &sum[i][j]);
                }
            }
        }
    }
};

// Which tile of which group a block computes, of which slice.
struct Share {
    int column_tile;
    int row_tile;
    int group;
    int slice;

    __device__ __forceinline__ Share(unsigned block, int groups, int row_tiles, int column_tiles) {
        int rest = block;
        column_tile = rest % column_tiles;
        rest /= column_tiles;
        row_tile = rest % row_tiles;
        rest /= row_tiles;
        group = rest % groups;
        slice = rest / groups;
    }
};

// partial[slice][group][o][tap, c], the last dimension rounded up to `width`. One block for each share.
template<class T, int ROWS, int COLUMNS, int THREADS, Reading READING>
__device__ __forceinline__ void weight_gradient(const T* x, const T* dy, const Geometry& g, const Count& count, T* partial, int width,
    int columns, int positions, int each, int row_tiles, int column_tiles) {
    using Work = WeightProduct<T, ROWS, COLUMNS, THREADS, READING>;
    __shared__ typename Work::Shared shared;
    Share share(blockIdx.x, g.groups, row_tiles, column_tiles);
    Work work(shared, g, count, x, dy);
    work.find_columns(share.column_tile * COLUMNS, columns, share.group);
    work.find_rows(share.row_tile * ROWS, share.group);
    work.run(share.slice * each, min(positions - share.slice * each, each) + share.slice * each);
    work.add_parts();
    if (work.part() > 0)
        return;
    Share again(block_anew(), g.groups, row_tiles, column_tiles);
    work.store(partial + ((int64_t) again.slice * g.groups + again.group) * g.produced * width, width, again.row_tile * ROWS,
        again.column_tile * COLUMNS);
}

#define WEIGHT(name, T, ROWS, COLUMNS, THREADS, BLOCKS, READING)                                                                       \
    extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS) conv_weight_##name(const T* __restrict__ x, const T* __restrict__ dy, \
        Geometry g, Count count, T* __restrict__ partial, int width, int columns, int positions, int each, int row_tiles,              \
        int column_tiles) {                                                                                                            \
        weight_gradient<T, ROWS, COLUMNS, THREADS, READING>(x, dy, g, count, partial, width, columns, positions, each, row_tiles,      \
            column_tiles);                                                                                                             \
    }
