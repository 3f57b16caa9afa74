// Attention of float32 heads at most 64 wide, rows of which can be read 16 bytes at a time. All products are of tiles of 64 rows by 64
// columns; a tile that stays lies whole in shared memory, one that passes by comes in slices, two of which take turns.
//
// A product that leaves its results in registers reads its right operand turned, by columns of 64 rows; one that takes them from shared
// memory and adds them up reads whole rows.
#pragma once
#include "attention.cuh"

// A tile of 64 x 64 results: two warps of 4 x 8 threads with 8 x 8 each, so that whole rows are with one warp. The rows of a thread lie in
// groups of four, and so do its columns.
struct NarrowTile {
    using T = float;
    static constexpr int SIDE = 64;
    static constexpr int HALF = SIDE / 2;
    static constexpr int PITCH = SIDE + 4;
    static constexpr int ALL = SIDE * PITCH;                          // numbers of a tile in shared memory
    static constexpr int ROWS = 8;
    static constexpr int COLUMNS = 8;
    static constexpr int THREADS = 64;
    static constexpr int NEXT_ROWS = 16;                              // from the first four rows of a thread to the others

    // Which of the eight threads side by side this one is.
    static __device__ __forceinline__ int across(unsigned thread) {
        return thread >> 1 & 7;
    }

    // Where in the tile entry [i][j] of a thread belongs.
    static __device__ __forceinline__ int row(unsigned thread, int i) {
        return (thread & 32) + ((thread >> 3 & 2) | (thread & 1)) * 4 + i / 4 * NEXT_ROWS + i % 4;
    }

    static __device__ __forceinline__ int column(unsigned thread, int j) {
        return across(thread) * 4 + j / 4 * HALF + j % 4;
    }

    // sums += a b over DEPTH steps of k, with a[k * PITCH + row] and b[k * PITCH + column].
    template<int DEPTH>
    static __device__ __forceinline__ void add(const float* a, const float* b, float (&sums)[ROWS][COLUMNS]) {
        a += row(threadIdx.x, 0);
        b += column(threadIdx.x, 0);
#pragma unroll
        for (int k = 0; k < DEPTH; k++) {
            float left[ROWS];
            float right[COLUMNS];
#pragma unroll
            for (int i = 0; i < ROWS; i += 4)
                *reinterpret_cast<float4*>(left + i) = *reinterpret_cast<const float4*>(a + k * PITCH + i / 4 * NEXT_ROWS);
#pragma unroll
            for (int j = 0; j < COLUMNS; j += 4)
                *reinterpret_cast<float4*>(right + j) = *reinterpret_cast<const float4*>(b + k * PITCH + j / 4 * HALF);
#pragma unroll
            for (int i = 0; i < ROWS; i++)
#pragma unroll
                for (int j = 0; j < COLUMNS; j++)
                    sums[i][j] = fmaf(left[i], right[j], sums[i][j]);
        }
    }

    // Sum or maximum over the lanes that share rows.
    template<class Join>
    static __device__ __forceinline__ float over_row(float x, Join join) {
#pragma unroll
        for (int partner = 2; partner <= 8; partner *= 2)
            x = join(x, __shfl_xor_sync(~0u, x, partner));
        return x;
    }

    // Leaves columns part * 32 ... of a tile in shared memory as the left operand of a product that sums over them.
    static __device__ __forceinline__ void keep(const float (&tile)[ROWS][COLUMNS], int part, float* to) {
        to += across(threadIdx.x) * 4 * PITCH + row(threadIdx.x, 0);
#pragma unroll
        for (int j = 0; j < 4; j++)
#pragma unroll
            for (int i = 0; i < ROWS; i += 4) {
                int c = part * 4 + j;
                *reinterpret_cast<float4*>(to + j * PITCH + i / 4 * NEXT_ROWS) =
                        make_float4(tile[i][c], tile[i + 1][c], tile[i + 2][c], tile[i + 3][c]);
            }
    }

    // Multiplies them by what another thread has kept.
    static __device__ __forceinline__ void multiply_kept(const float* factors, int part, float (&tile)[ROWS][COLUMNS]) {
        factors += across(threadIdx.x) * 4 * PITCH + row(threadIdx.x, 0);
#pragma unroll
        for (int j = 0; j < 4; j++)
#pragma unroll
            for (int i = 0; i < ROWS; i += 4) {
                float4 f = *reinterpret_cast<const float4*>(factors + j * PITCH + i / 4 * NEXT_ROWS);
                int c = part * 4 + j;
                tile[i][c] *= f.x;
                tile[i + 1][c] *= f.y;
                tile[i + 2][c] *= f.z;
                tile[i + 3][c] *= f.w;
            }
    }

