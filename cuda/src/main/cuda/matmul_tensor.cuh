// Batched products of float32 matrices on tensor cores: out[b] = x[b] y[b] + bias with factors rounded to one kind of tensor.cuh.
#pragma once
#include "matmul.cuh"
#include "tensor.cuh"

// An operand of any strides, for the loop of gemm.cuh. It is read along the dimension with the smaller stride: by quads along k, 16 bytes
// at a time where strides, extent and address allow, otherwise by lines. Outer positions beyond the end read the last one again; their
// sums are not used.
template<class S>
struct TensorOperand {
    const float* at;
    int outer;       // of the thread's first number, and how many there are
    int outers;
    int outer_stride;
    int k;           // of the thread's first number in a tile
    int k_stride;
    bool by_quads;
    bool wide;
    float held[S::EACH];

    // From element `outer`, 0 of a matrix with `outers` outer positions, one of several matrices; all begin `batch_stride` apart.
    __device__ __forceinline__ TensorOperand(const float* matrix, int outer_, int outers_, int outer_stride_, int k_stride_,
                                             int batch_stride, int length) {
        outers = outers_;
        outer_stride = outer_stride_;
        k_stride = k_stride_;
        by_quads = abs(k_stride) <= abs(outer_stride);
        wide = k_stride == 1 && ((outer_stride | batch_stride | length) & 3) == 0 && (reinterpret_cast<uint64_t>(matrix) & 15) == 0;
        k = by_quads ? S::quad_step() : S::line_step();
        outer = outer_ + (by_quads ? S::quad(0) : S::line());
        at = matrix + static_cast<int64_t>(k) * k_stride;
    }

    __device__ __forceinline__ const float* position(int distance) const {
        return at + static_cast<int64_t>(min(outer + distance, outers - 1)) * outer_stride;
    }

    // Fetches n steps of k, zeros for the rest of the tile.
    __device__ __forceinline__ void first(int n) {
        if (!by_quads) {
            const float* from = position(0);
#pragma unroll
            for (int i = 0; i < S::EACH; i++)
                held[i] = k + i < n ? from[static_cast<int64_t>(i) * k_stride] : 0;
        } else {
#pragma unroll
            for (int q = 0; q < S::QUADS; q++) {
                const float* from = position(q * 32);
#pragma unroll
                for (int e = 0; e < 4; e++)
                    held[q * 4 + e] = k + e < n ? from[static_cast<int64_t>(e) * k_stride] : 0;
            }
        }
        at += static_cast<int64_t>(n) * k_stride;
    }

    __device__ __forceinline__ void next() {
        if (!by_quads) {
            const float* from = position(0);
#pragma unroll
            for (int i = 0; i < S::EACH; i++)
                held[i] = from[static_cast<int64_t>(i) * k_stride];
        } else {
#pragma unroll
            for (int q = 0; q < S::QUADS; q++) {
                const float* from = position(q * 32);
                if (wide)
                    *reinterpret_cast<float4*>(held + q * 4) = *reinterpret_cast<const float4*>(from);
                else
#pragma unroll
                    for (int e = 0; e < 4; e++)
                        held[q * 4 + e] = from[static_cast<int64_t>(e) * k_stride];
            }
        }
        at += static_cast<int64_t>(S::DEPTH) * k_stride;
    }

    __device__ __forceinline__ void store(unsigned* tile) const {
        if (by_quads)
            S::store_quads(tile, held);
        else
            S::store_line(tile, held);
    }
};

template<class S>
__device__ __forceinline__ void tensor_product(const float* x, const float* y, const float* bias, float* out, const Product& p) {
    __shared__ alignas(16) unsigned shared[S::SHARED];
    Share share(blockIdx.x, p);
    int row = share.row_tile * S::SIDE;
    int column = share.column_tile * S::SIDE;
    TensorOperand<S> a(x + static_cast<int64_t>(share.batch) * p.x[0] + static_cast<int64_t>(share.k) * p.x[2], row, p.m, p.x[1], p.x[2],
            p.x[0], p.k);
    TensorOperand<S> b(y + static_cast<int64_t>(share.batch) * p.y[0] + static_cast<int64_t>(share.k) * p.y[1], column, p.n, p.y[2], p.y[1],
            p.y[0], p.k);
    float sums[S::DOWN][S::ACROSS][4];
#pragma unroll
    for (int j = 0; j < S::ACROSS; j++)
#pragma unroll
        for (int e = 0; e < 4; e++) {
            int c = column + S::column(threadIdx.x, j) + e % 2;
            float start = bias && c < p.n ? bias[c * p.bias[1]] : 0;
#pragma unroll
            for (int i = 0; i < S::DOWN; i++)
                sums[i][j][e] = start;
        }
    multiply<S>(a, b, share.length, shared, sums);
    unsigned thread = thread_anew();
    Share end(block_anew(), p);
    out = p.result(out, end.batch, end.slice);
    row = end.row_tile * S::SIDE;
    column = end.column_tile * S::SIDE;
#pragma unroll
    for (int i = 0; i < S::DOWN; i++)
#pragma unroll
        for (int half = 0; half < 2; half++) {
            int r = row + S::row(thread, i) + half * 8;
            float* to = out + static_cast<int64_t>(r) * p.out[1];
#pragma unroll
            for (int j = 0; j < S::ACROSS; j++) {
                int c = column + S::column(thread, j);
                if (p.wide) {
                    if (r < p.m && c < p.n)
                        *reinterpret_cast<float2*>(to + c) = make_float2(sums[i][j][half * 2], sums[i][j][half * 2 + 1]);
                } else {
#pragma unroll
                    for (int e = 0; e < 2; e++)
                        if (r < p.m && c + e < p.n)
                            to[static_cast<int64_t>(c + e) * p.out[2]] = sums[i][j][half * 2 + e];
                }
            }
        }
}

// Floor: 2mnk flop at the rate of the tensor cores.
#define TENSOR_PRODUCT(KIND, name, SIDE, BLOCKS)                                                                                       \
    extern "C" __global__ void __launch_bounds__(128, BLOCKS)                                                                          \
            matmul_##name##_##SIDE##_f32(const float* x, const float* y, const float* bias, float* out, Product p) {                   \
        tensor_product<TensorTile<KIND, SIDE>>(x, y, bias, out, p);                                                                    \
    }
