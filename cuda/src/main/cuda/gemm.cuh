// The inner part of a matrix product: tiles of both operands in shared memory, a square of sums in the registers of each thread.
//
// Where the elements of an operand come from is the business of a loader, what becomes of the sums that of the kernel. Operands are called
// outer-by-k here: rows of the left one and columns of the right one are its outer dimension. Each sum is one chain of fused multiply-adds
// with ascending k, whatever the tile.
#pragma once
#include <cstdint>

// 16 bytes at once.
template<class T> struct Wide;
template<> struct Wide<float> { using type = float4; };
template<> struct Wide<double> { using type = double2; };
template<> struct Wide<uint32_t> { using type = uint4; };
template<> struct Wide<uint64_t> { using type = ulonglong2; };

__device__ __forceinline__ float multiply_add(float a, float b, float sum) {
    return fmaf(a, b, sum);
}

__device__ __forceinline__ double multiply_add(double a, double b, double sum) {
    return fma(a, b, sum);
}

__device__ __forceinline__ uint32_t multiply_add(uint32_t a, uint32_t b, uint32_t sum) {
    return a * b + sum;
}

__device__ __forceinline__ uint64_t multiply_add(uint64_t a, uint64_t b, uint64_t sum) {
    return a * b + sum;
}

// Position of this thread and block, read anew: what is computed from them for the end of a kernel then takes no registers in its loop.
__device__ __forceinline__ unsigned thread_anew() {
    unsigned x;
    asm volatile("mov.u32 %0, %%tid.x;" : "=r"(x));
    return x;
}

__device__ __forceinline__ unsigned block_anew() {
    unsigned x;
    asm volatile("mov.u32 %0, %%ctaid.x;" : "=r"(x));
    return x;
}

// A square of SIDE x SIDE results, computed by 2 * SIDE threads with ROWS x COLUMNS sums each.
//
// A warp is 4 x 8 threads; the rows of a thread lie in groups of 16 bytes, and so do its columns, so that a warp reads 64 and 128 bytes in
// a row from shared memory, each bank once. (2 x 16 threads are for those who need whole rows of a tile of 64 in one warp.) For float32 and
// SIDE 128 a thread reads 4 x 16 bytes for 64 multiply-adds: in the 64 cycles that the four schedulers of a multiprocessor need for those
// of four warps, shared memory delivers 4 * 384 of the 64 * 128 bytes it could, in at most 32 cycles. From memory come 2 * 128 numbers for
// 128 * 128 multiply-adds: 64 for each number, 32 flop for each byte.
//
// UNROLL: steps of k written out, all of a tile for the most speed, fewer for short code.
template<class T_, int SIDE_, int LANES_DOWN_ = 4, int UNROLL = 64>
struct Tile {
    using T = T_;
    using V = typename Wide<T>::type;
    static constexpr int SIDE = SIDE_;
    static constexpr int THREADS = 2 * SIDE;
    static constexpr int VECTOR = 16 / sizeof(T);
    static constexpr int DEPTH = (SIDE >= 128 ? 2 : 4) * VECTOR;      // steps of k in a tile
    static constexpr int HELD = DEPTH / (2 * VECTOR);                 // vectors a thread fetches of each operand
    static constexpr int PITCH = SIDE + 4;                            // a transposing warp then stores into 32 different banks
    static constexpr int ROWS = SIDE >= 64 ? 8 : 4;
    static constexpr int COLUMNS = SIDE >= 128 ? 8 : 4;
    static constexpr int LANES_DOWN = LANES_DOWN_;
    static constexpr int LANES_ACROSS = 32 / LANES_DOWN;
    static constexpr int WARPS_ACROSS = SIDE / (LANES_ACROSS * COLUMNS);
    static constexpr int OPERAND = DEPTH * PITCH;                     // elements of one operand's tile
    static constexpr int SHARED = 4 * OPERAND;                        // elements a kernel has to provide: two buffers of two operands

    // Where in the tile sum [i][j] of a thread belongs.
    static __device__ __forceinline__ int row(unsigned thread, int i) {
        int lane = thread & 31;
        int down = LANES_DOWN == 4 ? (lane >> 4) * 2 + (lane & 1) : lane & 1;
        return (thread >> 5) / WARPS_ACROSS * (LANES_DOWN * ROWS) + down * VECTOR + i / VECTOR * (LANES_DOWN * VECTOR) + i % VECTOR;
    }

