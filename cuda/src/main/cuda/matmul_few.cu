// Products in which the left matrix has few rows: the right one is read once, and that is the floor. A product with few columns comes as
// its transpose. Sums are trees whose shape depends on the sizes alone.
#include "matmul.cuh"

constexpr int FEW_THREADS = 256;
constexpr int FEW_WARPS = FEW_THREADS / 32;

// Half of the values of a lane go to its partner, whose other half comes in return; in the end each lane has the sum over all lanes of
// COUNT / 32 of the values, of one at least. Returns the number of the first one.
template<int PARTNER, int COUNT, class T, int SIZE>
__device__ __forceinline__ int sum_over_warp(T (&values)[SIZE]) {
    if constexpr (PARTNER == 0) {
        return 0;
    } else if constexpr (COUNT == 1) {
        values[0] += __shfl_xor_sync(~0u, values[0], PARTNER);
        return sum_over_warp<PARTNER / 2, 1>(values);
    } else {
        constexpr int HALF = COUNT / 2;
        bool upper = threadIdx.x & PARTNER;
#pragma unroll
        for (int i = 0; i < HALF; i++) {
            T low = values[i];
            T high = values[i + HALF];
            values[i] = (upper ? high : low) + __shfl_xor_sync(~0u, upper ? low : high, PARTNER);
        }
        return (upper ? HALF : 0) + sum_over_warp<PARTNER / 2, HALF>(values);
    }
}

// The right matrix lies along k: a warp takes four columns, its lanes vectors of k. ROWS rows of the left matrix, those that exist.
template<class T, int ROWS>
__device__ __forceinline__ void along_k(const T* x, const T* y, const T* bias, T* out, const Product& p) {
    using V = typename Wide<T>::type;
    constexpr int VECTOR = 16 / sizeof(T);
    constexpr int COLUMNS = 4;
    constexpr int HELD = ROWS > 4 ? 1 : 2;                            // vectors of a column that a lane has on the way
    constexpr int CHUNK = 32 * VECTOR * HELD;
    __shared__ alignas(16) T rows[ROWS * CHUNK];
    Share share(blockIdx.x, p);
    int lane = threadIdx.x & 31;
    int column = (share.column_tile * FEW_WARPS + threadIdx.x / 32) * COLUMNS;
    x += static_cast<int64_t>(share.batch) * p.x[0] + static_cast<int64_t>(share.k) * p.x[2];
    y += static_cast<int64_t>(share.batch) * p.y[0] + share.k;
    T sums[ROWS * COLUMNS] = {};
    for (int from = 0; from < share.length; from += CHUNK) {
        V right[COLUMNS][HELD];
#pragma unroll
        for (int c = 0; c < COLUMNS; c++)
#pragma unroll
            for (int v = 0; v < HELD; v++) {
                int k = from + (v * 32 + lane) * VECTOR;
                right[c][v] = V();
                if (k < share.length)
                    right[c][v] = *reinterpret_cast<const V*>(y + static_cast<int64_t>(min(column + c, p.n - 1)) * p.y[2] + k);
            }
        for (int i = threadIdx.x; i < ROWS * CHUNK; i += FEW_THREADS) {
            int row = i / CHUNK;
            int k = from + i % CHUNK;
            rows[i] = row < p.m && k < share.length ? x[static_cast<int64_t>(row) * p.x[1] + static_cast<int64_t>(k) * p.x[2]] : T();
        }
        __syncthreads();
#pragma unroll
        for (int v = 0; v < HELD; v++)
#pragma unroll
            for (int r = 0; r < ROWS; r++) {
                T left[VECTOR];
                *reinterpret_cast<V*>(left) = *reinterpret_cast<const V*>(rows + r * CHUNK + (v * 32 + lane) * VECTOR);
#pragma unroll
                for (int c = 0; c < COLUMNS; c++)
#pragma unroll
                    for (int e = 0; e < VECTOR; e++)
                        sums[r * COLUMNS + c] = multiply_add(left[e], reinterpret_cast<const T*>(&right[c][v])[e], sums[r * COLUMNS + c]);
            }
        __syncthreads();
    }
    int first = sum_over_warp<16, ROWS * COLUMNS>(sums);
    out = p.result(out, share.batch, share.slice);
    constexpr int COUNT = ROWS * COLUMNS;
    constexpr int SHARERS = COUNT >= 32 ? 1 : 32 / COUNT;             // lanes that have the same sum
#pragma unroll
    for (int i = 0; i < (COUNT + 31) / 32; i++) {
        int row = (first + i) / COLUMNS;
        int c = column + (first + i) % COLUMNS;
        if (row < p.m && c < p.n && (lane & (SHARERS - 1)) == 0)
            out[static_cast<int64_t>(row) * p.out[1] + static_cast<int64_t>(c) * p.out[2]] =
                    sums[i] + (bias ? bias[row * p.bias[0] + c * p.bias[1]] : T());
    }
}

