// Sums of the threads of a block.
#pragma once

// joined[i] = the sum of all threads' sum[i]; blocks of at most MOST threads, whole warps.
template<int MOST, int N>
__device__ __forceinline__ void join_block(float (&sum)[N], float* joined) {
    __shared__ float shared[N][MOST / 32];
    int warps = blockDim.x / 32;
#pragma unroll
    for (int i = 0; i < N; i++) {
#pragma unroll
        for (int distance = 16; distance > 0; distance /= 2)
            sum[i] += __shfl_xor_sync(0xffffffffu, sum[i], distance);
        if (threadIdx.x % 32 == 0)
            shared[i][threadIdx.x / 32] = sum[i];
    }
    __syncthreads();
    for (int i = threadIdx.x; i < N; i += blockDim.x) {
        float total = 0.0f;
        for (int warp = 0; warp < warps; warp++)
            total += shared[i][warp];
        joined[i] = total;
    }
}
