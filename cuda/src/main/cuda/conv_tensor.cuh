// Convolutions that are matrix products, and their transposes, on tensor cores, with factors rounded to one kind of tensor.cuh.
//
// Floor: 2 * rows * columns * taps * channels operations at the rate of the tensor cores. The weight has been packed in the order in which
// a block walks through it, in words already, so that it costs 16-byte copies and nothing to find: taps of a phase, within a tap channels,
// each tap filled up with zeros to whole tiles (with a table: all taps together). A thread finds the source under a tap once and then
// copies along channels: of its one position, neighbouring threads of neighbouring positions (PIXELS, TABLE), or four of each of several
// positions, 16 bytes at a time where they lie so (CHANNELS).
#pragma once
#include "conv_walk.cuh"
#include "tensor.cuh"

template<class S, Loading LOADING>
struct TensorConvolution {
    using W = typename S::W;
    using Tile = TensorTile<S, LOADING == CHANNELS ? ALONG_K : ACROSS_K, WORDS>;
    static constexpr int LINES = LOADING == CHANNELS ? S::ROWS * 4 / S::THREADS : 1;
    static constexpr int EACH = S::ROWS * S::DEPTH / S::THREADS;      // steps of its position that a thread copies, but for CHANNELS
    static constexpr int TABLE_SIZE = LOADING == TABLE ? TABLE_ROOM : 1;
    // The weight's words are copied 4 at a time: by so many threads for a column, in so many turns.
    static constexpr int BESIDE = Tile::Right::LINE / 4;
    static constexpr int TURNS = S::COLUMNS * BESIDE / S::THREADS;

    struct Shared {
        int4 row[S::ROWS];               // offset of the source under tap 0, position along each axis
        int4 tap[TABLE_SIZE];            // offset, distance along each axis
        Place place;
    };

    Shared& shared;
    const Geometry& g;
    const float* source;
    bool wide;       // four channels can be copied at once

    // State of the walk over taps and channels.
    int step = 0;
    int channel = -S::DEPTH;
    int j0 = 0, j1 = 0, j2 = 0;
    int at[LINES];
    unsigned inside;
    const unsigned* weight;
    int weight_turn;         // words from one turn to the next
    int columns;             // that there are from the thread's first one on

    __device__ __forceinline__ TensorConvolution(Shared& shared, const Geometry& g, const float* source, int wide)
        : shared(shared), g(g), source(source), wide(wide) {}

