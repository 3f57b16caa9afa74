// The inner part of a matrix product on tensor cores, from compute capability 8.0 on: float32 numbers in and out, factors rounded on their
// way from shared memory to the tensor cores, sums in float32.
//
// `cp.async` brings numbers to shared memory some tiles ahead, past the registers. Of 16 steps of k a lane takes four neighbours of each of
// its outer positions (rows of the left operand, columns of the right one), 16 bytes at a time, rounds them, and gives two of them to
// each of two instructions (bfloat16: all four to one): which steps of a tile one instruction multiplies is free, as long as both operands
// agree.
#pragma once
#include <cstdint>

// To TF32: 10 bits of the fraction, to nearest, ties away from zero. A word is what a lane gives the tensor cores at a time: one number
// rounded to TF32, or two neighbours along k rounded to bfloat16. Of a TF32 they see the upper 19 bits only, so that it is rounded by
// adding half of its last place; `cvt.rna.tf32.f32`, which also clears the rest, takes three times as many instructions and more. Infinity
// and NaN stay what they are; numbers below 2^-126 are cut off instead.
struct Tf32 {
    static constexpr int NUMBERS = 1;

    template<int N>
    static __device__ __forceinline__ void round(const float (&numbers)[N], unsigned (&words)[N]) {
#pragma unroll
        for (int i = 0; i < N; i++)
            words[i] = __float_as_uint(fmaf(__uint_as_float(__float_as_uint(numbers[i]) & 0xff800000), 0x1p-11f, numbers[i]));
    }

    static __device__ __forceinline__ void multiply(const unsigned (&a)[4], const unsigned* b, float (&sums)[4]) {
        asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
            : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
            : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
    }
};

// To bfloat16: 7 bits of the fraction, to nearest, ties to even; the first of two neighbours in the lower half.
struct Bf16 {
    static constexpr int NUMBERS = 2;

    template<int N>
    static __device__ __forceinline__ void round(const float (&numbers)[N], unsigned (&words)[N / 2]) {
#pragma unroll
        for (int i = 0; i < N / 2; i++)
            asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(words[i]) : "f"(numbers[2 * i + 1]), "f"(numbers[2 * i]));
    }

    static __device__ __forceinline__ void multiply(const unsigned (&a)[4], const unsigned* b, float (&sums)[4]) {
        asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
            : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
            : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
    }
};

// 16 bytes from memory to shared memory, or as many zeros.
__device__ __forceinline__ void copy_four(void* shared, const void* from, bool there) {
    unsigned to = static_cast<unsigned>(__cvta_generic_to_shared(shared));
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" :: "r"(to), "l"(from), "r"(there ? 16 : 0) : "memory");
}

// The same with 4 bytes.
__device__ __forceinline__ void copy_one(void* shared, const void* from, bool there) {
    unsigned to = static_cast<unsigned>(__cvta_generic_to_shared(shared));
    asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;" :: "r"(to), "l"(from), "r"(there ? 4 : 0) : "memory");
}

// How the tile of an operand lies in shared memory.
enum Order {
    ALONG_K,     // the 16 steps of an outer position side by side
    ACROSS_K,    // the outer positions of a step side by side, fours of them exchanged so that those of steps 4 apart meet other banks
    WORDS        // as ALONG_K, rounded to words already
};

// The tile of an operand with SIDE outer positions.
template<class W, int SIDE, Order ORDER>
struct OperandTile {
    static constexpr int LINE = ORDER == WORDS ? 16 / W::NUMBERS : 16;
    static constexpr int SIZE = SIDE * LINE;                          // in words of four bytes

    // Where the number of an outer position and a step lies.
    static __device__ __forceinline__ int place(int outer, int k) {
        return ORDER == ACROSS_K ? k * SIDE + ((outer / 4 ^ (k >> 2 & 3) * 2) * 4 + outer % 4) : outer * LINE + k / (LINE == 16 ? 1 : 2);
    }

    // A warp takes its outer positions by 32: of each 32 a lane has four, those of its lane / 4. Number q of them:
    static __device__ __forceinline__ int outer(int q, int lane) {
        return ORDER == ACROSS_K ? q / 4 * 32 + (lane >> 2) * 4 + q % 4 : q * 8 + (lane >> 2);
    }

