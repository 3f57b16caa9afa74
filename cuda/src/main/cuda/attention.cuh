// Scaled dot-product attention in tiles of queries by keys: scores exist only one tile at a time, in registers, so that memory grows with
// the length of the sequence. The backward pass computes them again from the largest score and the sum of each query.
//
// A block owns a tile of results and walks over all tiles that contribute to it, in ascending order: no sum is shared between blocks.
#pragma once
#include <limits>
#include "gemm.cuh"

// Strides of [B, H, rows, width], whose last dimension is contiguous.
struct Rows {
    int batch;
    int head;
    int row;

    template<class T>
    __device__ __forceinline__ T* of(T* data, int b, int h) const {
        return data + static_cast<int64_t>(b) * batch + static_cast<int64_t>(h) * head;
    }
};

// Mirrors Attention.java.
struct Heads {
    uint64_t random;      // bits of random number 0 before they are mixed
    uint64_t threshold;   // entries whose 53 bits are smaller are dropped
    const int64_t* shift; // by how many numbers the stream has moved on since this kernel was recorded
    int batches;
    int heads;
    int queries;
    int keys;
    int width;            // of queries and keys
    int out;              // of values
    int causal;
    int dropout;          // 1 if there is any
    int mask;             // 0 none, 1 booleans, 2 numbers
    int mask_stride[4];
    Rows q;
    Rows k;
    Rows v;
    Rows statistics;
    Rows dout;
    Rows result;          // what this kernel writes
};

// A bit for each of COUNT entries.
template<int COUNT> struct Bits { using type = unsigned; };
template<> struct Bits<64> { using type = uint64_t; };

// What decides about the entries of a tile of P besides their products. Rows are queries, or keys if BY_KEY. Bit i * COLUMNS + j of a word
// speaks of a thread's entry [i][j]: the loops over entries can then stay loops, and their code short.
template<class S, bool BY_KEY>
struct Entries {
    using T = typename S::T;
    static constexpr T HIDDEN = -std::numeric_limits<T>::infinity();
    static constexpr int COUNT = S::ROWS * S::COLUMNS;
    static constexpr uint64_t GOLDEN = 0x9E3779B97F4A7C15ull;
    using Word = typename Bits<COUNT>::type;
    static constexpr Word ALL = ~Word() >> (8 * sizeof(Word) - COUNT);

    const Heads& h;
    const void* mask;
    int batch;
    int head;
    T scale;
    T kept;

    static __device__ __forceinline__ int query(int row, int column, int i, int j) {
        return BY_KEY ? column + S::column(threadIdx.x, j) : row + S::row(threadIdx.x, i);
    }

    static __device__ __forceinline__ int key(int row, int column, int i, int j) {
        return BY_KEY ? row + S::row(threadIdx.x, i) : column + S::column(threadIdx.x, j);
    }

    __device__ __forceinline__ int64_t mask_at(int query, int key) const {
        return static_cast<int64_t>(batch) * h.mask_stride[0] + static_cast<int64_t>(head) * h.mask_stride[1]
                + static_cast<int64_t>(query) * h.mask_stride[2] + static_cast<int64_t>(key) * h.mask_stride[3];
    }

    // Whose key its query sees, as far as is not a matter of numbers added. The tile begins at `row`, `column`.
    __device__ __forceinline__ Word seen(int row, int column) const {
        int first_query = BY_KEY ? column : row;
        int first_key = BY_KEY ? row : column;
        if (h.mask != 1 && first_query + S::SIDE <= h.queries && first_key + S::SIDE <= h.keys
                && (!h.causal || first_key + S::SIDE <= first_query + 1))
            return ALL;
        Word bits = 0;
#pragma unroll 4
        for (int e = 0; e < COUNT; e++) {
            int q = query(row, column, e / S::COLUMNS, e % S::COLUMNS);
            int k = key(row, column, e / S::COLUMNS, e % S::COLUMNS);
            bool sees = q < h.queries && k < (h.causal ? min(h.keys, q + 1) : h.keys);
            if (sees && h.mask == 1)
                sees = static_cast<const uint8_t*>(mask)[mask_at(q, k)];
            bits |= static_cast<Word>(sees) << e;
        }
        return bits;
    }

