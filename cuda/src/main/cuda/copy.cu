// Copies between views and types, and selection.
// Floor: the bytes read and those written. Whole blocks of one type are copied by the driver.
#include "quads.cuh"

// The element types by number: the order of DType.
enum Type { BOOLEAN, I32, I64, F32, F64 };

__device__ __forceinline__ double read_floating(int type, const void* from, int at) {
    return type == F32 ? static_cast<const float*>(from)[at] : static_cast<const double*>(from)[at];
}

__device__ __forceinline__ int64_t read_integer(int type, const void* from, int at) {
    switch (type) {
        case I32: return static_cast<const int32_t*>(from)[at];
        case I64: return static_cast<const int64_t*>(from)[at];
        default: return static_cast<const int8_t*>(from)[at];
    }
}

// Towards 0, the nearest number where it does not fit, 0 for NaN.
__device__ __forceinline__ int64_t truncated(double v) {
    return v != v ? 0 : __double2ll_rz(v);
}

// 64-bit integers keep their low bits as 32-bit ones; anything but 0 is true.
template<class V>
__device__ __forceinline__ void write(int type, void* to, int at, V v, int64_t whole) {
    switch (type) {
        case F32: static_cast<float*>(to)[at] = (float) v; break;
        case F64: static_cast<double*>(to)[at] = (double) v; break;
        case I32: static_cast<int32_t*>(to)[at] = (int32_t) whole; break;
        case I64: static_cast<int64_t*>(to)[at] = whole; break;
        default: static_cast<int8_t*>(to)[at] = v != 0;
    }
}

// Between two types, which are the same for all threads. `flat` says that both views are one run of memory.
extern "C" __global__ void convert(int from_type, int to_type, const void* from, void* to, Strided<2> walk, int flat) {
    for (unsigned i = thread_id(); i < walk.numel; i += thread_count()) {
        int at[2] = {(int) i, (int) i};
        if (!flat)
            walk.offsets(i, at);
        if (from_type >= F32) {
            double v = read_floating(from_type, from, at[1]);
            write(to_type, to, at[0], v, truncated(v));
        } else {
            int64_t v = read_integer(from_type, from, at[1]);
            write(to_type, to, at[0], v, v);
        }
    }
}

extern "C" __global__ void copy_quads(const uint32_t* from, uint32_t* to, Quads<2> walk) {
    for (int q = thread_id(); q < walk.count(); q += thread_count()) {
        int at[2];
        walk.offsets(q, at);
        uint32_t v[4];
        load4(from + at[1], walk.broadcast & 2, walk.left(q), v);
        store4(to + at[0], walk.left(q), v);
    }
}

template<class T>
__device__ __forceinline__ void copy(const T* from, T* to, const Strided<2>& walk) {
    for (unsigned i = thread_id(); i < walk.numel; i += thread_count()) {
        int at[2];
        walk.offsets(i, at);
        to[at[0]] = from[at[1]];
    }
}

// A matrix whose rows are columns of the other, for every position of the dimensions beside: tiles of 32 x 32 go through shared memory, so
// that both sides are walked along their neighbours. A row of the tile is one longer, so that its columns lie in different banks.
//
// down, across: size of the two dimensions; `to` has neighbours across, `from` down.
template<class T>
__device__ __forceinline__ void transpose(const T* from, T* to, int down, int across, int from_across, int from_down, int to_down,
        const Strided<2>& beside) {
    constexpr int SIDE = 32;
    __shared__ T tile[SIDE][SIDE + 1];
    int tiles_down = (down + SIDE - 1) / SIDE;
    int tiles_across = (across + SIDE - 1) / SIDE;
    int64_t tiles = (int64_t) tiles_down * tiles_across * beside.numel;
    for (int64_t t = blockIdx.x; t < tiles; t += gridDim.x) {
        int x = (int) (t % tiles_across) * SIDE;
        int y = (int) (t / tiles_across % tiles_down) * SIDE;
        int at[2];
        beside.offsets((int) (t / tiles_across / tiles_down), at);
        for (int j = threadIdx.y; j < SIDE; j += blockDim.y)
            if (x + j < across && y + threadIdx.x < down)
                tile[j][threadIdx.x] = from[at[1] + (x + j) * from_across + (int) (y + threadIdx.x) * from_down];
        __syncthreads();
        for (int j = threadIdx.y; j < SIDE; j += blockDim.y)
            if (y + j < down && x + threadIdx.x < across)
                to[at[0] + (y + j) * to_down + (int) (x + threadIdx.x)] = tile[threadIdx.x][j];
        __syncthreads();
    }
}

template<class T>
__device__ __forceinline__ void where(const int8_t* condition, const T* a, const T* b, T* out, const Strided<4>& walk, int flat) {
    for (unsigned i = thread_id(); i < walk.numel; i += thread_count()) {
        int at[4] = {(int) i, (int) i, (int) i, (int) i};
        if (!flat)
            walk.offsets(i, at);
        out[at[0]] = condition[at[1]] != 0 ? a[at[2]] : b[at[3]];
    }
}

extern "C" __global__ void where_quads(const uint8_t* condition, const uint32_t* a, const uint32_t* b, uint32_t* out, Quads<4> walk) {
    for (int q = thread_id(); q < walk.count(); q += thread_count()) {
        int at[4];
        walk.offsets(q, at);
        uint8_t c[4];
        uint32_t x[4], y[4];
        load4(condition + at[1], walk.broadcast & 2, walk.left(q), c);
        load4(a + at[2], walk.broadcast & 4, walk.left(q), x);
        load4(b + at[3], walk.broadcast & 8, walk.left(q), y);
#pragma unroll
        for (int j = 0; j < 4; j++)
            x[j] = c[j] != 0 ? x[j] : y[j];
        store4(out + at[0], walk.left(q), x);
    }
}

#define COPIES(name, T)                                                                                                                \
    extern "C" __global__ void copy_##name(const T* from, T* to, Strided<2> walk) { copy(from, to, walk); }                            \
    extern "C" __global__ void transpose_##name(const T* from, T* to, int down, int across, int from_across, int from_down,            \
            int to_down, Strided<2> beside) {                                                                                          \
        transpose(from, to, down, across, from_across, from_down, to_down, beside);                                                    \
    }                                                                                                                                  \
    extern "C" __global__ void where_##name(const int8_t* condition, const T* a, const T* b, T* out, Strided<4> walk, int flat) {      \
        where(condition, a, b, out, walk, flat);                                                                                       \
    }

COPIES(b8, uint8_t)
COPIES(b32, uint32_t)
COPIES(b64, uint64_t)
