// Convolutions that are matrix products, and their transposes, as conv_walk.cuh says.
//
// Floor: 2 * rows * columns * taps * channels operations. A block of 256 threads makes 128x128 results (64 threads 64x64, or 64x32), 64 in
// the registers of each thread, from tiles of 8 numbers in depth, double-buffered in shared memory: 64 multiply-adds for four 16-byte loads
// from shared memory, 512 for four 4-byte loads from global memory (CHANNELS: one of 16 bytes) and one of 16 bytes of the weight. A tile of
// 128x128 takes 603 instructions (CHANNELS: 597) as ptxas 13.0 makes them for sm_90, of which 512 are multiply-adds and 32 loads from
// shared memory; a new tap takes 69 more, to find out what to load. One chain of multiply-adds for each result: taps, within a tap
// channels, both ascending. Where there are few results, the chain is cut into slices for different blocks.
#pragma once
#include "conv_walk.cuh"

constexpr int DEPTH = 8;

template<class T, int ROWS, int COLUMNS, int THREADS, Loading LOADING>
struct Product {
    static constexpr int V = Vector<T>::SIZE;
    static constexpr int HIGH = sizeof(T) == 4 ? 8 : 4;            // a thread makes HIGH * WIDE results
    static constexpr int WIDE = ROWS * COLUMNS / THREADS / HIGH;
    static constexpr int PITCH = ROWS + V;                         // no bank conflicts, whichever way the tile is written
    static constexpr int EACH = ROWS * DEPTH / THREADS;            // numbers of the source tile that a thread loads
    static constexpr int RUN = LOADING == CHANNELS ? V : EACH;     // of which so many lie in one row
    static constexpr int LINES = EACH / RUN;
    static constexpr int RUN_STEP = LOADING == CHANNELS ? 1 : THREADS / ROWS;    // channels from one to the next
    static constexpr int VECTORS = COLUMNS * DEPTH / V / THREADS;
    static constexpr int VECTOR_STEP = DEPTH / VECTORS;            // lines of the packed weight from one of them to the next
    static constexpr int TABLE_SIZE = LOADING == TABLE ? TABLE_ROOM : 1;

    struct Tile {
        T source[DEPTH][PITCH];
        T weight[DEPTH][COLUMNS];
    };

    struct Shared {
        Tile tile[2];
        int4 row[ROWS];                  // offset of the source under tap 0, position along each axis
        int4 tap[TABLE_SIZE];            // offset, distance along each axis
        int line[TABLE_SIZE];            // row of the packed weight
        Place place;
    };

    Shared& shared;
    const Geometry& g;
    const T* source;
    const T* packed;
    int width;

    // State of the walk over taps and channels.
    int step = 0;
    int channel = 0;
    int j0 = 0, j1 = 0, j2 = 0;
    const T* from[LINES];                // number 0 of a row
    const T* line;                       // vector 0
    unsigned there;                      // bit n: number n of the source is to be loaded
    unsigned partial;                    // the same where channels end within a tile

    T loaded[EACH];
    T weights[VECTORS * V];
    T sum[HIGH][WIDE];

    __device__ __forceinline__ Product(Shared& shared, const Geometry& g, const T* source, const T* packed, int width)
        : shared(shared), g(g), source(source), packed(packed), width(width) {}

    __device__ __forceinline__ static int tile_row(int i) {
        return LOADING == CHANNELS ? threadIdx.x / (DEPTH / V) + i / RUN * (THREADS * V / DEPTH) : threadIdx.x % ROWS;
    }

    __device__ __forceinline__ static int tile_depth(int i) {
        return (LOADING == CHANNELS ? threadIdx.x % (DEPTH / V) * V : threadIdx.x / ROWS) + i % RUN * RUN_STEP;
    }

    __device__ __forceinline__ static int vector_depth(int v) {
        return threadIdx.x / (COLUMNS / V) + v * VECTOR_STEP;
    }

    __device__ __forceinline__ static int vector_column() {
        return threadIdx.x % (COLUMNS / V) * V;
    }

