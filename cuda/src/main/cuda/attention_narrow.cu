// Attention of float32 heads up to 64 wide, forward.
#include "attention_narrow.cuh"

using S = NarrowTile;

struct ForwardShared {
    static constexpr int DEPTH = 16;
    static constexpr int SLICE = Slice<DEPTH>::ALL;
    static constexpr int GROUP = 2 * SLICE + S::HALF * S::PITCH;      // slices and weights of a group
};

// out = dropout(P) v of a tile of queries, with the largest score and the sum of each query. GROUPS groups of threads share the keys: each
// takes every GROUPSth tile of them, and what they come to is joined in their order.
template<int GROUPS>
__device__ __forceinline__ void narrow_forward(const float* q, const float* k, const float* v, const void* mask, float* out,
                                               float* statistics, const Heads& h, float scale, float kept) {
    using L = ForwardShared;
    using E = Entries<S, false>;
    extern __shared__ float4 dynamic_shared[];
    float* query = reinterpret_cast<float*>(dynamic_shared);          // turned
    int group = threadIdx.x / S::THREADS;
    int thread = threadIdx.x % S::THREADS;
    float* slices = query + S::ALL + group * L::GROUP;
    float* weights = slices + 2 * L::SLICE;
    Place place(h.queries, h, 0, true);
    E entries{h, mask, place.batch, place.head, scale, kept};
    int seen = h.causal ? min(h.keys, place.first + S::SIDE) : h.keys;
    Matrix queries{h.q.of(q, place.batch, place.head), h.q.row, h.queries, h.width};
    Matrix keys{h.k.of(k, place.batch, place.head), h.k.row, h.keys, h.width};
    Matrix values{h.v.of(v, place.batch, place.head), h.v.row, seen, h.out};
    Slice<L::DEPTH> slice;
    turn<GROUPS * S::THREADS>(queries, place.first, query, threadIdx.x);
    slice.start_columns(keys, group * S::SIDE, thread);
    slice.fetch_columns(keys, 0, thread);
    slice.store_columns(slices, thread);
    __syncthreads();
    float largest[S::ROWS];
    float total[S::ROWS];
    float sums[S::ROWS][S::COLUMNS] = {};
#pragma unroll
    for (int i = 0; i < S::ROWS; i++) {
        largest[i] = E::HIDDEN;
        total[i] = 0;
    }
    int buffer = 0;
    int depths = (h.width + L::DEPTH - 1) / L::DEPTH;
    for (int base = 0; base < seen; base += GROUPS * S::SIDE) {
        int key = base + group * S::SIDE;
        bool mine = key < seen;
        float p[S::ROWS][S::COLUMNS] = {};
        slice.start_rows(values, key, thread);
#pragma unroll 1
        for (int s = 0; s < depths; s++) {
            bool last = s == depths - 1;
            if (last)                                                 // on the way while this slice is worked on
                slice.fetch_rows(values, key, thread);
            else
                slice.fetch_columns(keys, (s + 1) * L::DEPTH, thread);
            if (mine)
                S::add<L::DEPTH>(query + s * L::DEPTH * S::PITCH, slices + buffer, p);
            buffer = L::SLICE - buffer;
            if (last)
                slice.store_rows(slices + buffer, thread);
            else
                slice.store_columns(slices + buffer, thread);
            __syncthreads();
        }
        if (mine) {
            narrow_score(p, entries, place.first, key);
#pragma unroll
            for (int i = 0; i < S::ROWS; i++) {
                float most = p[i][0];
#pragma unroll
                for (int j = 1; j < S::COLUMNS; j++)
                    most = fmaxf(most, p[i][j]);
                most = fmaxf(largest[i], S::over_row(most, [](float a, float b) { return fmaxf(a, b); }));
                float from = reference(most);
                float shrink = weight(largest[i], from);
                largest[i] = most;
                total[i] *= shrink;
#pragma unroll
                for (int j = 0; j < S::COLUMNS; j++)
                    sums[i][j] *= shrink;
#pragma unroll
                for (int j = 0; j < S::COLUMNS; j++) {
                    p[i][j] = weight(p[i][j], from);
                    total[i] += p[i][j];
                }
            }
            entries.drop(p, place.first, key);
        }
#pragma unroll
        for (int part = 0; part < 2; part++) {
            if (mine)
                S::keep(p, part, weights);
            __syncwarp();                                             // nobody else reads the rows of a warp
#pragma unroll 1
            for (int s = 0; s < 2; s++) {
                bool last = part == 1 && s == 1;
                if (last) {
                    slice.start_columns(keys, key + GROUPS * S::SIDE, thread);
                    slice.fetch_columns(keys, 0, thread);
                } else {
                    slice.fetch_rows(values, key + (2 * part + s + 1) * L::DEPTH, thread);
                }
                if (mine)
                    S::add<L::DEPTH>(weights + s * L::DEPTH * S::PITCH, slices + buffer, sums);
                buffer = L::SLICE - buffer;
                if (last)
                    slice.store_columns(slices + buffer, thread);
                else
                    slice.store_rows(slices + buffer, thread);
                __syncthreads();
            }
        }
    }
#pragma unroll
    for (int i = 0; i < S::ROWS; i++)
        total[i] = S::over_row(total[i], [](float a, float b) { return a + b; });
    if constexpr (GROUPS > 1) {
        float* others = query;                                        // the sums of all groups but the first
        float* known = others + (GROUPS - 1) * S::ALL;                // largest and total of each group and row
        static_assert(S::ALL + GROUPS * L::GROUP >= (GROUPS - 1) * S::ALL + GROUPS * S::SIDE * 2, "joining takes no more memory");
        if (S::across(threadIdx.x) == 0)
#pragma unroll
            for (int i = 0; i < S::ROWS; i++)
                *reinterpret_cast<float2*>(known + (group * S::SIDE + S::row(threadIdx.x, i)) * 2) = make_float2(largest[i], total[i]);
        __syncthreads();
#pragma unroll
        for (int i = 0; i < S::ROWS; i++) {
            float2 one[GROUPS];
            float most = E::HIDDEN;
#pragma unroll
            for (int g = 0; g < GROUPS; g++) {
                one[g] = *reinterpret_cast<float2*>(known + (g * S::SIDE + S::row(threadIdx.x, i)) * 2);
                most = fmaxf(most, one[g].x);
            }
            float from = reference(most);
            float shrink = weight(largest[i], from);
#pragma unroll
            for (int j = 0; j < S::COLUMNS; j++)
                sums[i][j] *= shrink;
            largest[i] = most;
            total[i] = 0;
#pragma unroll
            for (int g = 0; g < GROUPS; g++)
                total[i] = fmaf(one[g].y, weight(one[g].x, from), total[i]);
        }
        if (group > 0)
            S::leave(sums, others + (group - 1) * S::ALL);
        __syncthreads();
        if (group > 0)
            return;
#pragma unroll
        for (int g = 1; g < GROUPS; g++)
            S::add_left(others + (g - 1) * S::ALL, sums);
    }
    float* to = h.statistics.of(statistics, place.batch, place.head);
    float inverse[S::ROWS];
#pragma unroll
    for (int i = 0; i < S::ROWS; i++) {
        inverse[i] = total[i] == 0 ? 0.0f : 1 / total[i];
        int row = place.first + S::row(threadIdx.x, i);
        if (S::across(threadIdx.x) == 0 && row < h.queries) {
            bool lost = total[i] != total[i] && largest[i] < INFINITY; // fmaxf passes over NaN
            to[static_cast<int64_t>(row) * h.statistics.row] = lost ? total[i] : largest[i];
            to[static_cast<int64_t>(row) * h.statistics.row + 1] = total[i];
        }
    }
    S::write(sums, inverse, h.result.of(out, place.batch, place.head), h.result.row, place.first, h.queries, h.out);
}

// Floor: 2 * keys * (width + out) flop for each query at the rate of the fused multiply-adds.
extern "C" __global__ void __launch_bounds__(128, 2)
        attention_narrow_f32(const float* q, const float* k, const float* v, const void* mask, float* out, float* statistics, Heads h,
                             float scale, float kept) {
    narrow_forward<2>(q, k, v, mask, out, statistics, h, scale, kept);
}
