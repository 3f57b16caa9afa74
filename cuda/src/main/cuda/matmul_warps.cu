// Float32 products with so few results that a device would be mostly idle: the warps of a block share the sums of a small tile, each has
// a part of k to itself, and what they come to is added up in the order of k. No warp waits for another before that.
//
// Floor: the time to ask for a launch. A warp reads 16 steps of k at a time, the next ones while it works on these; with 64 x 1024 results
// and 256 steps of k each of 128 blocks has two such steps for each of its warps.
#include "matmul.cuh"

// What a warp reads of one operand: STEPS of k at SIDE outer positions, 16 bytes at a time along the dimension whose stride is 1.
template<int SIDE, int STEPS>
struct Reader {
    static constexpr int PITCH = SIDE + 4;
    static constexpr int COUNT = SIDE * STEPS / (4 * 32);             // vectors of a lane

    const float* matrix;
    int outer;
    int outers;
    int outer_stride;
    int k_stride;
    bool by_k;
    float4 held[COUNT];

    __device__ __forceinline__ Reader(const float* matrix_, int outer_, int outers_, int outer_stride_, int k_stride_)
        : matrix(matrix_), outer(outer_), outers(outers_), outer_stride(outer_stride_), k_stride(k_stride_), by_k(k_stride_ == 1) {
    }

    // Steps from k on; zeros from `end` on.
    __device__ __forceinline__ void fetch(int k, int end) {
#pragma unroll
        for (int c = 0; c < COUNT; c++) {
            int v = c * 32 + threadIdx.x % 32;
            int step = k + (by_k ? v % (STEPS / 4) * 4 : v / (SIDE / 4));
            int at = by_k ? min(outer + v / (STEPS / 4), outers - 1) : min(outer + v % (SIDE / 4) * 4, outers - 4);
            held[c] = float4();
            if (step < end)
                held[c] = *reinterpret_cast<const float4*>(matrix + static_cast<int64_t>(at) * outer_stride
                        + static_cast<int64_t>(step) * k_stride);
        }
    }

    // To tile[k * PITCH + outer].
    __device__ __forceinline__ void store(float* tile) const {
#pragma unroll
        for (int c = 0; c < COUNT; c++) {
            int v = c * 32 + threadIdx.x % 32;
            if (by_k) {
                float* to = tile + v % (STEPS / 4) * 4 * PITCH + v / (STEPS / 4);
                to[0] = held[c].x;
                to[PITCH] = held[c].y;
                to[2 * PITCH] = held[c].z;
                to[3 * PITCH] = held[c].w;
            } else {
                *reinterpret_cast<float4*>(tile + v / (SIDE / 4) * PITCH + v % (SIDE / 4) * 4) = held[c];
            }
        }
    }
};

// COUNT numbers in a row, read at once.
template<int COUNT> struct Row;
template<> struct Row<2> { using type = float2; };
template<> struct Row<4> { using type = float4; };

// Tiles of 16 rows and COLUMNS columns; a lane has 4 rows and an eighth of the columns.
template<int COLUMNS, int WARPS>
__device__ __forceinline__ void by_warps(const float* x, const float* y, const float* bias, float* out, const Product& p) {
    constexpr int ROWS = 16;
    constexpr int STEPS = 16;
    constexpr int WIDE = COLUMNS / 8;
    using A = Reader<ROWS, STEPS>;
    using B = Reader<COLUMNS, STEPS>;
    using V = typename Row<WIDE>::type;
    constexpr int OPERANDS = STEPS * (A::PITCH + B::PITCH);           // of a warp
    static_assert(OPERANDS >= ROWS * COLUMNS, "what a warp leaves lies where its operands were");
    __shared__ alignas(16) float shared[WARPS * OPERANDS];
    Share share(blockIdx.x, p);
    int warp = threadIdx.x / 32;
    int row = share.row_tile * ROWS;
    int column = share.column_tile * COLUMNS;
    int part = ((share.length + WARPS - 1) / WARPS + 3) / 4 * 4;      // whole vectors
    int from = share.k + warp * part;
    int end = min(from + part, share.k + share.length);
    A left(x + static_cast<int64_t>(share.batch) * p.x[0], row, p.m, p.x[1], p.x[2]);
    B right(y + static_cast<int64_t>(share.batch) * p.y[0], column, p.n, p.y[2], p.y[1]);
    float* a = shared + warp * OPERANDS;
    float* b = a + STEPS * A::PITCH;
    int lane = threadIdx.x % 32;
    int down = ((lane >> 4) * 2 + (lane & 1)) * 4;
    int across = (lane >> 1 & 7) * WIDE;
    float sums[4][WIDE] = {};
    left.fetch(from, end);
    right.fetch(from, end);
    for (int k = from; k < end; k += STEPS) {
        __syncwarp();
        left.store(a);
        right.store(b);
        __syncwarp();
        left.fetch(k + STEPS, end);                                   // on the way while these are worked on
        right.fetch(k + STEPS, end);
#pragma unroll
        for (int s = 0; s < STEPS; s++) {
            float l[4];
            float r[WIDE];
            *reinterpret_cast<float4*>(l) = *reinterpret_cast<const float4*>(a + s * A::PITCH + down);
            *reinterpret_cast<V*>(r) = *reinterpret_cast<const V*>(b + s * B::PITCH + across);
#pragma unroll
            for (int i = 0; i < 4; i++)
#pragma unroll
                for (int j = 0; j < WIDE; j++)
                    sums[i][j] = fmaf(l[i], r[j], sums[i][j]);
        }
    }
    __syncwarp();
#pragma unroll
    for (int i = 0; i < 4; i++)
        *reinterpret_cast<V*>(a + (down + i) * COLUMNS + across) = *reinterpret_cast<V*>(sums[i]);
    __syncthreads();
    out = p.result(out, share.batch, share.slice);
    for (int e = threadIdx.x; e < ROWS * COLUMNS; e += 32 * WARPS) {
        int r = row + e / COLUMNS;
        int c = column + e % COLUMNS;
        if (r >= p.m || c >= p.n)
            continue;
        float sum = bias ? bias[c * p.bias[1]] : 0;
#pragma unroll
        for (int w = 0; w < WARPS; w++)
            sum += shared[w * OPERANDS + e];
        out[static_cast<int64_t>(r) * p.out[1] + static_cast<int64_t>(c) * p.out[2]] = sum;
    }
}

#define BY_WARPS(COLUMNS, WARPS, BLOCKS)                                                                                               \
    extern "C" __global__ void __launch_bounds__(32 * WARPS, BLOCKS)                                                                   \
            matmul_warps_##COLUMNS##_f32(const float* x, const float* y, const float* bias, float* out, Product p) {                   \
        by_warps<COLUMNS, WARPS>(x, y, bias, out, p);                                                                                  \
    }

BY_WARPS(32, 8, 2)
BY_WARPS(16, 16, 1)
