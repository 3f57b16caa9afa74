// Gradients of attention of float32 heads up to 64 wide: first the dots, then the gradients of keys and values, then those of queries from
// the dS that the kernel before has left in memory. Where that would be too much of it, see attention_narrow_again.cu.
#include "attention_narrow.cuh"

using S = NarrowTile;

// Queries of a row of dS as it is left in memory.
__device__ __forceinline__ int narrow_across(int queries) {
    return (queries + 63) / 64 * 64;
}

// Leaves entries [..][part * 4 ...] of a tile of rows of keys: from `key`, `query` on.
__device__ __forceinline__ void narrow_leave(const float (&tile)[S::ROWS][S::COLUMNS], int part, float* ds, int across, int key, int keys,
                                             int query) {
    int row = key + S::row(threadIdx.x, 0);
    ds += static_cast<int64_t>(row) * across + query + S::column(threadIdx.x, part * 4);
#pragma unroll
    for (int i = 0; i < S::ROWS; i++) {
        if (row < keys)
            *reinterpret_cast<float4*>(ds) = make_float4(tile[i][part * 4], tile[i][part * 4 + 1], tile[i][part * 4 + 2],
                                                         tile[i][part * 4 + 3]);
        int step = i % 4 == 3 ? S::NEXT_ROWS - 3 : 1;
        row += step;
        ds += static_cast<int64_t>(step) * across;
    }
}

// dots = sum of P * dP over the keys of each query, which is the sum of out * dout. Sixteen lanes share a query. They add in the order in
// which dP is made, from the first number to the last: where a query sees one key alone, dP - dots is then 0 as it should be.
__device__ __forceinline__ void narrow_dots(const float* dout, const float* out, float* dots, const Heads& h, const Rows& outs) {
    int thread = threadIdx.x % 16;
    int row = blockIdx.x * (blockDim.x / 16) + threadIdx.x / 16;
    int rows = h.batches * h.heads * h.queries;
    int at = min(row, rows - 1);
    int query = at % h.queries;
    int head = at / h.queries % h.heads;
    int batch = at / h.queries / h.heads;
    float4 a = {0, 0, 0, 0};
    float4 b = {0, 0, 0, 0};
    if (thread * 4 < h.out) {
        a = *reinterpret_cast<const float4*>(h.dout.of(dout, batch, head) + static_cast<int64_t>(query) * h.dout.row + thread * 4);
        b = *reinterpret_cast<const float4*>(outs.of(out, batch, head) + static_cast<int64_t>(query) * outs.row + thread * 4);
    }
    float sum = 0;
#pragma unroll
    for (int lane = 0; lane < 16; lane++)
        sum = __shfl_sync(~0u, fmaf(a.w, b.w, fmaf(a.z, b.z, fmaf(a.y, b.y, fmaf(a.x, b.x, sum)))), lane, 16);
    if (thread == 0 && row < rows)
        dots[row] = sum;
}