    // Products become scores: scale * product + mask, minus infinity where the key is hidden.
    __device__ __forceinline__ void score(T (&p)[S::ROWS][S::COLUMNS], int row, int column) const {
        Word bits = seen(row, column);
#pragma unroll
        for (int i = 0; i < S::ROWS; i++)
#pragma unroll
            for (int j = 0; j < S::COLUMNS; j++)
                p[i][j] = bits >> (i * S::COLUMNS + j) & 1 ? p[i][j] * scale : HIDDEN;
        if (h.mask == 2)
#pragma unroll
            for (int i = 0; i < S::ROWS; i++)
#pragma unroll
                for (int j = 0; j < S::COLUMNS; j++)
                    if (bits >> (i * S::COLUMNS + j) & 1)
                        p[i][j] += static_cast<const T*>(mask)[mask_at(query(row, column, i, j), key(row, column, i, j))];
    }

    // Which entries dropout leaves: numbers of SplitMix64, see core's RandomKey.
    __device__ __forceinline__ Word left(int row, int column) const {
        Word bits = 0;
        uint64_t first = h.random + *h.shift * GOLDEN;
        int64_t row_of_p = (static_cast<int64_t>(batch) * h.heads + head) * h.queries;
#pragma unroll 2
        for (int e = 0; e < COUNT; e++) {
            int q = query(row, column, e / S::COLUMNS, e % S::COLUMNS);
            int k = key(row, column, e / S::COLUMNS, e % S::COLUMNS);
            uint64_t z = first + ((row_of_p + q) * h.keys + k) * GOLDEN;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
            bits |= static_cast<Word>((z ^ (z >> 31)) >> 11 >= h.threshold) << e;
        }
        return bits;
    }

    __device__ __forceinline__ void drop(T (&p)[S::ROWS][S::COLUMNS], int row, int column) const {
        if (!h.dropout)
            return;
        Word bits = left(row, column);
#pragma unroll
        for (int i = 0; i < S::ROWS; i++)
#pragma unroll
            for (int j = 0; j < S::COLUMNS; j++)
                p[i][j] *= bits >> (i * S::COLUMNS + j) & 1 ? kept : T(0);
    }
};

// e^x for x <= 0. Float32: the error of the product grows with -x while the result falls, so that it stays below 1e-7.
__device__ __forceinline__ float exponential(float x) {
    return exp2f(x * 1.44269504f);
}

__device__ __forceinline__ double exponential(double x) {
    return exp(x);
}

// The larger one; NaN is larger than everything.
template<class T>
__device__ __forceinline__ T larger(T a, T b) {
    return a > b || a != a ? a : b;
}

// How operands are read in tiles of S: along k where the width is summed over, across it where rows are.
template<class S>
struct WideReading {
    using Along = Vectors<S, 1>;
    using Across = Vectors<S, 0>;
};

template<class S>
struct AnyReading {
    using Along = Singles<S>;
    using Across = Singles<S>;
};

// The tile of results of a block: which rows of which head, and which columns from where on.
template<class S, int GROUPS>
struct Part {
    int first;
    int column;
    int head;
    int batch;

    __device__ __forceinline__ Part(int rows, int width, const Heads& h, bool last_first) {
        int tiles = (rows + S::SIDE - 1) / S::SIDE;
        int chunks = max(1, (width + GROUPS * S::SIDE - 1) / (GROUPS * S::SIDE));
        unsigned rest = blockIdx.x;
        int tile = rest % tiles;
        first = (last_first ? tiles - 1 - tile : tile) * S::SIDE;     // the longest walk begins first
        rest /= tiles;
        column = rest % chunks * (GROUPS * S::SIDE);
        rest /= chunks;
        head = rest % h.heads;
        batch = rest / h.heads;
    }
};

// Sum or maximum over the threads that share the rows of a tile.
template<class S, class Join>
__device__ __forceinline__ typename S::T over_row(typename S::T x, Join join) {
#pragma unroll
    for (int partner = 2; partner < 2 * S::LANES_ACROSS; partner *= 2)
        x = join(x, __shfl_xor_sync(~0u, x, partner));
    return x;
}

// Leaves a tile in shared memory as the left operand of a product that sums over its columns.
template<class S>
__device__ __forceinline__ void keep(const typename S::T (&tile)[S::ROWS][S::COLUMNS], typename S::T* to) {
    using T = typename S::T;
    using V = typename S::V;
#pragma unroll
    for (int j = 0; j < S::COLUMNS; j++)
#pragma unroll
        for (int i = 0; i < S::ROWS; i += S::VECTOR) {
            T column[S::VECTOR];
#pragma unroll
            for (int e = 0; e < S::VECTOR; e++)
                column[e] = tile[i + e][j];
            *reinterpret_cast<V*>(to + S::column(threadIdx.x, j) * S::PITCH + S::row(threadIdx.x, i)) = *reinterpret_cast<V*>(column);
        }
}

