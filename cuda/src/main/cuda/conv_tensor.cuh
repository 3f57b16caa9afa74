// Convolutions that are matrix products, and their transposes, on tensor cores, with factors rounded to one kind of tensor.cuh.
//
// Floor: 2 * rows * columns * taps * channels operations at the rate of the tensor cores. The weight has been packed in the order in which
// a block walks through it, in words already, so that it costs four 16-byte loads for a tile and nothing to find: taps of a phase, within
// a tap channels, each tap filled up with zeros to whole tiles (with a table: all taps together). A thread finds the source under a tap
// once and then loads along channels: of its one position, neighbouring threads of neighbouring positions (PIXELS, TABLE), or four of each
// of several positions, 16 bytes at a time where they lie so (CHANNELS).
#pragma once
#include "conv_walk.cuh"
#include "tensor.cuh"

template<class S, Loading LOADING>
struct TensorConvolution {
    static constexpr int LINES = LOADING == CHANNELS ? S::QUADS : 1;
    static constexpr int TABLE_SIZE = LOADING == TABLE ? TABLE_ROOM : 1;
    // The weight's words are loaded 4 at a time: by so many threads for a column, in so many turns.
    static constexpr int BESIDE = S::WORDS / 4;
    static constexpr int TURNS = S::SIDE * BESIDE / S::THREADS;

    struct Shared {
        alignas(16) unsigned tiles[S::SHARED];
        int4 row[S::SIDE];               // offset of the source under tap 0, position along each axis
        int4 tap[TABLE_SIZE];            // offset, distance along each axis
        Place place;
    };

    Shared& shared;
    const Geometry& g;
    const float* source;
    bool wide;       // four channels can be loaded at once

    // State of the walk over taps and channels.
    int step = 0;
    int channel = 0;
    int j0 = 0, j1 = 0, j2 = 0;
    int at[LINES];
    unsigned inside;
    const uint4* weight[TURNS];

    float loaded[S::EACH];
    uint4 words[TURNS];
    float sums[S::DOWN][S::ACROSS][4];

    __device__ __forceinline__ TensorConvolution(Shared& shared, const Geometry& g, const float* source, int wide)
        : shared(shared), g(g), source(source), wide(wide) {}

    // `length` words of each column have been packed. Columns behind the last one are that one again; their sums are not used.
    __device__ __forceinline__ void find(const unsigned* packed, int length) {
        const Place& place = shared.place;
        for (int i = threadIdx.x; i < S::SIDE; i += S::THREADS)
            shared.row[i] = place.row(g, place.first_row + i);
        int first = (place.number * g.groups + place.group) * g.produced;
#pragma unroll
        for (int t = 0; t < TURNS; t++) {
            int column = min(place.first_column + weight_column(t), g.produced - 1);
            weight[t] = reinterpret_cast<const uint4*>(packed + static_cast<int64_t>(first + column) * length) + weight_vector();
        }
        if (LOADING == TABLE)
            for (int i = threadIdx.x; i < place.taps() * g.reduced; i += S::THREADS) {
                int rest = i / g.reduced;
                int k2 = rest % place.phase[2].taps;
                rest /= place.phase[2].taps;
                int4 tap = place.tap(g, rest / place.phase[1].taps, rest % place.phase[1].taps, k2);
                tap.x += i % g.reduced * g.source_c;
                shared.tap[i] = tap;
            }
    }

    // Eight neighbours take eight columns, so that their stores meet eight different quarters of the banks.
    static __device__ __forceinline__ int weight_column(int turn) {
        return threadIdx.x / (8 * BESIDE) * 8 + (threadIdx.x & 7) + turn * (S::THREADS / BESIDE);
    }

    static __device__ __forceinline__ int weight_vector() {
        return threadIdx.x / 8 % BESIDE;
    }

    // The tap has changed.
    __device__ __forceinline__ void enter() {
        int4 tap = shared.place.tap(g, j0, j1, j2);
        inside = 0;
#pragma unroll
        for (int i = 0; i < LINES; i++) {
            int4 row = shared.row[LOADING == CHANNELS ? S::quad(i) : S::line()];
            at[i] = row.x + tap.x;
            inside |= contains(g, row, tap) ? 1u << i : 0;
        }
    }