    // The tile to rows of shared memory.
    static __device__ __forceinline__ void leave(const float (&tile)[ROWS][COLUMNS], float* to) {
#pragma unroll
        for (int i = 0; i < ROWS; i++)
#pragma unroll
            for (int j = 0; j < COLUMNS; j += 4)
                *reinterpret_cast<float4*>(to + row(threadIdx.x, i) * PITCH + column(threadIdx.x, j)) =
                        make_float4(tile[i][j], tile[i][j + 1], tile[i][j + 2], tile[i][j + 3]);
    }

    // Adds what `leave` has left there.
    static __device__ __forceinline__ void add_left(const float* from, float (&tile)[ROWS][COLUMNS]) {
#pragma unroll
        for (int i = 0; i < ROWS; i++)
#pragma unroll
            for (int j = 0; j < COLUMNS; j += 4) {
                float4 x = *reinterpret_cast<const float4*>(from + row(threadIdx.x, i) * PITCH + column(threadIdx.x, j));
                tile[i][j] += x.x;
                tile[i][j + 1] += x.y;
                tile[i][j + 2] += x.z;
                tile[i][j + 3] += x.w;
            }
    }

    // Rows from `first` on, factor[i] * tile.
    static __device__ __forceinline__ void write(const float (&tile)[ROWS][COLUMNS], const float (&factor)[ROWS], float* to, int stride,
                                                 int first, int rows, int width) {
#pragma unroll
        for (int i = 0; i < ROWS; i++) {
            int r = first + row(threadIdx.x, i);
#pragma unroll
            for (int j = 0; j < COLUMNS; j += 4) {
                int c = column(threadIdx.x, j);
                if (r < rows && c < width)
                    *reinterpret_cast<float4*>(to + static_cast<int64_t>(r) * stride + c) =
                            make_float4(tile[i][j] * factor[i], tile[i][j + 1] * factor[i], tile[i][j + 2] * factor[i],
                                        tile[i][j + 3] * factor[i]);
            }
        }
    }
};

// The matrix of a head: rows of `width` numbers, a multiple of four and at most 64.
struct Matrix {
    const float* at;
    int stride;
    int rows;
    int width;

    // Zeros beyond the width; a row beyond the last one is that one.
    __device__ __forceinline__ float4 near(int row, int column) const {
        if (column >= width)
            return float4();
        return *reinterpret_cast<const float4*>(at + static_cast<int64_t>(min(row, rows - 1)) * stride + column);
    }
};

__device__ __forceinline__ Matrix either(bool first, const Matrix& a, const Matrix& b) {
    return {first ? a.at : b.at, first ? a.stride : b.stride, first ? a.rows : b.rows, first ? a.width : b.width};
}

// Leaves rows from `first` on, turned: to[column * PITCH + row], all 64 columns.
template<int THREADS>
__device__ __forceinline__ void turn(const Matrix& m, int first, float* to, int thread) {
    using S = NarrowTile;
#pragma unroll 4
    for (int v = thread; v < S::SIDE * 16; v += THREADS) {
        int row = v / 4 % S::SIDE;
        int column = (v / 4 / S::SIDE * 4 + v % 4) * 4;
        float4 x = m.near(first + row, column);
        to[column * S::PITCH + row] = x.x;
        to[(column + 1) * S::PITCH + row] = x.y;
        to[(column + 2) * S::PITCH + row] = x.z;
        to[(column + 3) * S::PITCH + row] = x.w;
    }
}

// A slice of a tile on its way from memory to shared memory: DEPTH columns of 64 rows, turned, or DEPTH whole rows. Slices follow one
// another; most of them lie within their matrix, and no thread has to look.
template<int DEPTH>
struct Slice {
    using S = NarrowTile;
    static constexpr int COUNT = DEPTH * 16 / S::THREADS;
    static constexpr int ACROSS = DEPTH / 4;                          // vectors of a row, if turned
    static constexpr int DOWN = S::THREADS / 16;                      // whole rows at a time
    static constexpr int ALL = DEPTH * S::PITCH;

    float4 held[COUNT];
    const float* column_at[COUNT];
    const float* row_at;

