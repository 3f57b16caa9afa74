// arch: compute_80
// Batched products of float32 matrices on tensor cores: operands rounded to the 10 bits of TF32, to nearest with ties away from zero, sums
// in float32. Only for those who ask for it.
#include "matmul.cuh"

// A square of SIDE x SIDE results by SIDE * 2 threads: warps of SIDE / 2 x 32 results, in squares of the instruction's 16 x 8. A warp of
// the large tile reads 24 x 128 bytes from shared memory for 16 instructions of 1,024 multiply-adds: 96 cycles for four warps, in which the
// tensor cores of compute capability 8.0 do three quarters of those.
template<int SIDE_>
struct TensorTile {
    using T = float;
    using V = float4;
    static constexpr int SIDE = SIDE_;
    static constexpr int THREADS = 2 * SIDE;
    static constexpr int VECTOR = 4;
    static constexpr int DEPTH = 16;
    static constexpr int HELD = 2;
    static constexpr int PITCH = SIDE + 8;                            // four steps of k then lie in different banks
    static constexpr int DOWN = SIDE / 32;                            // instructions below and beside each other
    static constexpr int ACROSS = 4;
    static constexpr int OPERAND = DEPTH * PITCH;
    static constexpr int SHARED = 4 * OPERAND;

    static __device__ __forceinline__ int row(unsigned thread, int i) {
        return (thread >> 5) / (SIDE / 32) * (SIDE / 2) + i * 16 + (thread >> 2 & 7);
    }

    static __device__ __forceinline__ int column(unsigned thread, int j) {
        return (thread >> 5) % (SIDE / 32) * 32 + j * 8 + (thread & 3) * 2;
    }

    static __device__ __forceinline__ void add(const float* a, const float* b, float (&sums)[DOWN][ACROSS][4]) {
        unsigned thread = threadIdx.x;
        a += (thread & 3) * PITCH + row(thread, 0);
        b += (thread & 3) * PITCH + (thread >> 5) % (SIDE / 32) * 32 + (thread >> 2 & 7);
#pragma unroll
        for (int k = 0; k < DEPTH; k += 8) {
            unsigned left[DOWN][4];
            unsigned right[ACROSS][2];
#pragma unroll
            for (int i = 0; i < DOWN; i++)
#pragma unroll
                for (int e = 0; e < 4; e++)
                    left[i][e] = __float_as_uint(a[(k + e / 2 * 4) * PITCH + i * 16 + e % 2 * 8]);
#pragma unroll
            for (int j = 0; j < ACROSS; j++)
#pragma unroll
                for (int e = 0; e < 2; e++)
                    right[j][e] = __float_as_uint(b[(k + e * 4) * PITCH + j * 8]);
#pragma unroll
            for (int i = 0; i < DOWN; i++)
#pragma unroll
                for (int j = 0; j < ACROSS; j++)
                    asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
                        : "+f"(sums[i][j][0]), "+f"(sums[i][j][1]), "+f"(sums[i][j][2]), "+f"(sums[i][j][3])
                        : "r"(left[i][0]), "r"(left[i][1]), "r"(left[i][2]), "r"(left[i][3]), "r"(right[j][0]), "r"(right[j][1]));
        }
    }
};

// A loader whose numbers are rounded on their way to shared memory.
template<class Loader>
struct Rounded : Loader {
    using Loader::Loader;

    __device__ __forceinline__ void store(float* tile) {
        float* numbers = reinterpret_cast<float*>(Loader::held);
#pragma unroll
        for (int i = 0; i < static_cast<int>(sizeof(Loader::held) / sizeof(float)); i++) {
            unsigned rounded;
            asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(rounded) : "f"(numbers[i]));
            numbers[i] = __uint_as_float(rounded);
        }
        Loader::store(tile);
    }
};

template<class S, class Loader>
__device__ __forceinline__ void tensor(const float* x, const float* y, const float* bias, float* out, const Product& p) {
    __shared__ alignas(16) float shared[S::SHARED];
    Share share(blockIdx.x, p);
    int row = share.row_tile * S::SIDE;
    int column = share.column_tile * S::SIDE;
    Loader a(x + static_cast<int64_t>(share.batch) * p.x[0] + static_cast<int64_t>(share.k) * p.x[2], row, p.m, p.x[1], p.x[2]);
    Loader b(y + static_cast<int64_t>(share.batch) * p.y[0] + static_cast<int64_t>(share.k) * p.y[1], column, p.n, p.y[2], p.y[1]);
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
        for (int j = 0; j < S::ACROSS; j++)
#pragma unroll
            for (int half = 0; half < 2; half++) {
                int r = row + S::row(thread, i) + half * 8;
                int c = column + S::column(thread, j);
                float* to = out + static_cast<int64_t>(r) * p.out[1];
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

// Floor: 2mnk flop at the rate of the tensor cores.
#define TENSOR(name, SIDE, BLOCKS, LOADER)                                                                                             \
    extern "C" __global__ void __launch_bounds__(2 * SIDE, BLOCKS)                                                                     \
            matmul_tf32_##name##_f32(const float* x, const float* y, const float* bias, float* out, Product p) {                       \
        using S = TensorTile<SIDE>;                                                                                                    \
        tensor<S, Rounded<LOADER>>(x, y, bias, out, p);                                                                                \
    }

#define EITHER Vectors<S, -1>
#define ANY Singles<S>

TENSOR(128_wide, 128, 2, EITHER)
TENSOR(128_any, 128, 1, ANY)
TENSOR(64_wide, 64, 4, EITHER)
TENSOR(64_any, 64, 3, ANY)