    static __device__ __forceinline__ int column(unsigned thread, int j) {
        int lane = thread & 31;
        int across = lane >> 1 & (LANES_ACROSS - 1);
        int first = (thread >> 5) % WARPS_ACROSS * (LANES_ACROSS * COLUMNS) + across * VECTOR;
        return first + j / VECTOR * (LANES_ACROSS * VECTOR) + j % VECTOR;
    }

    // One tile's share of the sums.
    static __device__ __forceinline__ void add(const T* a, const T* b, T (&sums)[ROWS][COLUMNS]) {
        a += row(threadIdx.x, 0);
        b += column(threadIdx.x, 0);
#pragma unroll UNROLL
        for (int k = 0; k < DEPTH; k++) {
            T left[ROWS];
            T right[COLUMNS];
#pragma unroll
            for (int i = 0; i < ROWS; i += VECTOR)
                *reinterpret_cast<V*>(left + i) = *reinterpret_cast<const V*>(a + k * PITCH + i * LANES_DOWN);
#pragma unroll
            for (int j = 0; j < COLUMNS; j += VECTOR)
                *reinterpret_cast<V*>(right + j) = *reinterpret_cast<const V*>(b + k * PITCH + j * LANES_ACROSS);
#pragma unroll
            for (int i = 0; i < ROWS; i++)
#pragma unroll
                for (int j = 0; j < COLUMNS; j++)
                    sums[i][j] = multiply_add(left[i], right[j], sums[i][j]);
        }
    }
};

// Adds the products along `length` steps of k to the sums.
//
// A loader has `first(n)`: fetches n steps of k, at most DEPTH, into registers, zeros for the rest, and goes on behind them; `next()`: the
// same for DEPTH steps; and `store(tile)`: puts what was fetched at `tile[k * PITCH + outer]`. The odd tile comes first, so that all others
// are whole and the order of the sum stays.
template<class S, class A, class B, class Sums>
__device__ __forceinline__ void multiply(A& a, B& b, int length, typename S::T* shared, Sums& sums) {
    int odd = length == 0 ? 0 : (length - 1) % S::DEPTH + 1;
    int whole = (length - odd) / S::DEPTH;
    a.first(odd);
    b.first(odd);
    a.store(shared);
    b.store(shared + S::OPERAND);
    __syncthreads();
    int buffer = 0;
    for (int t = 0; t <= whole; t++) {
        if (t < whole) {                                              // on the way while this tile is worked on
            a.next();
            b.next();
        }
        S::add(shared + buffer, shared + buffer + S::OPERAND, sums);
        buffer = 2 * S::OPERAND - buffer;
        if (t < whole) {
            a.store(shared + buffer);
            b.store(shared + buffer + S::OPERAND);
        }
        __syncthreads();
    }
}

// The same where the left operand lies whole in shared memory already, at `a[k * PITCH + outer]`; rows behind its end are finite.
template<class S, class B, class Sums>
__device__ __forceinline__ void multiply_kept(const typename S::T* a, B& b, int length, typename S::T* shared, Sums& sums) {
    int odd = length == 0 ? 0 : (length - 1) % S::DEPTH + 1;
    int whole = (length - odd) / S::DEPTH;
    b.first(odd);
    b.store(shared);
    __syncthreads();
    int buffer = 0;
    for (int t = 0; t <= whole; t++) {
        if (t < whole)
            b.next();
        S::add(a, shared + buffer, sums);
        a += (t == 0 ? odd : S::DEPTH) * S::PITCH;
        buffer = S::OPERAND - buffer;
        if (t < whole)
            b.store(shared + buffer);
        __syncthreads();
    }
}

// An operand of which 16 bytes at a time can be read, along k or along its outer dimension: addresses, the other stride and the extent of
// the direction that is read along are whole vectors. Outer positions beyond the end read the last one again; their sums are not used.
//
// BY_K: 1 along k, 0 along the outer dimension, -1 along k if its stride is 1.
template<class Tile, int BY_K>
struct Vectors {
    using T = typename Tile::T;
    using V = typename Tile::V;
    static constexpr int VECTOR = Tile::VECTOR;
    static constexpr int ACROSS = Tile::SIDE / VECTOR;                // vectors of one step of k along the outer dimension

    const T* at;
    int stride;      // of the other dimension
    bool by_k;
    V held[Tile::HELD];