// Writes factor[i] * sums to rows of `width` elements.
template<class S, int GROUPS>
__device__ __forceinline__ void finish(const typename S::T (&sums)[GROUPS][S::ROWS][S::COLUMNS], const typename S::T (&factor)[S::ROWS],
                                       int first, int rows, int column, int width, typename S::T* to, int stride) {
    unsigned thread = thread_anew();
#pragma unroll
    for (int i = 0; i < S::ROWS; i++) {
        int row = first + S::row(thread, i);
#pragma unroll
        for (int g = 0; g < GROUPS; g++)
#pragma unroll
            for (int j = 0; j < S::COLUMNS; j++) {
                int c = column + g * S::SIDE + S::column(thread, j);
                if (row < rows && c < width)
                    to[static_cast<int64_t>(row) * stride + c] = sums[g][i][j] * factor[i];
            }
    }
}

// Adds tile * rows to the sums: `length` rows from `first` on, columns from `column` on.
template<class S, class Reading, int GROUPS>
__device__ __forceinline__ void add_rows(const typename S::T* tile, const typename S::T* rows, int stride, int first, int length,
                                         int column, int width, typename S::T* shared, typename S::T (&sums)[GROUPS][S::ROWS][S::COLUMNS]) {
#pragma unroll
    for (int g = 0; g < GROUPS; g++) {
        typename Reading::Across b(rows + static_cast<int64_t>(first) * stride, column + g * S::SIDE, width, 1, stride);
        multiply_kept<S>(tile, b, width == 0 ? 0 : length, shared, sums[g]);
    }
}

// The tile left[i] . right[j] of rows of `width` elements.
template<class S, class Reading>
__device__ __forceinline__ void dots(const typename S::T* left, int left_stride, int i, int lefts, const typename S::T* right,
                                     int right_stride, int j, int rights, int width, typename S::T* shared,
                                     typename S::T (&sums)[S::ROWS][S::COLUMNS]) {
    typename Reading::Along a(left, i, lefts, left_stride, 1);
    typename Reading::Along b(right, j, rights, right_stride, 1);
    multiply<S>(a, b, width, shared, sums);
}

// out = dropout(P) v of a tile of queries, with the largest score and the sum of each query so far. Floor: 2 * keys * (width + out) flop
// for each query at the rate of the fused multiply-adds.
template<class S, class Reading, int GROUPS>
__device__ __forceinline__ void forward(const typename S::T* q, const typename S::T* k, const typename S::T* v, const void* mask,
                                        typename S::T* out, typename S::T* statistics, const Heads& h, typename S::T scale,
                                        typename S::T kept) {
    using T = typename S::T;
    __shared__ alignas(16) T shared[S::SHARED];
    __shared__ alignas(16) T weights[S::SIDE * S::PITCH];
    Part<S, GROUPS> part(h.queries, h.out, h, h.causal);
    using E = Entries<S, false>;
    E entries{h, mask, part.batch, part.head, scale, kept};
    q = h.q.of(q, part.batch, part.head);
    k = h.k.of(k, part.batch, part.head);
    v = h.v.of(v, part.batch, part.head);
    T largest[S::ROWS];
    T total[S::ROWS];
    T sums[GROUPS][S::ROWS][S::COLUMNS] = {};
#pragma unroll
    for (int i = 0; i < S::ROWS; i++) {
        largest[i] = E::HIDDEN;
        total[i] = 0;
    }
    int seen = h.causal ? min(h.keys, part.first + S::SIDE) : h.keys;
    for (int key = 0; key < seen; key += S::SIDE) {
        T p[S::ROWS][S::COLUMNS] = {};
        dots<S, Reading>(q, h.q.row, part.first, h.queries, k, h.k.row, key, h.keys, h.width, shared, p);
        entries.score(p, part.first, key);
#pragma unroll
        for (int i = 0; i < S::ROWS; i++) {
            T most = largest[i];
#pragma unroll
            for (int j = 0; j < S::COLUMNS; j++)
                most = larger(p[i][j], most);
            most = over_row<S>(most, [](T a, T b) { return larger(a, b); });
            T shrink = largest[i] == most ? T(1) : exponential(largest[i] - most);
            largest[i] = most;
            total[i] *= shrink;
#pragma unroll
            for (int g = 0; g < GROUPS; g++)
#pragma unroll
                for (int j = 0; j < S::COLUMNS; j++)
                    sums[g][i][j] *= shrink;
#pragma unroll
            for (int j = 0; j < S::COLUMNS; j++) {
                p[i][j] = p[i][j] == E::HIDDEN ? T(0) : exponential(p[i][j] - most);
                total[i] += p[i][j];
            }
        }
        entries.drop(p, part.first, key);
        keep<S>(p, weights);
        add_rows<S, Reading>(weights, v, h.v.row, key, min(S::SIDE, seen - key), part.column, h.out, shared, sums);
    }
    T inverse[S::ROWS];
    T* known = h.statistics.of(statistics, part.batch, part.head);
#pragma unroll
    for (int i = 0; i < S::ROWS; i++) {
        total[i] = over_row<S>(total[i], [](T a, T b) { return a + b; });
        inverse[i] = total[i] == 0 ? T(0) : 1 / total[i];
        int query = part.first + S::row(threadIdx.x, i);
        if (S::column(threadIdx.x, 0) == 0 && part.column == 0 && query < h.queries) {
            known[static_cast<int64_t>(query) * h.statistics.row] = largest[i];
            known[static_cast<int64_t>(query) * h.statistics.row + 1] = total[i];
        }
    }
    finish<S, GROUPS>(sums, inverse, part.first, h.queries, part.column, h.out, h.result.of(out, part.batch, part.head), h.result.row);
}