    __device__ __forceinline__ void advance() {
        step++;
        channel += S::DEPTH;
        if (LOADING == TABLE || channel < g.reduced)
            return;
        channel = 0;
        shared.place.next_tap(j0, j1, j2);
        enter();
    }

    __device__ __forceinline__ void load_table(int depth) {
        int4 row = shared.row[S::line()];
#pragma unroll
        for (int i = 0; i < S::EACH; i++) {
            int k = step * S::DEPTH + S::line_step() + i;
            loaded[i] = 0;
            if (k < depth) {
                int4 tap = shared.tap[k];
                if (contains(g, row, tap))
                    loaded[i] = source[row.x + tap.x];
            }
        }
    }

    __device__ __forceinline__ void load_line() {
        int c = channel + S::line_step();
        const float* from = source + at[0] + static_cast<int64_t>(c) * g.source_c;
#pragma unroll
        for (int i = 0; i < S::EACH; i++)
            loaded[i] = (inside & 1) && c + i < g.reduced ? from[static_cast<int64_t>(i) * g.source_c] : 0;
    }

    __device__ __forceinline__ void load_quads() {
        int c = channel + S::quad_step();
#pragma unroll
        for (int q = 0; q < S::QUADS; q++) {
            const float* from = source + at[q] + static_cast<int64_t>(c) * g.source_c;
            bool here = inside >> q & 1;
            if (wide) {
                float4 four = make_float4(0, 0, 0, 0);
                if (here && c < g.reduced)
                    four = *reinterpret_cast<const float4*>(from);
                *reinterpret_cast<float4*>(loaded + q * 4) = four;
            } else {
#pragma unroll
                for (int e = 0; e < 4; e++)
                    loaded[q * 4 + e] = here && c + e < g.reduced ? from[static_cast<int64_t>(e) * g.source_c] : 0;
            }
        }
    }

    __device__ __forceinline__ void load(int depth) {
        if (LOADING == TABLE)
            load_table(depth);
        else if (LOADING == CHANNELS)
            load_quads();
        else
            load_line();
#pragma unroll
        for (int t = 0; t < TURNS; t++) {
            words[t] = *weight[t];
            weight[t] += BESIDE;
        }
    }

    __device__ __forceinline__ void put(unsigned* tile) {
        if (LOADING == CHANNELS)
            S::store_quads(tile, loaded);
        else
            S::store_line(tile, loaded);
#pragma unroll
        for (int t = 0; t < TURNS; t++)
            *reinterpret_cast<uint4*>(tile + S::OPERAND + weight_column(t) * S::PITCH + weight_vector() * 4) = words[t];
    }

    __device__ __forceinline__ void run() {
        int depth = shared.place.taps() * g.reduced;
        int steps = LOADING == TABLE ? (depth + S::DEPTH - 1) / S::DEPTH
                                     : shared.place.taps() * ((g.reduced + S::DEPTH - 1) / S::DEPTH);
#pragma unroll
        for (int i = 0; i < S::DOWN; i++)
#pragma unroll
            for (int j = 0; j < S::ACROSS; j++)
#pragma unroll
                for (int e = 0; e < 4; e++)
                    sums[i][j][e] = 0;
        if (LOADING != TABLE)
            enter();
        if (steps > 0)
            load(depth);
        int buffer = 0;
        for (int s = 0; s < steps; s++) {
            put(shared.tiles + buffer);
            __syncthreads();
            if (s + 1 < steps) {
                advance();
                load(depth);
            }
            S::add(shared.tiles + buffer, shared.tiles + buffer + S::OPERAND, sums);
            buffer = 2 * S::OPERAND - buffer;
        }
    }

