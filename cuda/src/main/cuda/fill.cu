// One number everywhere.
#include "common.cuh"

// Floor: the bytes of the result, written once.
template<class T>
__device__ void fill(T* out, T value, unsigned numel) {
    for (unsigned i = thread_id(); i < numel; i += thread_count())
        out[i] = value;
}

template<class T>
__device__ void fill_strided(T* out, T value, const Strided<1>& walk) {
    for (unsigned i = thread_id(); i < walk.numel; i += thread_count()) {
        int at[1];
        walk.offsets(i, at);
        out[at[0]] = value;
    }
}

#define FILL(name, T)                                                                                                                  \
    extern "C" __global__ void fill_##name(T* out, T value, unsigned numel) { fill(out, value, numel); }                               \
    extern "C" __global__ void fill_strided_##name(T* out, T value, Strided<1> walk) { fill_strided(out, value, walk); }

FILL(b8, uint8_t)
FILL(b32, uint32_t)
FILL(b64, uint64_t)