    // From element `outer`, 0 of a matrix with `outers` outer positions.
    __device__ __forceinline__ Vectors(const T* matrix, int outer, int outers, int outer_stride, int k_stride) {
        by_k = BY_K == -1 ? k_stride == 1 : BY_K;
        if (by_k) {
            stride = outer_stride;
            at = matrix + static_cast<int64_t>(min(outer + static_cast<int>(threadIdx.x >> 1), outers - 1)) * stride
                    + (threadIdx.x & 1) * VECTOR;
        } else {
            stride = k_stride;
            at = matrix + static_cast<int64_t>(threadIdx.x / ACROSS) * stride
                    + min(outer + static_cast<int>(threadIdx.x % ACROSS) * VECTOR, outers - VECTOR);
        }
    }

    // Distance of the thread's vectors, which are 2 * VECTOR steps of k apart.
    __device__ __forceinline__ int64_t apart() const {
        return by_k ? 2 * VECTOR : static_cast<int64_t>(2 * VECTOR) * stride;
    }

    __device__ __forceinline__ void first(int n) {
        int k = by_k ? (threadIdx.x & 1) * VECTOR : threadIdx.x / ACROSS;
#pragma unroll
        for (int v = 0; v < Tile::HELD; v++) {
            held[v] = V();
            if (k + v * 2 * VECTOR < n)
                held[v] = *reinterpret_cast<const V*>(at + v * apart());
        }
        at += by_k ? n : static_cast<int64_t>(n) * stride;
    }

    __device__ __forceinline__ void next() {
#pragma unroll
        for (int v = 0; v < Tile::HELD; v++)
            held[v] = *reinterpret_cast<const V*>(at + v * apart());
        at += by_k ? Tile::DEPTH : static_cast<int64_t>(Tile::DEPTH) * stride;
    }

    __device__ __forceinline__ void store(T* tile) const {
        if (by_k) {
            tile += (threadIdx.x & 1) * VECTOR * Tile::PITCH + (threadIdx.x >> 1);
#pragma unroll
            for (int v = 0; v < Tile::HELD; v++)
#pragma unroll
                for (int e = 0; e < VECTOR; e++)
                    tile[(v * 2 * VECTOR + e) * Tile::PITCH] = reinterpret_cast<const T*>(held + v)[e];
        } else {
            tile += threadIdx.x / ACROSS * Tile::PITCH + threadIdx.x % ACROSS * VECTOR;
#pragma unroll
            for (int v = 0; v < Tile::HELD; v++)
                *reinterpret_cast<V*>(tile + v * 2 * VECTOR * Tile::PITCH) = held[v];
        }
    }
};

// An operand of any strides, read element by element: neighbouring threads along the dimension with the smaller stride.
template<class Tile>
struct Singles {
    using T = typename Tile::T;
    static constexpr int COUNT = Tile::DEPTH / 2;                     // elements of a thread in a tile

    const T* at;
    int outer;       // of the thread's first element, and how many there are
    int outers;
    int outer_stride;
    int k;
    int k_stride;
    bool by_k;
    T held[COUNT];

    __device__ __forceinline__ Singles(const T* matrix, int outer_, int outers_, int outer_stride_, int k_stride_) {
        at = matrix;
        outers = outers_;
        outer_stride = outer_stride_;
        k_stride = k_stride_;
        by_k = abs(k_stride) <= abs(outer_stride);
        outer = outer_ + (by_k ? threadIdx.x / Tile::DEPTH : threadIdx.x % Tile::SIDE);
        k = by_k ? threadIdx.x % Tile::DEPTH : threadIdx.x / Tile::SIDE;
    }

    __device__ __forceinline__ void first(int n) {
#pragma unroll
        for (int c = 0; c < COUNT; c++) {
            int o = min(outer + (by_k ? c * (Tile::THREADS / Tile::DEPTH) : 0), outers - 1);
            int step = k + (by_k ? 0 : 2 * c);
            held[c] = step < n ? at[static_cast<int64_t>(o) * outer_stride + static_cast<int64_t>(step) * k_stride] : T();
        }
        at += static_cast<int64_t>(n) * k_stride;
    }

    __device__ __forceinline__ void next() {
        first(Tile::DEPTH);
    }

    __device__ __forceinline__ void store(T* tile) const {
        tile += k * Tile::PITCH + (by_k ? threadIdx.x / Tile::DEPTH : threadIdx.x % Tile::SIDE);
#pragma unroll
        for (int c = 0; c < COUNT; c++)
            tile[by_k ? c * (Tile::THREADS / Tile::DEPTH) : 2 * c * Tile::PITCH] = held[c];
    }
};
