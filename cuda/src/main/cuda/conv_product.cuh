// Convolutions that are matrix products, and their transposes, as conv_walk.cuh says.
//
// Floor: 2 * rows * columns * taps * channels operations. A block of 256 threads makes 128x128 results (64 threads 64x64, or 64x32), 64 in
// the registers of each thread, from tiles of 8 numbers in depth, double-buffered in shared memory: 64 multiply-adds for four 16-byte loads
// from shared memory, 512 for eight 4-byte loads from global memory. Of the 691 instructions (CHANNELS: 761) that ptxas 13.0 makes of a
// tile of 128x128 for sm_90, 512 are multiply-adds and 42 loads from shared memory; most others find out what to load. One chain of
// multiply-adds for each result: taps, within a tap channels, both ascending.
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
    static constexpr int LINES = LOADING == CHANNELS ? EACH : 1;   // in different rows
    static constexpr int SLOTS = EACH / LINES;                     // in one row
    static constexpr int VECTORS = COLUMNS * DEPTH / V / THREADS;
    static constexpr int TABLE_SIZE = LOADING == TABLE ? TABLE_ROOM : 1;

    struct Shared {
        T source[2][DEPTH][PITCH];
        T weight[2][DEPTH][COLUMNS];
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
    int at[LINES];
    unsigned inside;
    int line;

    T loaded[EACH];
    T weights[VECTORS * V];
    T sum[HIGH][WIDE];

    __device__ __forceinline__ Product(Shared& shared, const Geometry& g, const T* source, const T* packed, int width)
        : shared(shared), g(g), source(source), packed(packed), width(width) {}

    __device__ __forceinline__ static int tile_row(int i) {
        return LOADING == CHANNELS ? threadIdx.x / DEPTH + i * (THREADS / DEPTH) : threadIdx.x % ROWS;
    }

    __device__ __forceinline__ static int tile_depth(int i) {
        return LOADING == CHANNELS ? threadIdx.x % DEPTH : threadIdx.x / ROWS + i * (THREADS / ROWS);
    }

    __device__ __forceinline__ void find_rows() {
        for (int i = threadIdx.x; i < ROWS; i += THREADS)
            shared.row[i] = shared.place.row(g, shared.place.first_row + i);
    }

    // Row of the packed weight for channel 0 under a tap of the phase.
    __device__ __forceinline__ int line_of(int k0, int k1, int k2) const {
        const Phase* phase = shared.place.phase;
        int tap = (phase[0].tap_first + k0 * phase[0].tap_step) * g.axis[1].taps + phase[1].tap_first + k1 * phase[1].tap_step;
        tap = tap * g.axis[2].taps + phase[2].tap_first + k2 * phase[2].tap_step;
        return (shared.place.group * g.axis[0].taps * g.axis[1].taps * g.axis[2].taps + tap) * g.reduced;
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

    // The tap has changed.
    __device__ __forceinline__ void enter() {
        int4 tap = shared.place.tap(g, j0, j1, j2);
        inside = 0;
#pragma unroll
        for (int i = 0; i < LINES; i++) {
            int4 row = shared.row[tile_row(i)];
            at[i] = row.x + tap.x;
            inside |= contains(g, row, tap) ? 1u << i : 0;
        }
        line = line_of(j0, j1, j2);
    }

    __device__ __forceinline__ void advance() {
        step++;
        if (LOADING == TABLE)
            return;
        channel += DEPTH;
        if (channel < g.reduced)
            return;
        channel = 0;
        shared.place.next_tap(j0, j1, j2);
        enter();
    }

    __device__ __forceinline__ void load(int depth) {
        if (LOADING == TABLE) {
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
        } else {
#pragma unroll
            for (int i = 0; i < EACH; i++) {
                int of = LOADING == CHANNELS ? i : 0;
                int c = channel + tile_depth(i);
                loaded[i] = (inside >> of & 1) && c < g.reduced ? source[at[of] + c * g.source_c] : T(0);
            }
        }
#pragma unroll
        for (int i = 0; i < VECTORS; i++) {
            int v = threadIdx.x + i * THREADS;
            int k = v / (COLUMNS / V);
            int column = shared.place.first_column + v % (COLUMNS / V) * V;
            bool there = column < width && (LOADING == TABLE ? step * DEPTH + k < depth : channel + k < g.reduced);
#pragma unroll
            for (int j = 0; j < V; j++)
                weights[i * V + j] = T(0);
            if (there) {
                int from = LOADING == TABLE ? shared.line[step * DEPTH + k] : line + channel + k;
                copy_vector(&weights[i * V], packed + (int64_t) from * width + column);
            }
        }
    }

    __device__ __forceinline__ void put(int buffer) {
#pragma unroll
        for (int i = 0; i < EACH; i++)
            shared.source[buffer][tile_depth(i)][tile_row(LOADING == CHANNELS ? i : 0)] = loaded[i];
#pragma unroll
        for (int i = 0; i < VECTORS; i++) {
            int v = threadIdx.x + i * THREADS;
            copy_vector(&shared.weight[buffer][v / (COLUMNS / V)][v % (COLUMNS / V) * V], &weights[i * V]);
        }
    }

    // Rows and columns of a thread come in runs of V, so far apart that a warp reads shared memory without conflicts.
    __device__ __forceinline__ static int row_of(int i) {
        return i / V * (ROWS / HIGH * V) + threadIdx.x % (ROWS / HIGH) * V + i % V;
    }

    __device__ __forceinline__ static int column_of(int j) {
        return j / V * (COLUMNS / WIDE * V) + threadIdx.x / (ROWS / HIGH) * V + j % V;
    }

    __device__ __forceinline__ void multiply(int buffer) {
#pragma unroll
        for (int k = 0; k < DEPTH; k++) {
            T a[HIGH];
            T b[WIDE];
#pragma unroll
            for (int i = 0; i < HIGH; i += V)
                copy_vector(&a[i], &shared.source[buffer][k][row_of(i)]);
#pragma unroll
            for (int j = 0; j < WIDE; j += V)
                copy_vector(&b[j], &shared.weight[buffer][k][column_of(j)]);
#pragma unroll
            for (int i = 0; i < HIGH; i++)
#pragma unroll
                for (int j = 0; j < WIDE; j++)
                    sum[i][j] = fused(a[i], b[j], sum[i][j]);
        }
    }

    __device__ __forceinline__ void run() {
        int depth = shared.place.taps() * g.reduced;
        int steps = LOADING == TABLE ? (depth + DEPTH - 1) / DEPTH : shared.place.taps() * ((g.reduced + DEPTH - 1) / DEPTH);
#pragma unroll
        for (int i = 0; i < HIGH; i++)
#pragma unroll
            for (int j = 0; j < WIDE; j++)
                sum[i][j] = T(0);
        if (LOADING != TABLE)
            enter();
        if (steps > 0)
            load(depth);
        for (int s = 0; s < steps; s++) {
            put(s & 1);
            __syncthreads();
            if (s + 1 < steps) {
                advance();
                load(depth);
            }
            multiply(s & 1);
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
__device__ __forceinline__ void convolve(const T* source, const T* packed, int width, const Geometry& g, const Finish<T>& finish, T* result,
    int row_tiles, int column_tiles) {
    using Tile = Product<T, ROWS, COLUMNS, THREADS, LOADING>;
    __shared__ typename Tile::Shared shared;
    if (threadIdx.x == 0)
        shared.place.find(g, row_tiles, column_tiles, ROWS, COLUMNS);
    __syncthreads();
    if (shared.place.first_row >= shared.place.rows)     // of the phases some have fewer positions than others
        return;
    Tile tile(shared, g, source, packed, width);
    tile.find_rows();
    if (LOADING == TABLE)
        tile.fill_table();
    __syncthreads();
    tile.run();
    tile.store(finish, result);
}

#define CONVOLVE(name, T, ROWS, COLUMNS, THREADS, BLOCKS, LOADING)                                                                      \
    extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS) conv_##name(const T* __restrict__ source,                             \
        const T* __restrict__ packed, int width, Geometry g, Finish<T> finish, T* __restrict__ result, int row_tiles,                  \
        int column_tiles) {                                                                                                            \
        convolve<T, ROWS, COLUMNS, THREADS, LOADING>(source, packed, width, g, finish, result, row_tiles, column_tiles);               \
    }