    // Of the packed weight; columns beyond it are not stored, so any numbers will do.
    __device__ __forceinline__ int packed_column() const {
        return min(shared.place.first_column + vector_column(), width - V);
    }

    __device__ __forceinline__ void find_rows() {
        for (int i = threadIdx.x; i < ROWS; i += THREADS)
            shared.row[i] = shared.place.row(g, shared.place.first_row + i);
    }

    // Lines of the packed weight for a tap.
    __device__ __forceinline__ int lines() const {
        return LOADING == TABLE ? g.reduced : (g.reduced + DEPTH - 1) / DEPTH * DEPTH;
    }

    // Line of the packed weight for channel 0 under a tap of the phase.
    __device__ __forceinline__ int line_of(int k0, int k1, int k2) const {
        const Phase* phase = shared.place.phase;
        int tap = (phase[0].tap_first + k0 * phase[0].tap_step) * g.axis[1].taps + phase[1].tap_first + k1 * phase[1].tap_step;
        tap = tap * g.axis[2].taps + phase[2].tap_first + k2 * phase[2].tap_step;
        return (shared.place.group * g.axis[0].taps * g.axis[1].taps * g.axis[2].taps + tap) * lines();
    }

    __device__ __forceinline__ void fill_table() {
        const Phase* phase = shared.place.phase;
        int depth = shared.place.taps() * g.reduced;
        for (int i = threadIdx.x; i < depth; i += THREADS) {
            int c = i % g.reduced;
            int rest = i / g.reduced;
            int k2 = rest % phase[2].taps;
            rest /= phase[2].taps;
            int k1 = rest % phase[1].taps;
            int k0 = rest / phase[1].taps;
            int4 tap = shared.place.tap(g, k0, k1, k2);
            tap.x += c * g.source_c;
            shared.tap[i] = tap;
            shared.line[i] = line_of(k0, k1, k2) + c;
        }
    }

    // Which numbers there are in the last channels of a tap.
    __device__ __forceinline__ void find_partial() {
        int left = (g.reduced - 1) % DEPTH + 1;
        partial = 0;
#pragma unroll
        for (int i = 0; i < EACH; i++)
            partial |= tile_depth(i) < left ? 1u << i : 0;
    }

    // The tap has changed.
    __device__ __forceinline__ void enter() {
        int4 tap = shared.place.tap(g, j0, j1, j2);
        there = 0;
#pragma unroll
        for (int i = 0; i < LINES; i++) {
            int4 row = shared.row[tile_row(i * RUN)];
            from[i] = source + (row.x + tap.x + tile_depth(0) * g.source_c);
            there |= contains(g, row, tap) ? (1u << RUN) - 1 << i * RUN : 0;
        }
        line = packed + (int64_t) (line_of(j0, j1, j2) + vector_depth(0)) * width + packed_column();
    }

    __device__ __forceinline__ void advance() {
        if (LOADING == TABLE) {
            step++;
            return;
        }
        channel += DEPTH;
        if (channel < g.reduced) {
#pragma unroll
            for (int i = 0; i < LINES; i++)
                from[i] += (LOADING == CHANNELS ? 1 : (int64_t) g.source_c) * DEPTH;
            line += (int64_t) DEPTH * width;
            return;
        }
        channel = 0;
        shared.place.next_tap(j0, j1, j2);
        enter();
    }

    __device__ __forceinline__ void load_by_table(int depth) {
        int4 row = shared.row[tile_row(0)];
#pragma unroll
        for (int i = 0; i < EACH; i++) {
            int k = step * DEPTH + tile_depth(i);
            loaded[i] = T(0);
            if (k < depth) {
                int4 tap = shared.tap[k];
                if (contains(g, row, tap))
                    loaded[i] = source[row.x + tap.x];
            }
        }
#pragma unroll
        for (int i = 0; i < VECTORS; i++) {
            int k = step * DEPTH + vector_depth(i);
#pragma unroll
            for (int j = 0; j < V; j++)
                weights[i * V + j] = T(0);
            if (k < depth)
                copy_vector(&weights[i * V], packed + (int64_t) shared.line[k] * width + packed_column());
        }
    }

