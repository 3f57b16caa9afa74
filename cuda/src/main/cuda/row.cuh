// Rows that stay in the registers of their threads.
#pragma once
#include "common.cuh"

// How sums of threads are merged.
template<class T>
struct Total {
    using State = T;
    __device__ T merge(T a, T b) const { return a + b; }
};

// Elements as scalars, or four at a time.
template<class T>
struct Lanes {
    static constexpr int COUNT = 1;
    __device__ static T all(T value) { return value; }
    __device__ static T& at(T& item, int) { return item; }
    __device__ static T get(const T& item, int) { return item; }
};

template<>
struct Lanes<float4> {
    static constexpr int COUNT = 4;
    __device__ static float4 all(float value) { return {value, value, value, value}; }
    __device__ static float& at(float4& item, int i) { return i == 0 ? item.x : i == 1 ? item.y : i == 2 ? item.z : item.w; }
    __device__ static float get(const float4& item, int i) { return i == 0 ? item.x : i == 1 ? item.y : i == 2 ? item.z : item.w; }
};

// A row in the registers of its threads: item number lane + k * lanes in slot k.
template<class I, int SLOTS>
struct Row {
    I slots[SLOTS];

    template<class T>
    __device__ __forceinline__ void load(const T* from, int stride, int count, T otherwise) {
#pragma unroll
        for (int k = 0; k < SLOTS; k++) {
            int i = threadIdx.x + k * blockDim.x;
            slots[k] = i < count ? reinterpret_cast<const I*>(from)[i * stride] : Lanes<I>::all(otherwise);
        }
    }

    template<class T>
    __device__ __forceinline__ void store(T* to, int stride, int count) const {
#pragma unroll
        for (int k = 0; k < SLOTS; k++) {
            int i = threadIdx.x + k * blockDim.x;
            if (i < count)
                reinterpret_cast<I*>(to)[i * stride] = slots[k];
        }
    }
};