    // `length` words of each column have been packed.
    __device__ __forceinline__ void find(const unsigned* packed, int length) {
        const Place& place = shared.place;
        for (int i = threadIdx.x; i < S::ROWS; i += S::THREADS)
            shared.row[i] = place.row(g, place.first_row + i);
        int first = (place.number * g.groups + place.group) * g.produced;
        int column = place.first_column + threadIdx.x / BESIDE;
        columns = g.produced - column;
        weight = packed + static_cast<int64_t>(first + min(column, g.produced - 1)) * length + threadIdx.x % BESIDE * 4;
        weight_turn = length * (S::THREADS / BESIDE);
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

    static __device__ __forceinline__ int row_of(int i) {
        return LOADING == CHANNELS ? threadIdx.x / 4 + i * (S::THREADS / 4) : threadIdx.x % S::ROWS;
    }

    static __device__ __forceinline__ int first_step() {
        return LOADING == CHANNELS ? threadIdx.x % 4 * 4 : threadIdx.x / S::ROWS * EACH;
    }

    // The tap has changed.
    __device__ __forceinline__ void enter() {
        int4 tap = shared.place.tap(g, j0, j1, j2);
        inside = 0;
#pragma unroll
        for (int i = 0; i < LINES; i++) {
            int4 row = shared.row[row_of(i)];
            at[i] = row.x + tap.x + first_step() * g.source_c;
            inside |= contains(g, row, tap) ? 1u << i : 0;
        }
    }

    __device__ __forceinline__ void advance() {
        channel += S::DEPTH;
        if (channel < g.reduced)
            return;
        channel = 0;
        shared.place.next_tap(j0, j1, j2);
        enter();
    }

    __device__ __forceinline__ void copy_table(float* tile) {
        int4 row = shared.row[row_of(0)];
        int depth = shared.place.taps() * g.reduced;
#pragma unroll
        for (int i = 0; i < EACH; i++) {
            int k = first_step() + i;
            int4 tap = step + k < depth ? shared.tap[step + k] : make_int4(0, OUTSIDE, OUTSIDE, OUTSIDE);
            bool there = contains(g, row, tap);
            copy_one(tile + Tile::Left::place(row_of(0), k), source + (row.x + tap.x), there);
        }
        step += S::DEPTH;
    }

    __device__ __forceinline__ void copy_line(float* tile) {
        int left = inside ? g.reduced - channel - first_step() : 0;
        const float* from = source + at[0] + static_cast<int64_t>(channel) * g.source_c;
#pragma unroll
        for (int i = 0; i < EACH; i++) {
            copy_one(tile + Tile::Left::place(row_of(0), first_step() + i), from, i < left);
            from += g.source_c;
        }
    }

    __device__ __forceinline__ void copy_quads(float* tile) {
        int left = g.reduced - channel - first_step();
#pragma unroll
        for (int i = 0; i < LINES; i++) {
            bool there = inside >> i & 1 && left > 0;
            const float* from = source + at[i] + static_cast<int64_t>(channel) * g.source_c;
            float* to = tile + Tile::Left::place(row_of(i), first_step());
            if (wide) {
                copy_four(to, from, there);
            } else {
#pragma unroll
                for (int e = 0; e < 4; e++)
                    copy_one(to + e, from + e * g.source_c, there && e < left);
            }
        }
    }

    __device__ __forceinline__ void load(float* left, float* right) {
        if (LOADING == TABLE) {
            copy_table(left);
        } else {
            advance();
            if (LOADING == CHANNELS)
                copy_quads(left);
            else
                copy_line(left);
        }
#pragma unroll
        for (int t = 0; t < TURNS; t++) {
            bool there = t * (S::THREADS / BESIDE) < columns;
            copy_four(right + (threadIdx.x + t * S::THREADS) * 4, weight + t * static_cast<int64_t>(weight_turn), there);
        }
        weight += Tile::Right::LINE;
    }

    __device__ __forceinline__ void run(float* room, float (&sums)[S::DOWN][S::ACROSS][4]) {
        int depth = shared.place.taps() * g.reduced;
        int steps = LOADING == TABLE ? (depth + S::DEPTH - 1) / S::DEPTH
                                     : shared.place.taps() * ((g.reduced + S::DEPTH - 1) / S::DEPTH);
        Tile::clear(sums);
        if (LOADING != TABLE)
            enter();
        Tile::run(*this, steps, room, sums);
    }

    // The tiles are done with; in their place come the finish of each column and where each row of the result lies.
    __device__ __forceinline__ void find_results(const Finish<float>& finish, ChannelFinish<float>* columns, int* rows) {
        const Place& place = shared.place;
        __syncthreads();
        for (int i = threadIdx.x; i < S::COLUMNS; i += S::THREADS) {
            int column = min(place.first_column + i, g.produced - 1);
            columns[i] = ChannelFinish<float>(finish, place.group * g.produced + column);
        }
        for (int i = threadIdx.x; i < S::ROWS; i += S::THREADS)
            rows[i] = place.result(g, min(place.first_row + i, place.rows - 1));
        __syncthreads();
    }

    // The loop moves the sums up instead of being written out, so that there is less code.
    __device__ __forceinline__ void store(const Finish<float>& finish, float* room, float* result, float (&sums)[S::DOWN][S::ACROSS][4]) {
        auto columns = reinterpret_cast<ChannelFinish<float>*>(room);
        auto rows = reinterpret_cast<int*>(columns + S::COLUMNS);
        find_results(finish, columns, rows);
        int first = Tile::column(threadIdx.x, 0);
        int left = g.produced - shared.place.first_column - first;
        float least = finish.relu ? 0 : -INFINITY;
        result += static_cast<int64_t>(shared.place.first_column + first) * g.result_c;
        columns += first;
        int below = shared.place.rows - shared.place.first_row;
#pragma unroll 1
        for (int i = 0; i < S::DOWN; i += 2) {
#pragma unroll
            for (int q = 0; q < 4; q++) {
                int row = Tile::row(threadIdx.x, 2 * i + q);
                if (LOADING != CHANNELS && g.stores == ALONG_PIXELS) {
                    if (q == 0)
                        store_pixels(columns, least, row < below ? left : 0, result + rows[row], sums);
                } else {
                    store_row(columns, least, row < below ? left : 0, result + rows[row], sums[q / 2], q % 2 * 2);
                }
            }
#pragma unroll
            for (int next = 2; next < S::DOWN; next++)
#pragma unroll
                for (int j = 0; j < S::ACROSS; j++)
#pragma unroll
                    for (int e = 0; e < 4; e++)
                        sums[next - 2][j][e] = sums[next][j][e];
        }
    }

    // Four rows, which lie side by side, of all columns: there are `left` of them from the thread's first one on.
    __device__ __forceinline__ void store_pixels(const ChannelFinish<float>* columns, float least, int left, float* to,
        const float (&sums)[S::DOWN][S::ACROSS][4]) const {
#pragma unroll
        for (int j = 0; j < S::ACROSS; j++)
#pragma unroll
            for (int e = 0; e < 2; e++) {
                const ChannelFinish<float>& channel = columns[j * 8 + e];
                float4 four = make_float4(finished(channel, sums[0][j][e], least), finished(channel, sums[0][j][e + 2], least),
                    finished(channel, sums[1][j][e], least), finished(channel, sums[1][j][e + 2], least));
                if (j * 8 + e < left)
                    *reinterpret_cast<float4*>(to + (j * 8 + e) * static_cast<int64_t>(g.result_c)) = four;
            }
    }

    // One row.
    __device__ __forceinline__ void store_row(const ChannelFinish<float>* columns, float least, int left, float* to,
        const float (&sums)[S::ACROSS][4], int from) const {
        int pairs = g.stores == ALONG_CHANNELS ? left : 0;
        int singles = left - pairs;
#pragma unroll
        for (int j = 0; j < S::ACROSS; j++) {
            float a = finished(columns[j * 8], sums[j][from], least);
            float b = finished(columns[j * 8 + 1], sums[j][from + 1], least);
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
    using Work = TensorConvolution<S, LOADING>;
    extern __shared__ float4 room[];
    __shared__ typename Work::Shared shared;
    if (threadIdx.x == 0)
        shared.place.find(g, row_tiles, column_tiles, S::ROWS, S::COLUMNS);
    __syncthreads();
    if (shared.place.first_row >= shared.place.rows)     // of the phases some have fewer positions than others
        return;
    Work work(shared, g, source, wide);
    work.find(packed, length);
    __syncthreads();
    float sums[S::DOWN][S::ACROSS][4];
    work.run(reinterpret_cast<float*>(room), sums);
    work.store(finish, reinterpret_cast<float*>(room), result, sums);
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

#define TENSOR_CONVOLVE(KIND, kind, size, SIDE, WARP, STAGES, BLOCKS, loading, LOADING)                                               \
    extern "C" __global__ void __launch_bounds__(128, BLOCKS) conv_##kind##_##size##_##loading##_f32(                                  \
        const float* __restrict__ source, const unsigned* __restrict__ packed, int length, int wide, Geometry g, Finish<float> finish, \
        float* __restrict__ result, int row_tiles, int column_tiles) {                                                                 \
        tensor_convolve<TensorShape<KIND, SIDE, SIDE, WARP, WARP, STAGES>, LOADING>(source, packed, length, wide, g, finish, result,   \
            row_tiles, column_tiles);                                                                                                  \
    }

#define TENSOR_PACK(KIND, kind, order, TABLE_ORDER)                                                                                    \
    extern "C" __global__ void conv_##kind##_pack_##order##_f32(const float* w, Weights weights, Geometry g, unsigned* packed,         \
        int length, int numel) {                                                                                                       \
        tensor_pack<KIND, TABLE_ORDER>(w, weights, g, packed, length, numel);                                                          \
    }

#define TENSOR_CONVOLUTIONS(KIND, kind)                                                                                                \
    TENSOR_PACK(KIND, kind, taps, false)                                                                                               \
    TENSOR_PACK(KIND, kind, table, true)                                                                                               \
    TENSOR_CONVOLVE(KIND, kind, large, 128, 64, 3, 2, pixels, PIXELS)                                                                  \
    TENSOR_CONVOLVE(KIND, kind, small, 64, 32, 4, 4, pixels, PIXELS)                                                                   \
    TENSOR_CONVOLVE(KIND, kind, large, 128, 64, 3, 2, channels, CHANNELS)                                                              \
    TENSOR_CONVOLVE(KIND, kind, small, 64, 32, 4, 4, channels, CHANNELS)                                                               \
    TENSOR_CONVOLVE(KIND, kind, small, 64, 32, 4, 3, table, TABLE)