    // With `vectors`, channels of a pixel are read 16 bytes at a time: then they end with a vector.
    __device__ __forceinline__ void load(int depth, int vectors) {
        if (LOADING == TABLE) {
            load_by_table(depth);
            return;
        }
        unsigned now = channel + DEPTH > g.reduced ? there & partial : there;
#pragma unroll
        for (int i = 0; i < EACH; i++)
            loaded[i] = T(0);
        if (LOADING == CHANNELS && vectors) {
#pragma unroll
            for (int i = 0; i < LINES; i++)
                if (now >> i * RUN & 1)
                    copy_vector(&loaded[i * RUN], from[i]);
        } else {
#pragma unroll
            for (int i = 0; i < EACH; i++)
                if (now >> i & 1)
                    loaded[i] = from[i / RUN][LOADING == CHANNELS ? i % RUN : (int64_t) g.source_c * (i % RUN * RUN_STEP)];
        }
#pragma unroll
        for (int v = 0; v < VECTORS; v++)
            copy_vector(&weights[v * V], line + (int64_t) width * (v * VECTOR_STEP));
    }

    __device__ __forceinline__ void put(Tile& tile) const {
#pragma unroll
        for (int i = 0; i < EACH; i++)
            tile.source[tile_depth(i)][tile_row(i)] = loaded[i];
#pragma unroll
        for (int v = 0; v < VECTORS; v++)
            copy_vector(&tile.weight[vector_depth(v)][vector_column()], &weights[v * V]);
    }

    // Rows and columns of a thread come in runs of V, so far apart that a warp reads shared memory without conflicts.
    __device__ __forceinline__ static int row_of(int i) {
        return i / V * (ROWS / HIGH * V) + threadIdx.x % (ROWS / HIGH) * V + i % V;
    }

    __device__ __forceinline__ static int column_of(int j) {
        return j / V * (COLUMNS / WIDE * V) + threadIdx.x / (ROWS / HIGH) * V + j % V;
    }

    __device__ __forceinline__ void multiply(const Tile& tile) {
#pragma unroll
        for (int k = 0; k < DEPTH; k++) {
            T a[HIGH];
            T b[WIDE];
#pragma unroll
            for (int i = 0; i < HIGH; i += V)
                copy_vector(&a[i], &tile.source[k][row_of(i)]);
#pragma unroll
            for (int j = 0; j < WIDE; j += V)
                copy_vector(&b[j], &tile.weight[k][column_of(j)]);
#pragma unroll
            for (int i = 0; i < HIGH; i++)
#pragma unroll
                for (int j = 0; j < WIDE; j++)
                    sum[i][j] = fused(a[i], b[j], sum[i][j]);
        }
    }

    // Goes to a step in the middle.
    __device__ __forceinline__ void go_to(int first) {
        if (LOADING == TABLE) {
            step = first;
            return;
        }
        int each = (g.reduced + DEPTH - 1) / DEPTH;
        channel = first % each * DEPTH;
        j2 = first / each % shared.place.phase[2].taps;
        int rest = first / each / shared.place.phase[2].taps;
        j1 = rest % shared.place.phase[1].taps;
        j0 = rest / shared.place.phase[1].taps;
    }

    // The steps of slice `slice` of so many.
    __device__ __forceinline__ void run(int vectors, int slices) {
        int depth = shared.place.taps() * g.reduced;
        int steps = LOADING == TABLE ? (depth + DEPTH - 1) / DEPTH : shared.place.taps() * ((g.reduced + DEPTH - 1) / DEPTH);
        if (slices > 1) {
            int each = (steps + slices - 1) / slices;
            int first = shared.place.slice * each;
            steps = min(steps - first, each);
            if (steps > 0)
                go_to(first);
        }
#pragma unroll
        for (int i = 0; i < HIGH; i++)
#pragma unroll
            for (int j = 0; j < WIDE; j++)
                sum[i][j] = T(0);
        if (LOADING != TABLE) {
            find_partial();
            enter();
#pragma unroll
            for (int i = 0; i < LINES; i++)
                from[i] += (LOADING == CHANNELS ? 1 : (int64_t) g.source_c) * channel;
            line += (int64_t) channel * width;
        }
        if (steps > 0)
            load(depth, vectors);
        for (int s = 0; s < steps; s++) {
            Tile& tile = shared.tile[s & 1];
            put(tile);
            __syncthreads();
            if (s + 1 < steps) {
                advance();
                load(depth, vectors);
            }
            multiply(tile);
        }
    }