    // Columns from 0 on of rows from `first` on; a row beyond the last one is that one.
    __device__ __forceinline__ void start_columns(const Matrix& m, int first, int thread) {
#pragma unroll
        for (int c = 0; c < COUNT; c++) {
            int row = min(first + thread / ACROSS + c * (S::THREADS / ACROSS), m.rows - 1);
            column_at[c] = m.at + static_cast<int64_t>(row) * m.stride + thread % ACROSS * 4;
        }
    }

    // Zeros beyond the width.
    __device__ __forceinline__ void fetch_columns(const Matrix& m, int column, int thread) {
        bool whole = column + DEPTH <= m.width;
#pragma unroll
        for (int c = 0; c < COUNT; c++) {
            held[c] = float4();
            if (whole || column + thread % ACROSS * 4 < m.width)
                held[c] = *reinterpret_cast<const float4*>(column_at[c]);
            column_at[c] += DEPTH;
        }
    }

    __device__ __forceinline__ void store_columns(float* to, int thread) const {
        to += thread % ACROSS * 4 * S::PITCH + thread / ACROSS;
#pragma unroll
        for (int c = 0; c < COUNT; c++) {
            float* at = to + c * (S::THREADS / ACROSS);
            at[0] = held[c].x;
            at[S::PITCH] = held[c].y;
            at[2 * S::PITCH] = held[c].z;
            at[3 * S::PITCH] = held[c].w;
        }
    }

    // Rows from `first` on.
    __device__ __forceinline__ void start_rows(const Matrix& m, int first, int thread) {
        row_at = m.at + static_cast<int64_t>(first + thread / 16) * m.stride + thread % 16 * 4;
    }

    // Rows from `first` on, which is where the last ones ended; zeros beyond the width and the last row.
    __device__ __forceinline__ void fetch_rows(const Matrix& m, int first, int thread) {
        bool whole = first + DEPTH <= m.rows && m.width == S::SIDE;
#pragma unroll
        for (int c = 0; c < COUNT; c++) {
            held[c] = float4();
            if (whole || (first + thread / 16 + c * DOWN < m.rows && thread % 16 * 4 < m.width))
                held[c] = *reinterpret_cast<const float4*>(row_at + static_cast<int64_t>(c * DOWN) * m.stride);
        }
        row_at += static_cast<int64_t>(DEPTH) * m.stride;
    }

    __device__ __forceinline__ void store_rows(float* to, int thread) const {
        to += thread / 16 * S::PITCH + thread % 16 * 4;
#pragma unroll
        for (int c = 0; c < COUNT; c++)
            *reinterpret_cast<float4*>(to + c * DOWN * S::PITCH) = held[c];
    }
};

// Which tile of which head a block computes. Where queries see only what is before them some tiles have more to do than others: these come
// first; if all blocks run at once the rest comes the other way round, so that the multiprocessors of a large device, which get two
// blocks each, have about the same to do.
struct Place {
    static constexpr unsigned AT_ONCE = 264;

    int first;
    int head;
    int batch;

    // The blocks of the grid are for some heads, from `first_head` on.
    __device__ __forceinline__ Place(int rows, const Heads& h, int first_head, bool longest_last) {
        unsigned tiles = (rows + 63) / 64;
        unsigned heads = gridDim.x / tiles;
        unsigned tile = h.causal ? blockIdx.x / heads : blockIdx.x % tiles;
        unsigned at = h.causal ? blockIdx.x % heads : blockIdx.x / tiles;
        if (h.causal && gridDim.x <= AT_ONCE && tile >= (tiles + 1) / 2)
            tile = tiles - 1 - (tile - (tiles + 1) / 2);
        if (h.causal && longest_last)
            tile = tiles - 1 - tile;
        first = tile * 64;
        at += first_head;
        head = at % h.heads;
        batch = at / h.heads;
    }

    // Of the heads of the grid.
    __device__ __forceinline__ int64_t nth(const Heads& h, int first_head) const {
        return batch * h.heads + head - first_head;
    }
};