    // The words of a lane for four of its outer positions, the 32 from `first` on.
    static __device__ __forceinline__ void load(const float* tile, int first, int lane, unsigned (&words)[4][4 / W::NUMBERS]) {
        if (ORDER == WORDS) {
#pragma unroll
            for (int q = 0; q < 4; q++) {
                const float* from = tile + place(first + outer(q, lane), (lane & 3) * 4);
                if (W::NUMBERS == 1)
                    *reinterpret_cast<uint4*>(words[q]) = *reinterpret_cast<const uint4*>(from);
                else
                    *reinterpret_cast<uint2*>(words[q]) = *reinterpret_cast<const uint2*>(from);
            }
            return;
        }
        float numbers[4][4];
        if (ORDER == ALONG_K) {
#pragma unroll
            for (int q = 0; q < 4; q++)
                *reinterpret_cast<float4*>(numbers[q]) =
                    *reinterpret_cast<const float4*>(tile + place(first + outer(q, lane), (lane & 3) * 4));
        } else {
#pragma unroll
            for (int e = 0; e < 4; e++) {
                float4 four = *reinterpret_cast<const float4*>(tile + place(first + outer(0, lane), (lane & 3) * 4 + e));
                numbers[0][e] = four.x;
                numbers[1][e] = four.y;
                numbers[2][e] = four.z;
                numbers[3][e] = four.w;
            }
        }
#pragma unroll
        for (int q = 0; q < 4; q++)
            W::round(numbers[q], words[q]);
    }
};

// ROWS x COLUMNS results by warps of WARP_ROWS x WARP_COLUMNS, from tiles of 16 steps of k, STAGES of which are in shared memory or on
// their way there; mirrored by TensorTile.java, which asks for that memory.
//
// For a tile of float32 a warp of 64 x 64 reads 8 KiB of shared memory for 64 instructions of 1,024 multiply-adds (bfloat16: 32 of 2,048).
// On an H100 `mma.sync` makes 321 TFLOP/s of TF32 at most. Blocks of 128 x 128 reach 167 in a product of 4096 x 4096 x 4096, and 221 with
// bfloat16, where the second-level cache delivers three quarters of what it can; larger blocks, of which one multiprocessor runs one,
// wait more.
template<class W_, int ROWS_, int COLUMNS_, int WARP_ROWS_, int WARP_COLUMNS_, int STAGES_>
struct TensorShape {
    using W = W_;
    static constexpr int ROWS = ROWS_;
    static constexpr int COLUMNS = COLUMNS_;
    static constexpr int WARP_ROWS = WARP_ROWS_;
    static constexpr int WARP_COLUMNS = WARP_COLUMNS_;
    static constexpr int STAGES = STAGES_;
    static constexpr int DEPTH = 16;
    static constexpr int WARPS_ACROSS = COLUMNS / WARP_COLUMNS;
    static constexpr int THREADS = ROWS / WARP_ROWS * WARPS_ACROSS * 32;
    static constexpr int DOWN = WARP_ROWS / 16;                       // instructions below and beside each other
    static constexpr int ACROSS = WARP_COLUMNS / 8;

    // First row and column of a warp.
    static __device__ __forceinline__ int warp_row(unsigned thread) {
        return (thread >> 5) / WARPS_ACROSS * WARP_ROWS;
    }

    static __device__ __forceinline__ int warp_column(unsigned thread) {
        return (thread >> 5) % WARPS_ACROSS * WARP_COLUMNS;
    }
};

// The sums of a lane and the way to them. Sums [i][j] of the tile's instructions are those of row 2i and column 2 * (lane % 4) of the 8
// of j, of the next column, and of row 2i + 1 and both columns; rows and columns of a lane as OperandTile::outer counts them.
template<class S, Order LEFT, Order RIGHT>
struct TensorTile {
    using W = typename S::W;
    using Left = OperandTile<W, S::ROWS, LEFT>;
    using Right = OperandTile<W, S::COLUMNS, RIGHT>;
    static constexpr int STAGE = Left::SIZE + Right::SIZE;
    using Sums = float[S::DOWN][S::ACROSS][4];

    // Row number q of a lane in the block's tile, and the first of the column pair of instructions j; the second is the next one, or with
    // ACROSS_K four columns on.
    static __device__ __forceinline__ int row(unsigned thread, int q) {
        return S::warp_row(thread) + Left::outer(q, thread & 31);
    }

    static __device__ __forceinline__ int column(unsigned thread, int j) {
        int t = thread & 3;
        return S::warp_column(thread) + (RIGHT == ACROSS_K ? j / 4 * 32 + t * 8 + j % 4 : j * 8 + t * 2);
    }

    static constexpr int NEXT_COLUMN = RIGHT == ACROSS_K ? 4 : 1;

    static __device__ __forceinline__ void clear(Sums& sums) {
#pragma unroll
        for (int i = 0; i < S::DOWN; i++)
#pragma unroll
            for (int j = 0; j < S::ACROSS; j++)
#pragma unroll
                for (int e = 0; e < 4; e++)
                    sums[i][j][e] = 0;
    }

