// Attention of few queries to many keys, as when a model writes word after word: a tile of 64 queries would be empty, and one block for a
// head leaves a device idle. Keys are cut into chunks, a block takes one of them for four queries of a head; a second kernel joins what
// chunks have come to, in ascending order (Dao, Haziza, Massa, Sizov 2023, "Flash-Decoding"). How keys are cut depends on sizes alone.
//
// Floor: keys and values, read once.
#pragma once
#include "attention.cuh"

constexpr int FEW = 4;             // queries of a block
constexpr int STEP = 64;           // keys between two looks at the largest score
constexpr int FEW_THREADS = FEW * STEP;

template<class T>
constexpr T UNSEEN = -std::numeric_limits<T>::infinity();

// Mirrors Attention.java.
struct Chunks {
    int count;       // chunks of a head's keys
    int keys;        // of a chunk
    int groups;      // of queries
    int columns;     // of a block's results: 64 or 128, four for each thread
};

// Four elements of a row: neighbours of 16 bytes, or those `lanes` apart. Beyond the end stands 0.
template<class T, bool WIDE>
struct Four {
    T v[4];

    static __device__ __forceinline__ int column(int lane, int lanes, int i) { return WIDE ? 4 * lane + i : lane + i * lanes; }

    __device__ __forceinline__ Four(const T* row, int from, int lane, int lanes, int width) {
        if constexpr (WIDE) {
            float4 all = {0, 0, 0, 0};
            if (from + 4 * lane < width)
                all = *reinterpret_cast<const float4*>(row + from + 4 * lane);
            v[0] = all.x;
            v[1] = all.y;
            v[2] = all.z;
            v[3] = all.w;
        } else {
#pragma unroll
            for (int i = 0; i < 4; i++) {
                int c = from + column(lane, lanes, i);
                v[i] = c < width ? row[c] : T(0);
            }
        }
    }
};

// What the product of a query and a key becomes: minus infinity where the query does not see the key, or there is none before `to`.
template<class T>
__device__ __forceinline__ T few_score(const Heads& h, const void* mask, int batch, int head, int query, int key, int to,
                                       T product, T scale) {
    if (query >= h.queries || key >= (h.causal ? min(to, query + 1) : to))
        return UNSEEN<T>;
    int64_t at = static_cast<int64_t>(batch) * h.mask_stride[0] + static_cast<int64_t>(head) * h.mask_stride[1]
            + static_cast<int64_t>(query) * h.mask_stride[2] + static_cast<int64_t>(key) * h.mask_stride[3];
    if (h.mask == 1 && !static_cast<const uint8_t*>(mask)[at])
        return UNSEEN<T>;
    T score = product * scale;
    return h.mask == 2 ? score + static_cast<const T*>(mask)[at] : score;
}

// 1 / (1 - rate), or 0 for an entry that is dropped. Dropout: numbers of SplitMix64, see core's RandomKey.
template<class T>
__device__ __forceinline__ T few_kept(const Heads& h, int64_t row_of_p, int key, T kept) {
    constexpr uint64_t GOLDEN = 0x9E3779B97F4A7C15ull;
    if (!h.dropout)
        return 1;
    uint64_t z = h.random + *h.shift * GOLDEN + (row_of_p * h.keys + key) * GOLDEN;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return (z ^ (z >> 31)) >> 11 >= h.threshold ? kept : T(0);
}

// Products of FEW queries with STEP keys from `key` on, those before `to`: one for each thread, a chain in ascending order, so that they
// have the bits of those which the gradients compute again.
template<class T, bool WIDE>
__device__ __forceinline__ void few_products(const T* q, const T* k, const Heads& h, int query, int key, int to,
                                             T (&products)[FEW][STEP]) {
    int i = threadIdx.x / STEP, j = threadIdx.x % STEP;
    T sum = 0;
    if (key + j < to) {
        q += static_cast<int64_t>(min(query + i, h.queries - 1)) * h.q.row;
        k += static_cast<int64_t>(key + j) * h.k.row;
#pragma unroll 4
        for (int c = 0; c < h.width; c += 4) {
            Four<T, WIDE> a(q, c, 0, 1, h.width);
            Four<T, WIDE> b(k, c, 0, 1, h.width);
#pragma unroll
            for (int e = 0; e < 4; e++)
                sum = multiply_add(a.v[e], b.v[e], sum);
        }
    }
    products[i][j] = sum;
}