// 2^x, 0 where that is less than the smallest normal number.
__device__ __forceinline__ float power_of_two(float x) {
    float y;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

// e^(score - most); minus infinity is no largest score to start from.
__device__ __forceinline__ float weight(float score, float most) {
    return power_of_two((score - most) * 1.44269504f);
}

__device__ __forceinline__ float reference(float most) {
    return most == -INFINITY ? 0.0f : most;
}

// The first `count` of four entries.
__device__ __forceinline__ unsigned first_of_four(int count) {
    return (1u << min(max(count, 0), 4)) - 1;
}

// Products become scores. Unless there is a mask of booleans, a thread sees a range of the columns of each of its rows.
template<bool BY_KEY>
__device__ __forceinline__ void narrow_score(float (&p)[NarrowTile::ROWS][NarrowTile::COLUMNS], const Entries<NarrowTile, BY_KEY>& entries,
                                             int row, int column) {
    using S = NarrowTile;
    const Heads& h = entries.h;
    uint64_t bits = entries.ALL;
    int query = BY_KEY ? column : row;
    int key = BY_KEY ? row : column;
    if (h.mask == 1) {
        bits = entries.seen(row, column);
    } else if (query + S::SIDE > h.queries || key + S::SIDE > h.keys || (h.causal && key + S::SIDE > query + 1)) {
        bits = 0;
#pragma unroll 2
        for (int i = 0; i < S::ROWS; i++) {
            int r = row + S::row(threadIdx.x, i);
            int from = BY_KEY && h.causal ? r : 0;
            int to = r >= (BY_KEY ? h.keys : h.queries) ? 0 : BY_KEY ? h.queries : h.causal ? min(h.keys, r + 1) : h.keys;
#pragma unroll
            for (int part = 0; part < 2; part++) {
                int c = column + S::column(threadIdx.x, part * 4);
                uint64_t four = first_of_four(to - c) & ~first_of_four(from - c);
                bits |= four << (i * S::COLUMNS + part * 4);
            }
        }
    }
#pragma unroll
    for (int i = 0; i < S::ROWS; i++)
#pragma unroll
        for (int j = 0; j < S::COLUMNS; j++)
            p[i][j] = bits >> (i * S::COLUMNS + j) & 1 ? p[i][j] * entries.scale : entries.HIDDEN;
    if (h.mask == 2)
#pragma unroll
        for (int i = 0; i < S::ROWS; i++)
#pragma unroll
            for (int j = 0; j < S::COLUMNS; j++)
                if (bits >> (i * S::COLUMNS + j) & 1)
                    p[i][j] += static_cast<const float*>(entries.mask)[entries.mask_at(entries.query(row, column, i, j),
                                                                                       entries.key(row, column, i, j))];
}

// What shared memory holds in the backward pass: two turned tiles that stay, slices of two that pass by, a tile of entries of P and dS,
// and three numbers of 64 rows.
struct BackwardShared {
    using S = NarrowTile;
    static constexpr int DEPTH = 8;
    static constexpr int SLICE = Slice<DEPTH>::ALL;
    static constexpr int ALL = 2 * S::ALL + 4 * SLICE + S::ALL + 3 * S::SIDE;

    float* own;
    float* slices;
    float* weights;
    float* known;

    // For one half of the block.
    __device__ __forceinline__ BackwardShared(int half) {
        extern __shared__ float4 dynamic_shared[];
        float* all = reinterpret_cast<float*>(dynamic_shared);
        own = all + half * S::ALL;
        slices = all + 2 * S::ALL + half * 2 * SLICE;
        weights = all + 2 * S::ALL + 4 * SLICE;
        known = weights + S::ALL;
    }

    // What P and dS of a query are made with: where scores start from, the inverse of the sum, and the dots.
    __device__ __forceinline__ void know(int query, const float* statistics, float dot) {
        known[query] = reference(statistics[0]);
        known[S::SIDE + query] = statistics[1] == 0 ? 0.0f : 1 / statistics[1];
        known[2 * S::SIDE + query] = dot;
    }
};

// Products of a tile become entries of P.
template<bool BY_KEY>
__device__ __forceinline__ void narrow_probabilities(float (&p)[NarrowTile::ROWS][NarrowTile::COLUMNS],
                                                     const Entries<NarrowTile, BY_KEY>& entries, const float* from, const float* inverse,
                                                     int row, int column) {
    narrow_score(p, entries, row, column);
#pragma unroll
    for (int i = 0; i < NarrowTile::ROWS; i++)
#pragma unroll
        for (int j = 0; j < NarrowTile::COLUMNS; j++) {
            int query = entries.query(0, 0, i, j);
            p[i][j] = weight(p[i][j], from[query]) * inverse[query];
        }
}
