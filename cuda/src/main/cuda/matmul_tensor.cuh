// Batched products of float32 matrices on tensor cores: out[b] = x[b] y[b] + bias with factors rounded to one kind of tensor.cuh.
#pragma once
#include "matmul.cuh"
#include "tensor.cuh"

// Brings the tiles of one operand: 16 bytes at a time, along k or across, or SINGLY, for any strides: one by one, neighbouring threads along
// k. Outer positions beyond the end read the last ones again; their sums are not used.
template<class S, int SIDE, Order ORDER, bool SINGLY>
struct TensorOperand {
    using Tile = OperandTile<typename S::W, SIDE, ORDER>;
    static constexpr int RUN = SINGLY ? 1 : 4;
    static constexpr int COUNT = SIDE * S::DEPTH / RUN / S::THREADS;

    const float* at;     // the first step of the next tile
    int place[COUNT];    // of the thread's numbers in it
    int step;            // from tile to tile
    int left;            // steps of k that are still to come

    static __device__ __forceinline__ int outer(int i) {
        int n = threadIdx.x + i * S::THREADS;
        return ORDER == ALONG_K ? n / (S::DEPTH / RUN) : n % (SIDE / RUN) * RUN;
    }

    static __device__ __forceinline__ int k(int i) {
        int n = threadIdx.x + i * S::THREADS;
        return ORDER == ALONG_K ? n % (S::DEPTH / RUN) * RUN : n / (SIDE / RUN);
    }

    // From element `first`, 0 of a matrix with `outers` outer positions; `length` steps of k.
    __device__ __forceinline__ TensorOperand(const float* matrix, int first, int outers, int outer_stride, int k_stride, int length)
        : at(matrix), step(S::DEPTH * k_stride), left(length) {
#pragma unroll
        for (int i = 0; i < COUNT; i++)
            place[i] = min(first + outer(i), outers - (ORDER == ALONG_K ? 1 : RUN)) * outer_stride + k(i) * k_stride;
    }

    __device__ __forceinline__ void load(float* tile) {
#pragma unroll
        for (int i = 0; i < COUNT; i++) {
            float* to = tile + Tile::place(outer(i), k(i));
            if (SINGLY)
                copy_one(to, at + place[i], k(i) < left);
            else
                copy_four(to, at + place[i], k(i) < left);
        }
        at += step;
        left -= S::DEPTH;
    }
};

template<class A, class B>
struct TensorOperands {
    A& a;
    B& b;

    __device__ __forceinline__ void load(float* left, float* right) {
        a.load(left);
        b.load(right);
    }
};

template<class S, Order LEFT, Order RIGHT, bool SINGLY>
__device__ __forceinline__ void tensor_product(const float* x, const float* y, const float* bias, float* out, const Product& p) {
    using Tile = TensorTile<S, LEFT, RIGHT>;
    extern __shared__ float4 room[];
    Share share(blockIdx.x, p);
    using A = TensorOperand<S, S::ROWS, LEFT, SINGLY>;
    using B = TensorOperand<S, S::COLUMNS, RIGHT, SINGLY>;
    A a(x + static_cast<int64_t>(share.batch) * p.x[0] + static_cast<int64_t>(share.k) * p.x[2], share.row_tile * S::ROWS, p.m, p.x[1],
        p.x[2], share.length);
    B b(y + static_cast<int64_t>(share.batch) * p.y[0] + static_cast<int64_t>(share.k) * p.y[1], share.column_tile * S::COLUMNS, p.n,
        p.y[2], p.y[1], share.length);
    float sums[S::DOWN][S::ACROSS][4];
#pragma unroll
    for (int j = 0; j < S::ACROSS; j++)
#pragma unroll
        for (int e = 0; e < 4; e++) {
            int c = share.column_tile * S::COLUMNS + Tile::column(threadIdx.x, j) + e % 2 * Tile::NEXT_COLUMN;
            float start = bias && c < p.n ? bias[c * p.bias[1]] : 0;
#pragma unroll
            for (int i = 0; i < S::DOWN; i++)
                sums[i][j][e] = start;
        }
    TensorOperands<A, B> operands {a, b};
    Tile::run(operands, (share.length + S::DEPTH - 1) / S::DEPTH, reinterpret_cast<float*>(room), sums);
    unsigned thread = thread_anew();
    Share end(block_anew(), p);
    int row = end.row_tile * S::ROWS;
    int column = end.column_tile * S::COLUMNS;
    out = p.result(out, end.batch, end.slice) + row * static_cast<int64_t>(p.out[1]) + column * static_cast<int64_t>(p.out[2]);
    if (!SINGLY) {
        Tile::store(sums, thread, out, p.out[1], p.m - row, p.n - column);
    } else {
#pragma unroll
        for (int q = 0; q < S::DOWN * 2; q++) {
            int r = Tile::row(thread, q);
#pragma unroll
            for (int j = 0; j < S::ACROSS; j++)
#pragma unroll
                for (int e = 0; e < 2; e++) {
                    int c = Tile::column(thread, j) + e * Tile::NEXT_COLUMN;
                    if (r < p.m - row && c < p.n - column)
                        out[r * static_cast<int64_t>(p.out[1]) + c * static_cast<int64_t>(p.out[2])] = sums[q / 2][j][q % 2 * 2 + e];
                }
        }
    }
}

// Floor: 2mnk flop at the rate of the tensor cores. All but `any` write 16 bytes at a time.
#define TENSOR_PRODUCT(KIND, name, order, SIDE, WARP, STAGES, BLOCKS, LEFT, RIGHT, SINGLY)                                            \
    extern "C" __global__ void __launch_bounds__(128, BLOCKS)                                                                          \
            matmul_##name##_##SIDE##_##order##_f32(const float* x, const float* y, const float* bias, float* out, Product p) {         \
        tensor_product<TensorShape<KIND, SIDE, SIDE, WARP, WARP, STAGES>, LEFT, RIGHT, SINGLY>(x, y, bias, out, p);                    \
    }

#define TENSOR_PRODUCTS(KIND, name, SIDE, WARP, STAGES, BLOCKS)                                                                        \
    TENSOR_PRODUCT(KIND, name, nn, SIDE, WARP, STAGES, BLOCKS, ALONG_K, ACROSS_K, false)                                               \
    TENSOR_PRODUCT(KIND, name, nt, SIDE, WARP, STAGES, BLOCKS, ALONG_K, ALONG_K, false)                                                \
    TENSOR_PRODUCT(KIND, name, tn, SIDE, WARP, STAGES, BLOCKS, ACROSS_K, ACROSS_K, false)                                              \
    TENSOR_PRODUCT(KIND, name, tt, SIDE, WARP, STAGES, BLOCKS, ACROSS_K, ALONG_K, false)