// The largest score of a query so far, and the sum of exponentials; of one warp, whose lanes all hold it.
template<class T>
struct Running {
    T most = UNSEEN<T>;
    T total = 0;

    // Takes in two scores of each lane, which become exponentials. Returns the factor for what has been summed before.
    __device__ __forceinline__ T add(T& a, T& b) {
        T largest = larger(a, larger(b, most));
#pragma unroll
        for (int partner = 1; partner < 32; partner *= 2)
            largest = larger(largest, __shfl_xor_sync(~0u, largest, partner));
        T shrink = most == largest ? T(1) : exponential(most - largest);
        most = largest;
        a = a == UNSEEN<T> ? T(0) : exponential(a - most);
        b = b == UNSEEN<T> ? T(0) : exponential(b - most);
        T sum = a + b;
#pragma unroll
        for (int partner = 1; partner < 32; partner *= 2)
            sum += __shfl_xor_sync(~0u, sum, partner);
        total = multiply_add(total, shrink, sum);
        return shrink;
    }
};

// A chunk of keys for four queries of a head. With one chunk the results are complete, else sums[row][chunk][out] are those of values times
// exponentials, and known[row][chunk] the largest score and the sum of exponentials, `row` being the number of the query among all.
template<class T, bool WIDE>
__device__ __forceinline__ void few(const T* q, const T* k, const T* v, const void* mask, T* out, T* statistics, T* sums, T* known,
                                    const Heads& h, const Chunks& chunks, T scale, T kept) {
    __shared__ T p[FEW][STEP];
    __shared__ T shrinks[FEW];
    __shared__ T totals[FEW];
    __shared__ T parts[FEW_THREADS][FEW][4];
    unsigned rest = blockIdx.x;
    int chunk = rest % chunks.count;
    rest /= chunks.count;
    int query = rest % chunks.groups * FEW;
    rest /= chunks.groups;
    int blocks = max(1, (h.out + chunks.columns - 1) / chunks.columns);
    int column = rest % blocks * chunks.columns;
    rest /= blocks;
    int head = rest % h.heads, batch = rest / h.heads;
    q = h.q.of(q, batch, head);
    k = h.k.of(k, batch, head);
    v = h.v.of(v, batch, head);
    int row = (batch * h.heads + head) * h.queries + query;
    int lanes = chunks.columns / 4, lane = threadIdx.x % lanes, share = threadIdx.x / lanes, shares = FEW_THREADS / lanes;
    int warp = threadIdx.x / 32;
    Running<T> running;
    T acc[FEW][4] = {};
    int to = min(h.causal ? min(h.keys, query + FEW) : h.keys, (chunk + 1) * chunks.keys);
    for (int key = chunk * chunks.keys; key < to; key += STEP) {
        few_products<T, WIDE>(q, k, h, query, key, to, p);
        __syncthreads();
        if (warp < FEW) {
            int i = threadIdx.x % 32;
            T a = few_score(h, mask, batch, head, query + warp, key + i, to, p[warp][i], scale);
            T b = few_score(h, mask, batch, head, query + warp, key + i + 32, to, p[warp][i + 32], scale);
            T shrink = running.add(a, b);
            p[warp][i] = a * few_kept(h, row + warp, key + i, kept);
            p[warp][i + 32] = b * few_kept(h, row + warp, key + i + 32, kept);
            if (i == 0)
                shrinks[warp] = shrink;
        }
        __syncthreads();
#pragma unroll
        for (int i = 0; i < FEW; i++)
#pragma unroll
            for (int e = 0; e < 4; e++)
                acc[i][e] *= shrinks[i];
#pragma unroll 4
        for (int j = share; j < min(STEP, to - key); j += shares) {
            Four<T, WIDE> a(v + static_cast<int64_t>(key + j) * h.v.row, column, lane, lanes, h.out);
#pragma unroll
            for (int i = 0; i < FEW; i++)
#pragma unroll
                for (int e = 0; e < 4; e++)
                    acc[i][e] = multiply_add(p[i][j], a.v[e], acc[i][e]);
        }
        __syncthreads();
    }
    bool whole = chunks.count == 1;
    if (warp < FEW && threadIdx.x % 32 == 0) {
        totals[warp] = running.total;
        if (column == 0 && query + warp < h.queries) {
            T* to = whole ? h.statistics.of(statistics, batch, head) + static_cast<int64_t>(query + warp) * h.statistics.row
                    : known + 2 * (static_cast<int64_t>(row + warp) * chunks.count + chunk);
            to[0] = running.most;
            to[1] = running.total;
        }
    }
#pragma unroll
    for (int i = 0; i < FEW; i++)
#pragma unroll
        for (int e = 0; e < 4; e++)
            parts[threadIdx.x][i][e] = acc[i][e];
    __syncthreads();
    out = h.result.of(out, batch, head);
    for (int n = threadIdx.x; n < FEW * chunks.columns; n += FEW_THREADS) {
        int i = n / chunks.columns, at = n % chunks.columns;
        int owner = WIDE ? at / 4 : at % lanes, e = WIDE ? at % 4 : at / lanes;
        if (query + i >= h.queries || column + at >= h.out)
            continue;
        T sum = 0;
        for (int s = 0; s < shares; s++)
            sum += parts[s * lanes + owner][i][e];
        if (whole)
            out[static_cast<int64_t>(query + i) * h.result.row + column + at] = totals[i] == 0 ? T(0) : sum / totals[i];
        else
            sums[(static_cast<int64_t>(row + i) * chunks.count + chunk) * h.out + column + at] = sum;
    }
}