    // The tiles are done with; in their place come the finish of each column and where each row of the result lies.
    __device__ __forceinline__ void find_results(const Finish<float>& finish, ChannelFinish<float>* columns, int* rows) {
        const Place& place = shared.place;
        __syncthreads();
        for (int i = threadIdx.x; i < S::SIDE; i += S::THREADS) {
            int column = min(place.first_column + i, g.produced - 1);
            columns[i] = ChannelFinish<float>(finish, place.group * g.produced + column);
            rows[i] = place.result(g, min(place.first_row + i, place.rows - 1));
        }
        __syncthreads();
    }

    // Eight lanes hold neighbouring rows, four pairs of neighbouring columns: sectors of 32 bytes along pixels as along channels. The loop
    // moves the sums up instead of being written out, so that there is a quarter of the code.
    __device__ __forceinline__ void store(const Finish<float>& finish, float* result) {
        auto columns = reinterpret_cast<ChannelFinish<float>*>(shared.tiles);
        auto rows = reinterpret_cast<int*>(columns + S::SIDE);
        find_results(finish, columns, rows);
        int first = S::column(threadIdx.x, 0);
        int left = g.produced - shared.place.first_column - first;
        float least = finish.relu ? 0 : -INFINITY;
        result += static_cast<int64_t>(shared.place.first_column + first) * g.result_c;
        columns += first;
        rows += S::row(threadIdx.x, 0);
        int below = shared.place.rows - shared.place.first_row - S::row(threadIdx.x, 0);
#pragma unroll 1
        for (int i = 0; i < S::DOWN; i++) {
            store_row<0>(columns, least, below > 0 ? left : 0, result + rows[0]);
            store_row<2>(columns, least, below > 8 ? left : 0, result + rows[8]);
            rows += 16;
            below -= 16;
#pragma unroll
            for (int next = 1; next < S::DOWN; next++)
#pragma unroll
                for (int j = 0; j < S::ACROSS; j++)
#pragma unroll
                    for (int e = 0; e < 4; e++)
                        sums[next - 1][j][e] = sums[next][j][e];
        }
    }

    // Sums FIRST and FIRST + 1 of the first instructions: there are `left` columns from the thread's first one on.
    template<int FIRST>
    __device__ __forceinline__ void store_row(const ChannelFinish<float>* columns, float least, int left, float* to) const {
        int pairs = g.stores == ALONG_CHANNELS ? left : 0;
        int singles = left - pairs;
#pragma unroll
        for (int j = 0; j < S::ACROSS; j++) {
            float a = finished(columns[j * 8], sums[0][j][FIRST], least);
            float b = finished(columns[j * 8 + 1], sums[0][j][FIRST + 1], least);
            float* first = to + static_cast<int64_t>(j * 8) * g.result_c;
            if (pairs > j * 8)
                *reinterpret_cast<float2*>(first) = make_float2(a, b);
            if (singles > j * 8)
                *first = a;
            if (singles > j * 8 + 1)
                first[g.result_c] = b;
        }
    }

    // As ChannelFinish::of, without its branches: where nothing is normalized, the multiplication changes nothing.
    static __device__ __forceinline__ float finished(const ChannelFinish<float>& channel, float y, float least) {
        y = fmaf(y + channel.bias - channel.mean, channel.scale, channel.shift);
        return y <= least ? least : y;
    }
};

template<class S, Loading LOADING>
__device__ __forceinline__ void tensor_convolve(const float* source, const unsigned* packed, int length, int wide, const Geometry& g,
    const Finish<float>& finish, float* result, int row_tiles, int column_tiles) {
    using Tile = TensorConvolution<S, LOADING>;
    __shared__ typename Tile::Shared shared;
    if (threadIdx.x == 0)
        shared.place.find(g, row_tiles, column_tiles, S::SIDE, S::SIDE);
    __syncthreads();
    if (shared.place.first_row >= shared.place.rows)     // of the phases some have fewer positions than others
        return;
    Tile tile(shared, g, source, wide);
    tile.find(packed, length);
    __syncthreads();
    tile.run();
    tile.store(finish, result);
}