// What is known of the queries of a tile: the largest score, the inverse of the sum, and the sum of P * dP. In shared memory, because
// registers are short.
template<class S>
struct Queries {
    using T = typename S::T;

    T largest[S::SIDE];
    T inverse[S::SIDE];
    T dots[S::SIDE];

    // Visible behind the next barrier.
    __device__ __forceinline__ void load(const T* statistics, const T* row_dots, int first, const Heads& h) {
        if (threadIdx.x < S::SIDE) {
            int query = min(first + static_cast<int>(threadIdx.x), h.queries - 1);
            largest[threadIdx.x] = statistics[static_cast<int64_t>(query) * h.statistics.row];
            inverse[threadIdx.x] = 1 / statistics[static_cast<int64_t>(query) * h.statistics.row + 1];
            if (row_dots)
                dots[threadIdx.x] = row_dots[query];
        }
    }
};

// Turns products q . k of a tile into entries of P.
template<class S, bool BY_KEY>
__device__ __forceinline__ void probabilities(typename S::T (&p)[S::ROWS][S::COLUMNS], const Entries<S, BY_KEY>& entries,
                                              const Queries<S>& queries, int row, int column) {
    using T = typename S::T;
    entries.score(p, row, column);
#pragma unroll
    for (int i = 0; i < S::ROWS; i++)
#pragma unroll
        for (int j = 0; j < S::COLUMNS; j++) {
            int query = entries.query(0, 0, i, j);
            p[i][j] = p[i][j] == entries.HIDDEN ? T(0) : exponential(p[i][j] - queries.largest[query]) * queries.inverse[query];
        }
}

// dots[query] = sum of P * dP over the keys, with dP = dropout(dout v').
template<class S, class Reading>
__device__ __forceinline__ void row_dots(const typename S::T* dout, const typename S::T* q, const typename S::T* k, const typename S::T* v,
                                         const void* mask, const typename S::T* statistics, typename S::T* result, const Heads& h,
                                         typename S::T scale, typename S::T kept) {
    using T = typename S::T;
    __shared__ alignas(16) T shared[S::SHARED];
    __shared__ Queries<S> queries;
    Part<S, 1> part(h.queries, 1, h, h.causal);
    Entries<S, false> entries{h, mask, part.batch, part.head, scale, kept};
    q = h.q.of(q, part.batch, part.head);
    k = h.k.of(k, part.batch, part.head);
    v = h.v.of(v, part.batch, part.head);
    dout = h.dout.of(dout, part.batch, part.head);
    statistics = h.statistics.of(statistics, part.batch, part.head);
    queries.load(statistics, nullptr, part.first, h);
    T sums[S::ROWS] = {};
    int seen = h.causal ? min(h.keys, part.first + S::SIDE) : h.keys;
    for (int key = 0; key < seen; key += S::SIDE) {
        T p[S::ROWS][S::COLUMNS] = {};
        dots<S, Reading>(q, h.q.row, part.first, h.queries, k, h.k.row, key, h.keys, h.width, shared, p);
        probabilities<S, false>(p, entries, queries, part.first, key);
        T dp[S::ROWS][S::COLUMNS] = {};
        dots<S, Reading>(dout, h.dout.row, part.first, h.queries, v, h.v.row, key, h.keys, h.out, shared, dp);
        entries.drop(dp, part.first, key);
#pragma unroll
        for (int i = 0; i < S::ROWS; i++)
#pragma unroll
            for (int j = 0; j < S::COLUMNS; j++)
                sums[i] = multiply_add(p[i][j], dp[i][j], sums[i]);
    }
    result += (static_cast<int64_t>(part.batch) * h.heads + part.head) * h.queries;
#pragma unroll
    for (int i = 0; i < S::ROWS; i++) {
        T sum = over_row<S>(sums[i], [](T a, T b) { return a + b; });
        int query = part.first + S::row(threadIdx.x, i);
        if (S::column(threadIdx.x, 0) == 0 && query < h.queries)
            result[query] = sum;
    }
}