// The right matrix lies along its rows: a lane takes a vector of columns, a warp every eighth stretch of k.
template<class T, int ROWS>
__device__ __forceinline__ void across_k(const T* x, const T* y, const T* bias, T* out, const Product& p) {
    using V = typename Wide<T>::type;
    constexpr int VECTOR = 16 / sizeof(T);
    constexpr int STEPS = 32;
    constexpr int CHUNK = STEPS * FEW_WARPS;
    constexpr int ACROSS = 32 * VECTOR;
    constexpr int SUMS = FEW_WARPS / 2 * ROWS * ACROSS;
    __shared__ alignas(16) T shared[SUMS > CHUNK * ROWS ? SUMS : CHUNK * ROWS];
    Share share(blockIdx.x, p);
    int warp = threadIdx.x / 32;
    int column = share.column_tile * ACROSS + (threadIdx.x & 31) * VECTOR;
    x += static_cast<int64_t>(share.batch) * p.x[0] + static_cast<int64_t>(share.k) * p.x[2];
    y += static_cast<int64_t>(share.batch) * p.y[0] + static_cast<int64_t>(share.k) * p.y[1] + min(column, p.n - VECTOR);
    T sums[ROWS][VECTOR] = {};
    for (int from = 0; from < share.length; from += CHUNK) {
        for (int i = threadIdx.x; i < ROWS * CHUNK; i += FEW_THREADS) {
            int row = i / CHUNK;
            int k = from + i % CHUNK;
            shared[i % CHUNK * ROWS + row] =
                    row < p.m && k < share.length ? x[static_cast<int64_t>(row) * p.x[1] + static_cast<int64_t>(k) * p.x[2]] : T();
        }
        __syncthreads();
#pragma unroll 4
        for (int step = 0; step < STEPS; step++) {
            int k = from + warp * STEPS + step;
            V right = V();
            if (k < share.length)
                right = *reinterpret_cast<const V*>(y + static_cast<int64_t>(k) * p.y[1]);
#pragma unroll
            for (int r = 0; r < ROWS; r++)
#pragma unroll
                for (int e = 0; e < VECTOR; e++)
                    sums[r][e] = multiply_add(shared[(warp * STEPS + step) * ROWS + r], reinterpret_cast<const T*>(&right)[e], sums[r][e]);
        }
        __syncthreads();
    }
    for (int half = FEW_WARPS / 2; half > 0; half /= 2) {
        T* place = shared + (threadIdx.x & (32 * half - 1)) * VECTOR;
        if (warp >= half && warp < 2 * half)
#pragma unroll
            for (int r = 0; r < ROWS; r++)
                *reinterpret_cast<V*>(place + r * half * ACROSS) = *reinterpret_cast<const V*>(sums[r]);
        __syncthreads();
        if (warp < half)
#pragma unroll
            for (int r = 0; r < ROWS; r++) {
                V other = *reinterpret_cast<const V*>(place + r * half * ACROSS);
#pragma unroll
                for (int e = 0; e < VECTOR; e++)
                    sums[r][e] += reinterpret_cast<const T*>(&other)[e];
            }
        __syncthreads();
    }
    out = p.result(out, share.batch, share.slice);
#pragma unroll
    for (int r = 0; r < ROWS; r++)
#pragma unroll
        for (int e = 0; e < VECTOR; e++) {
            int c = column + e;
            if (warp == 0 && r < p.m && c < p.n)
                out[static_cast<int64_t>(r) * p.out[1] + static_cast<int64_t>(c) * p.out[2]] =
                        sums[r][e] + (bias ? bias[r * p.bias[0] + c * p.bias[1]] : T());
        }
}

#define FEW(ROWS, name, T)                                                                                                             \
    extern "C" __global__ void __launch_bounds__(FEW_THREADS, 2)                                                                       \
            matmul_along_##ROWS##_##name(const T* x, const T* y, const T* bias, T* out, Product p) {                                   \
        along_k<T, ROWS>(x, y, bias, out, p);                                                                                          \
    }                                                                                                                                  \
    extern "C" __global__ void __launch_bounds__(FEW_THREADS, 2)                                                                       \
            matmul_across_##ROWS##_##name(const T* x, const T* y, const T* bias, T* out, Product p) {                                  \
        across_k<T, ROWS>(x, y, bias, out, p);                                                                                         \
    }

FEW(1, f32, float)
FEW(4, f32, float)
FEW(16, f32, float)
FEW(1, f64, double)
FEW(4, f64, double)
