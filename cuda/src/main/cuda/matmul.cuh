// Matrix products of all types: which block computes what, and where results go.
#pragma once
#include "common.cuh"
#include "gemm.cuh"

// Sizes and strides of out[b] = x[b] y[b]. Mirrors Matmul.java.
struct Product {
    int batches;
    int m;
    int n;
    int k;
    int row_tiles;
    int column_tiles;
    int slices;      // blocks that share the sums of one tile, and how many steps of k one of them takes
    int slice;
    int x[3];        // strides: batch, row, column
    int y[3];
    int out[3];
    int bias[2];     // strides of the bias: row, column
    int wide;        // 1: rows of out can be written 16 bytes at a time

    // Results of slice s of batch b: one behind the other if there are several.
    template<class T>
    __device__ __forceinline__ T* result(T* to, int b, int s) const {
        return to + (static_cast<int64_t>(s) * batches + b) * out[0];
    }
};

// What one block computes.
struct Share {
    int row_tile;
    int column_tile;
    int slice;
    int batch;
    int k;           // the first step, and how many
    int length;

    __device__ __forceinline__ Share(unsigned block, const Product& p) {
        unsigned rest = block;
        column_tile = rest % p.column_tiles;
        rest /= p.column_tiles;
        row_tile = rest % p.row_tiles;
        rest /= p.row_tiles;
        slice = rest % p.slices;
        batch = rest / p.slices;
        k = slice * p.slice;
        length = min(p.slice, p.k - k);
    }
};

template<class S>
__device__ __forceinline__ void write(typename S::T (&sums)[S::ROWS][S::COLUMNS], typename S::T* out, const Product& p) {
    using V = typename S::V;
    Share share(block_anew(), p);
    unsigned thread = thread_anew();
    out = p.result(out, share.batch, share.slice);
    int row = share.row_tile * S::SIDE + S::row(thread, 0);
    int column = share.column_tile * S::SIDE + S::column(thread, 0);
#pragma unroll
    for (int i = 0; i < S::ROWS; i++) {
        int r = row + i / S::VECTOR * (S::LANES_DOWN * S::VECTOR) + i % S::VECTOR;
        typename S::T* to = out + static_cast<int64_t>(r) * p.out[1];
#pragma unroll
        for (int j = 0; j < S::COLUMNS; j += S::VECTOR) {
            int c = column + j * S::LANES_ACROSS;
            if (p.wide) {
                if (r < p.m && c < p.n)
                    *reinterpret_cast<V*>(to + c) = *reinterpret_cast<V*>(&sums[i][j]);
            } else {
#pragma unroll
                for (int e = 0; e < S::VECTOR; e++)
                    if (r < p.m && c + e < p.n)
                        to[static_cast<int64_t>(c + e) * p.out[2]] = sums[i][j + e];
            }
        }
    }
}

// Sums in tiles; the bias is one number a column.
template<class S, class A, class B>
__device__ __forceinline__ void tiled(const typename S::T* x, const typename S::T* y, const typename S::T* bias, typename S::T* out,
                                      const Product& p) {
    using T = typename S::T;
    __shared__ alignas(16) T shared[S::SHARED];
    Share share(blockIdx.x, p);
    int row = share.row_tile * S::SIDE;
    int column = share.column_tile * S::SIDE;
    A a(x + static_cast<int64_t>(share.batch) * p.x[0] + static_cast<int64_t>(share.k) * p.x[2], row, p.m, p.x[1], p.x[2]);
    B b(y + static_cast<int64_t>(share.batch) * p.y[0] + static_cast<int64_t>(share.k) * p.y[1], column, p.n, p.y[2], p.y[1]);
    T sums[S::ROWS][S::COLUMNS];
#pragma unroll
    for (int j = 0; j < S::COLUMNS; j++) {
        int c = column + S::column(threadIdx.x, j);
        T start = bias && c < p.n ? bias[c * p.bias[1]] : T();
#pragma unroll
        for (int i = 0; i < S::ROWS; i++)
            sums[i][j] = start;
    }
    multiply<S>(a, b, share.length, shared, sums);
    write<S>(sums, out, p);
}

// Each result by one thread: for matrices so small that a tile would be mostly empty.
template<class T>
__device__ __forceinline__ void plain(const T* x, const T* y, const T* bias, T* out, const Product& p, unsigned numel) {
    for (unsigned i = thread_id(); i < numel; i += thread_count()) {
        int column = i % p.n;
        int row = i / p.n % p.m;
        int batch = i / p.n / p.m;
        const T* left = x + static_cast<int64_t>(batch) * p.x[0] + static_cast<int64_t>(row) * p.x[1];
        const T* right = y + static_cast<int64_t>(batch) * p.y[0] + static_cast<int64_t>(column) * p.y[2];
        T sum = bias ? bias[column * p.bias[1]] : T();
        for (int k = 0; k < p.k; k++)
            sum = multiply_add(left[static_cast<int64_t>(k) * p.x[2]], right[static_cast<int64_t>(k) * p.y[1]], sum);
        out[static_cast<int64_t>(batch) * p.out[0] + static_cast<int64_t>(row) * p.out[1] + static_cast<int64_t>(column) * p.out[2]] = sum;
    }
}

// Adds up what the slices of k have contributed, in their order, starting from the bias. Floor: the bytes of the slices, read once.
template<class T>
__device__ __forceinline__ void join(const T* parts, const T* bias, T* out, const Product& p, unsigned numel) {
    for (unsigned i = thread_id(); i < numel; i += thread_count()) {
        int column = i % p.n;
        int row = i / p.n % p.m;
        int batch = i / p.n / p.m;
        T sum = bias ? bias[column * p.bias[1]] : T();
        for (int s = 0; s < p.slices; s++)
            sum += parts[static_cast<int64_t>(s) * numel + i];
        out[static_cast<int64_t>(batch) * p.out[0] + static_cast<int64_t>(row) * p.out[1] + static_cast<int64_t>(column) * p.out[2]] = sum;
    }
}