// dv = dropout(P)' dout of a tile of keys.
template<class S, class Reading, int GROUPS>
__device__ __forceinline__ void value_gradient(const typename S::T* dout, const typename S::T* q, const typename S::T* k, const void* mask,
                                               const typename S::T* statistics, typename S::T* dv, const Heads& h, typename S::T scale,
                                               typename S::T kept) {
    using T = typename S::T;
    __shared__ alignas(16) T shared[S::SHARED];
    __shared__ alignas(16) T weights[S::SIDE * S::PITCH];
    __shared__ Queries<S> queries;
    Part<S, GROUPS> part(h.keys, h.out, h, false);
    Entries<S, true> entries{h, mask, part.batch, part.head, scale, kept};
    q = h.q.of(q, part.batch, part.head);
    k = h.k.of(k, part.batch, part.head);
    dout = h.dout.of(dout, part.batch, part.head);
    statistics = h.statistics.of(statistics, part.batch, part.head);
    T sums[GROUPS][S::ROWS][S::COLUMNS] = {};
    for (int query = h.causal ? part.first : 0; query < h.queries; query += S::SIDE) {
        queries.load(statistics, nullptr, query, h);
        T p[S::ROWS][S::COLUMNS] = {};
        dots<S, Reading>(k, h.k.row, part.first, h.keys, q, h.q.row, query, h.queries, h.width, shared, p);
        probabilities<S, true>(p, entries, queries, part.first, query);
        entries.drop(p, part.first, query);
        keep<S>(p, weights);
        add_rows<S, Reading>(weights, dout, h.dout.row, query, min(S::SIDE, h.queries - query), part.column, h.out, shared, sums);
    }
    T one[S::ROWS];
#pragma unroll
    for (int i = 0; i < S::ROWS; i++)
        one[i] = 1;
    finish<S, GROUPS>(sums, one, part.first, h.keys, part.column, h.out, h.result.of(dv, part.batch, part.head), h.result.row);
}