// dv = dropout(P)' dout and dk = scale * dS' q of a tile of keys. One half of the block computes P and dv, the other dS and dk.
//
// Where `ds` is not null, dS is left there as well, turned: [heads of the grid, keys, queries in whole tiles].
__device__ __forceinline__ void narrow_key_gradients(const float* dout, const float* q, const float* k, const float* v, const void* mask,
                                                     const float* statistics, const float* dots, float* dk, float* dv, float* ds,
                                                     const Heads& h, const Rows& dvs, int first_head, float scale, float kept) {
    using L = BackwardShared;
    int half = threadIdx.x / S::THREADS;
    int thread = threadIdx.x % S::THREADS;
    L shared(half);
    Place place(h.keys, h, first_head, false);
    Entries<S, true> entries{h, mask, place.batch, place.head, scale, kept};
    Matrix queries{h.q.of(q, place.batch, place.head), h.q.row, h.queries, h.width};
    Matrix keys{h.k.of(k, place.batch, place.head), h.k.row, h.keys, h.width};
    Matrix values{h.v.of(v, place.batch, place.head), h.v.row, h.keys, h.out};
    Matrix results{h.dout.of(dout, place.batch, place.head), h.dout.row, h.queries, h.out};
    Matrix columns = either(half, results, queries);
    Matrix rows = either(half, queries, results);
    statistics = h.statistics.of(statistics, place.batch, place.head);
    dots += (static_cast<int64_t>(place.batch) * h.heads + place.head) * h.queries;
    float* mine = shared.weights + half * S::HALF * S::PITCH;
    int across = narrow_across(h.queries);
    if (ds)
        ds += place.nth(h, first_head) * h.keys * across;
    int from = h.causal ? place.first : 0;
    turn<S::THREADS>(either(half, values, keys), place.first, shared.own, thread);
    Slice<L::DEPTH> slice;
    slice.start_columns(columns, from, thread);
    slice.fetch_columns(columns, 0, thread);
    slice.store_columns(shared.slices, thread);
    float sums[S::ROWS][S::COLUMNS] = {};
    int buffer = 0;
    int most = (max(h.width, h.out) + L::DEPTH - 1) / L::DEPTH;
    for (int query = from; query < h.queries; query += S::SIDE) {
        if (threadIdx.x < S::SIDE) {
            int at = min(query + static_cast<int>(threadIdx.x), h.queries - 1);
            shared.know(threadIdx.x, statistics + static_cast<int64_t>(at) * h.statistics.row, dots[at]);
        }
        __syncthreads();
        float p[S::ROWS][S::COLUMNS] = {};
        slice.start_rows(rows, query, thread);
#pragma unroll 1
        for (int s = 0; s < most; s++) {
            bool last = s == most - 1;
            if (last)
                slice.fetch_rows(rows, query, thread);
            else
                slice.fetch_columns(columns, (s + 1) * L::DEPTH, thread);
            S::add<L::DEPTH>(shared.own + s * L::DEPTH * S::PITCH, shared.slices + buffer, p);
            buffer = L::SLICE - buffer;
            if (last)
                slice.store_rows(shared.slices + buffer, thread);
            else
                slice.store_columns(shared.slices + buffer, thread);
            __syncthreads();
        }
        uint64_t left = 0;
        if (half == 0) {
            narrow_probabilities<true>(p, entries, shared.known, shared.known + S::SIDE, place.first, query);
            if (h.dropout)
                left = entries.left(place.first, query);
        } else {
            entries.drop(p, place.first, query);
#pragma unroll
            for (int j = 0; j < S::COLUMNS; j++) {
                float dot = shared.known[2 * S::SIDE + S::column(threadIdx.x, j)];
#pragma unroll
                for (int i = 0; i < S::ROWS; i++)
                    p[i][j] -= dot;
            }
        }
#pragma unroll
        for (int part = 0; part < 2; part++) {
            if (half == 0)
                S::keep(p, part, mine);
            __syncthreads();
            if (half == 1) {
                S::multiply_kept(shared.weights, part, p);
                S::keep(p, part, mine);
                if (ds)
                    narrow_leave(p, part, ds, across, place.first, h.keys, query);
            }
            if (h.dropout) {                                          // dS is made of P as it was before
                __syncthreads();
                if (half == 0) {
#pragma unroll
                    for (int i = 0; i < S::ROWS; i++)
#pragma unroll
                        for (int j = part * 4; j < part * 4 + 4; j++)
                            p[i][j] *= left >> (i * S::COLUMNS + j) & 1 ? kept : 0.0f;
                    S::keep(p, part, mine);
                }
            }
            __syncwarp();
#pragma unroll 1
            for (int s = 0; s < S::HALF / L::DEPTH; s++) {
                bool last = part == 1 && s == S::HALF / L::DEPTH - 1;
                if (last) {
                    slice.start_columns(columns, query + S::SIDE, thread);
                    slice.fetch_columns(columns, 0, thread);
                } else {
                    slice.fetch_rows(rows, query + part * S::HALF + (s + 1) * L::DEPTH, thread);
                }
                S::add<L::DEPTH>(mine + s * L::DEPTH * S::PITCH, shared.slices + buffer, sums);
                buffer = L::SLICE - buffer;
                if (last)
                    slice.store_columns(shared.slices + buffer, thread);
                else
                    slice.store_rows(shared.slices + buffer, thread);
                __syncthreads();
            }
        }
    }
    float factor[S::ROWS];
#pragma unroll
    for (int i = 0; i < S::ROWS; i++)
        factor[i] = half ? scale : 1.0f;
    S::write(sums, factor, half ? h.result.of(dk, place.batch, place.head) : dvs.of(dv, place.batch, place.head),
             half ? h.result.row : dvs.row, place.first, h.keys, half ? h.width : h.out);
}

