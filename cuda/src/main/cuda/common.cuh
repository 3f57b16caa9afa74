// What all kernels share: how elements of views are found, 16-byte accesses, and how a kernel reports a bad index.
#pragma once
#include <cstdint>

constexpr int MAX_RANK = 8;

// How the elements of N views of one shape lie in memory, outermost dimension first. Neighbouring dimensions that can be walked as one have
// been merged, so that the rank is small. Mirrors Strided.java.
template<int N>
struct Strided {
    int numel;
    int rank;
    unsigned magic[MAX_RANK];   // to divide by size[d] with a multiplication: Granlund, Montgomery 1994
    int shift[MAX_RANK];
    int size[MAX_RANK];
    int stride[N][MAX_RANK];    // in elements

    // Distance of element i, counted in row-major order, from the first one in each view.
    __device__ __forceinline__ void offsets(int i, int (&at)[N]) const {
#pragma unroll
        for (int n = 0; n < N; n++)
            at[n] = 0;
        unsigned rest = i;
#pragma unroll
        for (int d = MAX_RANK - 1; d >= 0; d--)
            if (d < rank) {
                unsigned quotient = (__umulhi(rest, magic[d]) + rest) >> shift[d];
                int position = rest - quotient * size[d];
#pragma unroll
                for (int n = 0; n < N; n++)
                    at[n] += position * stride[n][d];
                rest = quotient;
            }
    }
};

// Number of this thread among all of the grid (x only), and how many there are.
__device__ __forceinline__ int thread_id() {
    return blockIdx.x * blockDim.x + threadIdx.x;
}

__device__ __forceinline__ int thread_count() {
    return gridDim.x * blockDim.x;
}

// The first kernel that meets an index outside its range says so here; the host looks when it waits for results. Mirrors Faults.java.
struct Fault {
    int code;      // 0 while there is none
    int pad;
    int64_t value;
    int64_t limit;
};

__device__ __forceinline__ void report(Fault* fault, int code, int64_t value, int64_t limit) {
    if (atomicCAS(&fault->code, 0, code) == 0) {
        fault->value = value;
        fault->limit = limit;
    }
}