// packed[phase][group][produced][word], `length` words each, the last of them zeros for phases with fewer taps.
template<class W, bool TABLE_ORDER>
__device__ __forceinline__ float factor(const float* w, const Weights& weights, const Geometry& g, const Phase* phase, int group, int o,
    int k) {
    int padded = TABLE_ORDER ? g.reduced : (g.reduced + 15) / 16 * 16;
    int c = k % padded;
    int j = k / padded;
    int j2 = j % max(phase[2].taps, 1);
    j /= max(phase[2].taps, 1);
    int j1 = j % max(phase[1].taps, 1);
    int j0 = j / max(phase[1].taps, 1);
    if (c >= g.reduced || j0 >= phase[0].taps || phase[1].taps == 0 || phase[2].taps == 0)
        return 0;
    return w[static_cast<int64_t>(group) * weights.group + o * weights.produced + c * weights.reduced
        + (phase[0].tap_first + j0 * phase[0].tap_step) * weights.at[0] + (phase[1].tap_first + j1 * phase[1].tap_step) * weights.at[1]
        + (phase[2].tap_first + j2 * phase[2].tap_step) * weights.at[2]];
}

template<class W, bool TABLE_ORDER>
__device__ __forceinline__ void tensor_pack(const float* w, const Weights& weights, const Geometry& g, unsigned* packed, int length,
    int numel) {
    for (unsigned i = thread_id(); i < numel; i += thread_count()) {
        int word = i % length;
        int rest = i / length;
        int o = rest % g.produced;
        rest /= g.produced;
        int group = rest % g.groups;
        rest /= g.groups;
        Phase phase[3];
#pragma unroll
        for (int a = 2; a >= 0; a--) {
            int phases = g.transposed ? g.axis[a].stride.size : 1;
            phase[a] = phase_of(g.axis[a], rest % phases, g.transposed);
            rest /= phases;
        }
        float numbers[W::NUMBERS];
#pragma unroll
        for (int e = 0; e < W::NUMBERS; e++)
            numbers[e] = factor<W, TABLE_ORDER>(w, weights, g, phase, group, o, word * W::NUMBERS + e);
        unsigned words[1];
        W::round(numbers, words);
        packed[i] = words[0];
    }
}

#define TENSOR_CONVOLVE(KIND, kind, size, SIDE, BLOCKS, loading, LOADING)                                                              \
    extern "C" __global__ void __launch_bounds__(128, BLOCKS) conv_##kind##_##size##_##loading##_f32(                                  \
        const float* __restrict__ source, const unsigned* __restrict__ packed, int length, int wide, Geometry g, Finish<float> finish, \
        float* __restrict__ result, int row_tiles, int column_tiles) {                                                                 \
        tensor_convolve<TensorTile<KIND, SIDE>, LOADING>(source, packed, length, wide, g, finish, result, row_tiles, column_tiles);    \
    }

#define TENSOR_PACK(KIND, kind, order, TABLE_ORDER)                                                                                    \
    extern "C" __global__ void conv_##kind##_pack_##order##_f32(const float* w, Weights weights, Geometry g, unsigned* packed,         \
        int length, int numel) {                                                                                                       \
        tensor_pack<KIND, TABLE_ORDER>(w, weights, g, packed, length, numel);                                                          \
    }

#define TENSOR_CONVOLUTIONS(KIND, kind)                                                                                                \
    TENSOR_PACK(KIND, kind, taps, false)                                                                                               \
    TENSOR_PACK(KIND, kind, table, true)                                                                                               \
    TENSOR_CONVOLVE(KIND, kind, large, 128, 2, pixels, PIXELS)                                                                         \
    TENSOR_CONVOLVE(KIND, kind, small, 64, 4, pixels, PIXELS)                                                                          \
    TENSOR_CONVOLVE(KIND, kind, large, 128, 2, channels, CHANNELS)                                                                     \
    TENSOR_CONVOLVE(KIND, kind, small, 64, 4, channels, CHANNELS)                                                                      \
    TENSOR_CONVOLVE(KIND, kind, small, 64, 3, table, TABLE)
