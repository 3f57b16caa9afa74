// Gradients of the queries of float32 heads up to 64 wide, with dS computed once more: for sequences so long that it is not kept.
#include "attention_narrow.cuh"

using S = NarrowTile;

// dq = scale * dS k of a tile of queries, with dS = P * (dP - dots) and dP = dropout(dout v'). One half of the block computes P, the other
// dS; then each half adds up over half of the keys.
__device__ __forceinline__ void narrow_query_gradient(const float* dout, const float* q, const float* k, const float* v, const void* mask,
                                                      const float* statistics, const float* dots, float* dq, const Heads& h,
                                                      float scale, float kept) {
    using L = BackwardShared;
    int half = threadIdx.x / S::THREADS;
    int thread = threadIdx.x % S::THREADS;
    L shared(half);
    Place place(h.queries, h, 0, true);
    Entries<S, false> entries{h, mask, place.batch, place.head, scale, kept};
    int seen = h.causal ? min(h.keys, place.first + S::SIDE) : h.keys;
    Matrix queries{h.q.of(q, place.batch, place.head), h.q.row, h.queries, h.width};
    Matrix keys{h.k.of(k, place.batch, place.head), h.k.row, seen, h.width};
    Matrix values{h.v.of(v, place.batch, place.head), h.v.row, seen, h.out};
    Matrix results{h.dout.of(dout, place.batch, place.head), h.dout.row, h.queries, h.out};
    Matrix columns = either(half, values, keys);
    statistics = h.statistics.of(statistics, place.batch, place.head);
    dots += (static_cast<int64_t>(place.batch) * h.heads + place.head) * h.queries;
    if (threadIdx.x < S::SIDE) {
        int at = min(place.first + static_cast<int>(threadIdx.x), h.queries - 1);
        shared.know(threadIdx.x, statistics + static_cast<int64_t>(at) * h.statistics.row, dots[at]);
    }
    turn<S::THREADS>(either(half, results, queries), place.first, shared.own, thread);
    Slice<L::DEPTH> slice;
    slice.start_columns(columns, 0, thread);
    slice.fetch_columns(columns, 0, thread);
    slice.store_columns(shared.slices, thread);
    __syncthreads();
    float sums[S::ROWS][S::COLUMNS] = {};
    int buffer = 0;
    int most = (max(h.width, h.out) + L::DEPTH - 1) / L::DEPTH;
    for (int key = 0; key < seen; key += S::SIDE) {
        float p[S::ROWS][S::COLUMNS] = {};
        slice.start_rows(keys, key + half * S::HALF, thread);
#pragma unroll 1
        for (int s = 0; s < most; s++) {
            bool last = s == most - 1;
            if (last)
                slice.fetch_rows(keys, key + half * S::HALF, thread);
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
        if (half == 0) {
            narrow_probabilities<false>(p, entries, shared.known, shared.known + S::SIDE, place.first, key);
            S::keep(p, 0, shared.weights);
            S::keep(p, 1, shared.weights + S::HALF * S::PITCH);
        } else {
            entries.drop(p, place.first, key);
#pragma unroll
            for (int i = 0; i < S::ROWS; i++) {
                float dot = shared.known[2 * S::SIDE + S::row(threadIdx.x, i)];
#pragma unroll
                for (int j = 0; j < S::COLUMNS; j++)
                    p[i][j] -= dot;
            }
        }
        __syncthreads();
        if (half == 1)                                                // each thread in place of its own entries
#pragma unroll
            for (int part = 0; part < 2; part++) {
                S::multiply_kept(shared.weights + part * S::HALF * S::PITCH, part, p);
                S::keep(p, part, shared.weights + part * S::HALF * S::PITCH);
            }
        __syncthreads();
#pragma unroll 1
        for (int s = 0; s < S::HALF / L::DEPTH; s++) {
            bool last = s == S::HALF / L::DEPTH - 1;
            if (last) {
                slice.start_columns(columns, key + S::SIDE, thread);
                slice.fetch_columns(columns, 0, thread);
            } else {
                slice.fetch_rows(keys, key + half * S::HALF + (s + 1) * L::DEPTH, thread);
            }
            S::add<L::DEPTH>(shared.weights + (half * S::HALF + s * L::DEPTH) * S::PITCH, shared.slices + buffer, sums);
            buffer = L::SLICE - buffer;
            if (last)
                slice.store_columns(shared.slices + buffer, thread);
            else
                slice.store_rows(shared.slices + buffer, thread);
            __syncthreads();
        }
    }
    if (half == 1)
        S::leave(sums, shared.own);
    __syncthreads();
    if (half == 1)
        return;
    S::add_left(shared.own + S::ALL, sums);
    float factor[S::ROWS];
#pragma unroll
    for (int i = 0; i < S::ROWS; i++)
        factor[i] = scale;
    S::write(sums, factor, h.result.of(dq, place.batch, place.head), h.result.row, place.first, h.queries, h.width);
}

// Floor: 3 products of queries, keys and width at the rate of the fused multiply-adds.
extern "C" __global__ void __launch_bounds__(128, 2)
        attention_narrow_dq_f32(const float* dout, const float* q, const float* k, const float* v, const void* mask,
                                const float* statistics, const float* dots, float* dq, Heads h, float scale, float kept) {
    narrow_query_gradient(dout, q, k, v, mask, statistics, dots, dq, h, scale, kept);
}