struct KeptShared {
    static constexpr int DEPTH = 16;
    static constexpr int SLICE = Slice<DEPTH>::ALL;
    static constexpr int ALL = 8 * SLICE;
};

// dq = scale * dS k of a tile of queries, from dS as `narrow_key_gradients` has left it. Each half of the block takes every second tile of
// keys.
__device__ __forceinline__ void narrow_query_gradient_of(const float* ds, const float* k, float* dq, const Heads& h, int first_head,
                                                         float scale) {
    using L = KeptShared;
    __shared__ alignas(16) float all[L::ALL];
    int half = threadIdx.x / S::THREADS;
    int thread = threadIdx.x % S::THREADS;
    float* slices = all + half * 4 * L::SLICE;
    Place place(h.queries, h, first_head, true);
    int seen = h.causal ? min(h.keys, place.first + S::SIDE) : h.keys;
    int across = narrow_across(h.queries);
    Matrix left{ds + place.nth(h, first_head) * h.keys * across + place.first, across, seen, S::SIDE};
    Matrix keys{h.k.of(k, place.batch, place.head), h.k.row, seen, h.width};
    Slice<L::DEPTH> a;
    Slice<L::DEPTH> b;
    a.start_rows(left, half * S::SIDE, thread);
    b.start_rows(keys, half * S::SIDE, thread);
    a.fetch_rows(left, half * S::SIDE, thread);
    b.fetch_rows(keys, half * S::SIDE, thread);
    a.store_rows(slices, thread);
    b.store_rows(slices + L::SLICE, thread);
    __syncthreads();
    float sums[S::ROWS][S::COLUMNS] = {};
    int buffer = 0;
    for (int base = 0; base < seen; base += 2 * S::SIDE) {
#pragma unroll 1
        for (int s = 0; s < S::SIDE / L::DEPTH; s++) {
            int key = base + half * S::SIDE + (s + 1) * L::DEPTH;
            if (s == S::SIDE / L::DEPTH - 1) {                        // the other half takes the tile behind this one
                key += S::SIDE;
                a.start_rows(left, key, thread);
                b.start_rows(keys, key, thread);
            }
            a.fetch_rows(left, key, thread);
            b.fetch_rows(keys, key, thread);
            S::add<L::DEPTH>(slices + buffer, slices + buffer + L::SLICE, sums);
            buffer = 2 * L::SLICE - buffer;
            a.store_rows(slices + buffer, thread);
            b.store_rows(slices + buffer + L::SLICE, thread);
            __syncthreads();
        }
    }
    if (half == 1)
        S::leave(sums, all);
    __syncthreads();
    if (half == 1)
        return;
    S::add_left(all, sums);
    float factor[S::ROWS];
#pragma unroll
    for (int i = 0; i < S::ROWS; i++)
        factor[i] = scale;
    S::write(sums, factor, h.result.of(dq, place.batch, place.head), h.result.row, place.first, h.queries, h.width);
}

extern "C" __global__ void __launch_bounds__(256)
        attention_narrow_dots_f32(const float* dout, const float* out, float* dots, Heads h, Rows outs) {
    narrow_dots(dout, out, dots, h, outs);
}

// Floor: 4 products of queries, keys and width at the rate of the fused multiply-adds.
extern "C" __global__ void __launch_bounds__(128, 2)
        attention_narrow_dkv_f32(const float* dout, const float* q, const float* k, const float* v, const void* mask,
                                 const float* statistics, const float* dots, float* dk, float* dv, float* ds, Heads h, Rows dvs,
                                 int first_head, float scale, float kept) {
    narrow_key_gradients(dout, q, k, v, mask, statistics, dots, dk, dv, ds, h, dvs, first_head, scale, kept);
}

// Floor: one such product.
extern "C" __global__ void __launch_bounds__(128, 3)
        attention_narrow_dq_kept_f32(const float* ds, const float* k, float* dq, Heads h, int first_head, float scale) {
    narrow_query_gradient_of(ds, k, dq, h, first_head, scale);
}