    __device__ __forceinline__ void store(const Finish<T>& finish, T* result) {
        const Place& place = shared.place;
#pragma unroll
        for (int j = 0; j < WIDE; j++) {
            int column = place.first_column + column_of(j);
            if (column < g.produced) {
                ChannelFinish<T> channel(finish, place.group * g.produced + column);
#pragma unroll
                for (int i = 0; i < HIGH; i++)
                    sum[i][j] = channel.of(finish, sum[i][j]);
            }
        }
        if (g.stores == ALONG_PIXELS)
            store_pixels(result);
        else
            store_rows(result);
    }

    __device__ __forceinline__ void store_pixels(T* result) const {
        const Place& place = shared.place;
#pragma unroll
        for (int i = 0; i < HIGH; i += V) {
            int m = place.first_row + row_of(i);
            if (m < place.rows) {
                int at = place.result(g, m);
#pragma unroll
                for (int j = 0; j < WIDE; j++) {
                    int column = place.first_column + column_of(j);
                    if (column < g.produced) {
                        T run[V];
#pragma unroll
                        for (int v = 0; v < V; v++)
                            run[v] = sum[i + v][j];
                        copy_vector(result + at + column * g.result_c, run);
                    }
                }
            }
        }
    }

    __device__ __forceinline__ void store_rows(T* result) const {
        const Place& place = shared.place;
#pragma unroll
        for (int i = 0; i < HIGH; i++) {
            int m = place.first_row + row_of(i);
            if (m < place.rows) {
                int at = place.result(g, m);
#pragma unroll
                for (int j = 0; j < WIDE; j += V) {
                    int column = place.first_column + column_of(j);
                    if (g.stores == ALONG_CHANNELS) {
                        if (column < g.produced)
                            copy_vector(result + at + column, &sum[i][j]);
                    } else {
#pragma unroll
                        for (int v = 0; v < V; v++)
                            if (column + v < g.produced)
                                result[at + (column + v) * g.result_c] = sum[i][j + v];
                    }
                }
            }
        }
    }
};

template<class T, int ROWS, int COLUMNS, int THREADS, Loading LOADING>
__device__ __forceinline__ void convolve(const T* source, const T* packed, int width, int vectors, const Geometry& g,
    const Finish<T>& finish, T* result, int row_tiles, int column_tiles, int slices, int64_t slice_step) {
    using Work = Product<T, ROWS, COLUMNS, THREADS, LOADING>;
    __shared__ typename Work::Shared shared;
    if (threadIdx.x == 0)
        shared.place.find(g, row_tiles, column_tiles, ROWS, COLUMNS, slices);
    __syncthreads();
    if (shared.place.first_row >= shared.place.rows)     // of the phases some have fewer positions than others
        return;
    Work work(shared, g, source, packed, width);
    work.find_rows();
    if (LOADING == TABLE)
        work.fill_table();
    __syncthreads();
    work.run(vectors, slices);
    work.store(finish, result + shared.place.slice * slice_step);
}

// `vectors` says that four channels of any pixel of the source can be read at once. Slices of the sums lie `slice_step` apart.
#define CONVOLVE(name, T, ROWS, COLUMNS, THREADS, BLOCKS, LOADING)                                                                      \
    extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS) conv_##name(const T* __restrict__ source,                             \
        const T* __restrict__ packed, int width, int vectors, Geometry g, Finish<T> finish, T* __restrict__ result, int row_tiles,     \
        int column_tiles, int slices, int64_t slice_step) {                                                                            \
        convolve<T, ROWS, COLUMNS, THREADS, LOADING>(source, packed, width, vectors, g, finish, result, row_tiles, column_tiles,       \
            slices, slice_step);                                                                                                       \
    }