    // Of one operand the words of all instructions are held, of the other those of 32 outer positions: which way round is the choice of
    // what an H100 computes faster.
    static __device__ __forceinline__ void add(const float* stage, Sums& sums) {
        constexpr int WORDS = 4 / W::NUMBERS;
        constexpr bool HOLDS_RIGHT = LEFT == ALONG_K && RIGHT == ALONG_K;
        constexpr int HELD = HOLDS_RIGHT ? S::ACROSS / 4 : S::DOWN / 2;
        constexpr int OTHERS = HOLDS_RIGHT ? S::DOWN / 2 : S::ACROSS / 4;
        unsigned held[HELD][4][WORDS];
        int lane = threadIdx.x & 31;
#pragma unroll
        for (int h = 0; h < HELD; h++)
            if (HOLDS_RIGHT)
                load_right(stage, h, lane, held[h]);
            else
                load_left(stage, h, lane, held[h]);
#pragma unroll
        for (int o = 0; o < OTHERS; o++) {
            unsigned other[4][WORDS];
            if (HOLDS_RIGHT)
                load_left(stage, o, lane, other);
            else
                load_right(stage, o, lane, other);
#pragma unroll
            for (int w = 0; w < WORDS; w += 2)
#pragma unroll
                for (int h = 0; h < HELD; h++)
#pragma unroll
                    for (int i = 0; i < 2; i++)
#pragma unroll
                        for (int j = 0; j < 4; j++) {
                            const unsigned (&left)[4][WORDS] = HOLDS_RIGHT ? other : held[h];
                            const unsigned (&right)[4][WORDS] = HOLDS_RIGHT ? held[h] : other;
                            unsigned a[4] = {left[2 * i][w], left[2 * i + 1][w], left[2 * i][w + 1], left[2 * i + 1][w + 1]};
                            W::multiply(a, &right[j][w], sums[(HOLDS_RIGHT ? o : h) * 2 + i][(HOLDS_RIGHT ? h : o) * 4 + j]);
                        }
        }
    }

    // The words of 32 rows or columns of the warp.
    static __device__ __forceinline__ void load_left(const float* stage, int n, int lane, unsigned (&words)[4][4 / W::NUMBERS]) {
        Left::load(stage, S::warp_row(threadIdx.x) + n * 32, lane, words);
    }

    static __device__ __forceinline__ void load_right(const float* stage, int n, int lane, unsigned (&words)[4][4 / W::NUMBERS]) {
        Right::load(stage + Left::SIZE, S::warp_column(threadIdx.x) + n * 32, lane, words);
    }

    // Adds the products of so many tiles. A loader has `load(left, right)`: sends the next tile of each operand on its way.
    template<class Loader>
    static __device__ __forceinline__ void run(Loader& loader, int tiles, float* shared, Sums& sums) {
        constexpr int AHEAD = S::STAGES - 1;
#pragma unroll
        for (int s = 0; s < AHEAD; s++) {
            if (s < tiles)
                loader.load(shared + s * STAGE, shared + s * STAGE + Left::SIZE);
            asm volatile("cp.async.commit_group;" ::: "memory");
        }
        int read = 0;
        int write = AHEAD * STAGE;
        for (int t = 0; t < tiles; t++) {
            asm volatile("cp.async.wait_group %0;" :: "n"(AHEAD - 1) : "memory");
            __syncthreads();                                          // the tile is there, and all have read the one before
            if (t + AHEAD < tiles)
                loader.load(shared + write, shared + write + Left::SIZE);
            asm volatile("cp.async.commit_group;" ::: "memory");
            add(shared + read, sums);
            write = write == AHEAD * STAGE ? 0 : write + STAGE;
            read = read == AHEAD * STAGE ? 0 : read + STAGE;
        }
    }

    // The sums as rows of memory that begin `stride` apart, for the first `rows` and `columns` of the tile; all are whole fours of numbers.
    static __device__ __forceinline__ void store(const Sums& sums, unsigned thread, float* out, int64_t stride, int rows,
        int columns) {
#pragma unroll
        for (int q = 0; q < S::DOWN * 2; q++) {
            int r = row(thread, q);
            float* to = out + r * stride;
            if (r < rows) {
                if (RIGHT == ACROSS_K) {
#pragma unroll
                    for (int j = 0; j < S::ACROSS; j += 4)
#pragma unroll
                        for (int e = 0; e < 2; e++) {
                            int c = column(thread, j) + e * NEXT_COLUMN;
                            int from = q % 2 * 2 + e;
                            if (c < columns)
                                *reinterpret_cast<float4*>(to + c) = make_float4(sums[q / 2][j][from], sums[q / 2][j + 1][from],
                                    sums[q / 2][j + 2][from], sums[q / 2][j + 3][from]);
                        }
                } else {
#pragma unroll
                    for (int j = 0; j < S::ACROSS; j++) {
                        int c = column(thread, j);
                        if (c < columns)
                            *reinterpret_cast<float2*>(to + c) = make_float2(sums[q / 2][j][q % 2 * 2], sums[q / 2][j][q % 2 * 2 + 1]);
                    }
                }
            }
        }
    }
};