// Block i joins the chunks of query number i among all.
template<class T>
__device__ __forceinline__ void few_join(const T* sums, const T* known, T* out, T* statistics, const Heads& h, int count) {
    int query = blockIdx.x % h.queries;
    int head = blockIdx.x / h.queries % h.heads, batch = blockIdx.x / h.queries / h.heads;
    sums += static_cast<int64_t>(blockIdx.x) * count * h.out;
    known += static_cast<int64_t>(blockIdx.x) * count * 2;
    T most = known[0];
    for (int i = 1; i < count; i++)
        most = larger(known[2 * i], most);
    T total = 0;
    for (int i = 0; i < count; i++)
        total = multiply_add(known[2 * i + 1], known[2 * i] == most ? T(1) : exponential(known[2 * i] - most), total);
    out = h.result.of(out, batch, head) + static_cast<int64_t>(query) * h.result.row;
    for (int c = threadIdx.x; c < h.out; c += blockDim.x) {
        T sum = 0;
#pragma unroll 4
        for (int i = 0; i < count; i++)
            sum = multiply_add(sums[static_cast<int64_t>(i) * h.out + c], known[2 * i] == most ? T(1) : exponential(known[2 * i] - most),
                               sum);
        out[c] = total == 0 ? T(0) : sum / total;
    }
    if (threadIdx.x == 0) {
        T* to = h.statistics.of(statistics, batch, head) + static_cast<int64_t>(query) * h.statistics.row;
        to[0] = most;
        to[1] = total;
    }
}

#define ATTENTION_FEW(name, T, WIDE, BLOCKS)                                                                                           \
    extern "C" __global__ void __launch_bounds__(FEW_THREADS, BLOCKS)                                                                  \
            attention_few_##name(const T* q, const T* k, const T* v, const void* mask, T* out, T* statistics, T* sums, T* known,       \
                                 Heads h, Chunks chunks, T scale, T kept) {                                                            \
        few<T, WIDE>(q, k, v, mask, out, statistics, sums, known, h, chunks, scale, kept);                                             \
    }
#define ATTENTION_JOIN(name, T)                                                                                                        \
    extern "C" __global__ void attention_join_##name(const T* sums, const T* known, T* out, T* statistics, Heads h, int count) {        \
        few_join(sums, known, out, statistics, h, count);                                                                              \
    }
