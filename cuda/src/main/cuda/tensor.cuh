// The inner part of a matrix product on tensor cores, from compute capability 8.0 on: float32 numbers in and out, factors rounded on their
// way to shared memory, sums in float32.
//
// A word is what a lane gives the tensor cores at a time: one number rounded to TF32, or two neighbours along k rounded to bfloat16. So
// counted, the instructions for both kinds take the same words from the same places. Tiles lie in shared memory with the words of one
// outer position (a row of the left operand, a column of the right one) side by side: what `ldmatrix` wants, and 16 bytes at a time for
// those who load along k. Rounding comes once for each number, in registers; `cp.async`, which bypasses them, would leave it to the inner
// loop, where each number is read twice.
#pragma once
#include <cstdint>

// To TF32: 10 bits of the fraction, to nearest, ties away from zero.
struct Tf32 {
    static constexpr int NUMBERS = 1;

    template<int N>
    static __device__ __forceinline__ void round(const float (&numbers)[N], unsigned (&words)[N]) {
#pragma unroll
        for (int i = 0; i < N; i++)
            asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(words[i]) : "f"(numbers[i]));
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

template<int WORDS> struct Run;
template<> struct Run<1> { using type = unsigned; };
template<> struct Run<2> { using type = uint2; };
template<> struct Run<4> { using type = uint4; };

// Four squares of 8 x 8 halves, that is of 8 rows of 16 bytes: lane l says where row l % 8 of square l / 8 lies, and gets word l % 4 of row
// l / 4 of each.
__device__ __forceinline__ void load_squares(unsigned (&words)[4], const unsigned* row) {
    unsigned at = static_cast<unsigned>(__cvta_generic_to_shared(row));
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(words[0]), "=r"(words[1]), "=r"(words[2]), "=r"(words[3]) : "r"(at) : "memory");
}

// A square of SIDE x SIDE results by four warps, each of which makes a quarter in squares of the instruction's 16 x 8, from tiles of 16
// steps of k.
//
// With SIDE 128 a warp reads 4 + 4 times 512 bytes for 32 instructions of 1,024 (bfloat16: 2,048) multiply-adds: shared memory needs 128
// cycles for four warps, in which the tensor cores of compute capability 8.0 do just those. Warps of 64 x 32 would wait for it.
// Rows lie WORDS + 4 words apart: eight of them then begin in eight different quarters of the banks, so that neither `ldmatrix` nor any of
// the stores below meets a bank twice.
template<class W_, int SIDE_>
struct TensorTile {
    using W = W_;
    using T = unsigned;
    static constexpr int SIDE = SIDE_;
    static constexpr int THREADS = 128;
    static constexpr int DEPTH = 16;                                  // steps of k in a tile
    static constexpr int WORDS = DEPTH / W::NUMBERS;                  // of one outer position
    static constexpr int PITCH = WORDS + 4;
    static constexpr int EACH = SIDE * DEPTH / THREADS;               // numbers of an operand that a thread fetches
    static constexpr int WARP = SIDE / 2;                             // rows and columns of a warp
    static constexpr int DOWN = WARP / 16;                            // instructions below and beside each other
    static constexpr int ACROSS = WARP / 8;
    static constexpr int OPERAND = SIDE * PITCH;                      // words of one operand's tile
    static constexpr int SHARED = 4 * OPERAND;                        // words a kernel has to provide: two buffers of two operands

    // Where in the tile sums [i][..][0] and [1] of a thread belong; [2] and [3] are 8 rows below.
    static __device__ __forceinline__ int row(unsigned thread, int i) {
        return (thread >> 6) * WARP + i * 16 + (thread >> 2 & 7);
    }

    static __device__ __forceinline__ int column(unsigned thread, int j) {
        return (thread >> 5 & 1) * WARP + j * 8 + (thread & 3) * 2;
    }

    static __device__ __forceinline__ void add(const unsigned* a, const unsigned* b, float (&sums)[DOWN][ACROSS][4]) {
        unsigned thread = threadIdx.x;
        a += ((thread >> 6) * WARP + (thread & 15)) * PITCH + (thread >> 4 & 1) * 4;
        b += ((thread >> 5 & 1) * WARP + (thread & 7) + (thread >> 4 & 1) * 8) * PITCH + (thread >> 3 & 1) * 4;
#pragma unroll
        for (int w = 0; w < WORDS; w += 8) {
            unsigned left[DOWN][4];
            unsigned right[ACROSS / 2][4];
#pragma unroll
            for (int i = 0; i < DOWN; i++)
                load_squares(left[i], a + i * 16 * PITCH + w);
#pragma unroll
            for (int j = 0; j < ACROSS; j += 2)
                load_squares(right[j / 2], b + j * 8 * PITCH + w);
#pragma unroll
            for (int i = 0; i < DOWN; i++)
#pragma unroll
                for (int j = 0; j < ACROSS; j++)
                    W::multiply(left[i], right[j / 2] + j % 2 * 2, sums[i][j]);
        }
    }

    // The threads fetch an operand in one of two ways. By lines: a thread takes EACH steps of k of one outer position, neighbours take
    // neighbouring positions. By quads: it takes 4 steps of k of every 32nd position, and neighbours by eights take the next 4 steps.
    static constexpr int QUADS = EACH / 4;

    static __device__ __forceinline__ int line() {
        return threadIdx.x % SIDE;
    }

    static __device__ __forceinline__ int line_step() {
        return threadIdx.x / SIDE * EACH;
    }

    static __device__ __forceinline__ int quad(int q) {
        return (threadIdx.x >> 5) * 8 + (threadIdx.x & 7) + q * 32;
    }

    static __device__ __forceinline__ int quad_step() {
        return (threadIdx.x >> 3 & 3) * 4;
    }

    static __device__ __forceinline__ void store_line(unsigned* tile, const float (&numbers)[EACH]) {
        unsigned words[EACH / W::NUMBERS];
        W::round(numbers, words);
        uint4* to = reinterpret_cast<uint4*>(tile + line() * PITCH + line_step() / W::NUMBERS);
#pragma unroll
        for (int i = 0; i < EACH / W::NUMBERS; i += 4)
            to[i / 4] = *reinterpret_cast<uint4*>(words + i);
    }

    static __device__ __forceinline__ void store_quads(unsigned* tile, const float (&numbers)[EACH]) {
        using V = typename Run<4 / W::NUMBERS>::type;
        unsigned words[EACH / W::NUMBERS];
        W::round(numbers, words);
#pragma unroll
        for (int q = 0; q < QUADS; q++)
            *reinterpret_cast<V*>(tile + quad(q) * PITCH + quad_step() / W::NUMBERS) = *reinterpret_cast<V*>(words + q * 4 / W::NUMBERS);
    }
};