// dk = scale * dS' q of a tile of keys, or dq = scale * dS k of a tile of queries, with dS = P * (dP - dots).
template<class S, class Reading, int GROUPS, bool BY_KEY>
__device__ __forceinline__ void score_gradient(const typename S::T* dout, const typename S::T* q, const typename S::T* k,
                                               const typename S::T* v, const void* mask, const typename S::T* statistics,
                                               const typename S::T* row_dots, typename S::T* result, const Heads& h,
                                               typename S::T scale, typename S::T kept) {
    using T = typename S::T;
    __shared__ alignas(16) T shared[S::SHARED];
    __shared__ alignas(16) T weights[S::SIDE * S::PITCH];
    __shared__ Queries<S> queries;
    Part<S, GROUPS> part(BY_KEY ? h.keys : h.queries, h.width, h, !BY_KEY && h.causal);
    Entries<S, BY_KEY> entries{h, mask, part.batch, part.head, scale, kept};
    q = h.q.of(q, part.batch, part.head);
    k = h.k.of(k, part.batch, part.head);
    v = h.v.of(v, part.batch, part.head);
    dout = h.dout.of(dout, part.batch, part.head);
    statistics = h.statistics.of(statistics, part.batch, part.head);
    row_dots += (static_cast<int64_t>(part.batch) * h.heads + part.head) * h.queries;
    int from = BY_KEY && h.causal ? part.first : 0;
    int to = BY_KEY ? h.queries : h.causal ? min(h.keys, part.first + S::SIDE) : h.keys;
    T sums[GROUPS][S::ROWS][S::COLUMNS] = {};
    if (!BY_KEY)
        queries.load(statistics, row_dots, part.first, h);
    for (int other = from; other < to; other += S::SIDE) {
        if (BY_KEY)
            queries.load(statistics, row_dots, other, h);
        T p[S::ROWS][S::COLUMNS] = {};
        T dp[S::ROWS][S::COLUMNS] = {};
        if constexpr (BY_KEY)
            dots<S, Reading>(k, h.k.row, part.first, h.keys, q, h.q.row, other, h.queries, h.width, shared, p);
        else
            dots<S, Reading>(q, h.q.row, part.first, h.queries, k, h.k.row, other, h.keys, h.width, shared, p);
        probabilities<S, BY_KEY>(p, entries, queries, part.first, other);
        if constexpr (BY_KEY)
            dots<S, Reading>(v, h.v.row, part.first, h.keys, dout, h.dout.row, other, h.queries, h.out, shared, dp);
        else
            dots<S, Reading>(dout, h.dout.row, part.first, h.queries, v, h.v.row, other, h.keys, h.out, shared, dp);
        entries.drop(dp, part.first, other);
#pragma unroll
        for (int i = 0; i < S::ROWS; i++)
#pragma unroll
            for (int j = 0; j < S::COLUMNS; j++)
                p[i][j] *= dp[i][j] - queries.dots[entries.query(0, 0, i, j)];
        keep<S>(p, weights);
        add_rows<S, Reading>(weights, BY_KEY ? q : k, BY_KEY ? h.q.row : h.k.row, other, min(S::SIDE, to - other), part.column, h.width,
                             shared, sums);
    }
    T factor[S::ROWS];
#pragma unroll
    for (int i = 0; i < S::ROWS; i++)
        factor[i] = scale;
    finish<S, GROUPS>(sums, factor, part.first, BY_KEY ? h.keys : h.queries, part.column, h.width,
                      h.result.of(result, part.batch, part.head), h.result.row);
}

// Entries of one type and reading. GROUPS: width of a block's results in tiles.
#define ATTENTION_FORWARD(name, T, S, READING, GROUPS, BLOCKS)                                                                         \
    extern "C" __global__ void __launch_bounds__(S::THREADS, BLOCKS)                                                                   \
            attention_##name(const T* q, const T* k, const T* v, const void* mask, T* out, T* statistics, Heads h, T scale, T kept) {  \
        forward<S, READING<S>, GROUPS>(q, k, v, mask, out, statistics, h, scale, kept);                                                \
    }

#define ATTENTION_DOTS(name, T, S, READING, BLOCKS)                                                                                    \
    extern "C" __global__ void __launch_bounds__(S::THREADS, BLOCKS)                                                                   \
            attention_dots_##name(const T* dout, const T* q, const T* k, const T* v, const void* mask, const T* statistics, T* dots,   \
                                  Heads h, T scale, T kept) {                                                                          \
        row_dots<S, READING<S>>(dout, q, k, v, mask, statistics, dots, h, scale, kept);                                                \
    }

#define ATTENTION_BACKWARD(name, T, S, READING, GROUPS, BLOCKS)                                                                        \
    extern "C" __global__ void __launch_bounds__(S::THREADS, BLOCKS)                                                                   \
            attention_dv_##name(const T* dout, const T* q, const T* k, const void* mask, const T* statistics, T* dv, Heads h, T scale, \
                                T kept) {                                                                                              \
        value_gradient<S, READING<S>, GROUPS>(dout, q, k, mask, statistics, dv, h, scale, kept);                                       \
    }                                                                                                                                  \
    extern "C" __global__ void __launch_bounds__(S::THREADS, BLOCKS)                                                                   \
            attention_dk_##name(const T* dout, const T* q, const T* k, const T* v, const void* mask, const T* statistics,              \
                                const T* dots, T* dk, Heads h, T scale, T kept) {                                                      \
        score_gradient<S, READING<S>, GROUPS, true>(dout, q, k, v, mask, statistics, dots, dk, h, scale, kept);                        \
    }                                                                                                                                  \
    extern "C" __global__ void __launch_bounds__(S::THREADS, BLOCKS)                                                                   \
            attention_dq_##name(const T* dout, const T* q, const T* k, const T* v, const void* mask, const T* statistics,              \
                                const T* dots, T* dq, Heads h, T scale, T kept) {                                                      \
        score_gradient<S, READING<S>, GROUPS, false>(dout, q, k, v, mask, statistics, dots, dq, h, scale, kept);                       \
    }
