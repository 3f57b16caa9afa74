// Four neighbours at a time: float32 tensors that lie in memory in one order, whole or in regular pieces, and what is broadcast to them.
#pragma once
#include "common.cuh"

// How groups of four neighbouring elements of N views lie in memory. Within a group a view has four neighbours, of which the first is
// aligned, or one element that counts four times. The last group of a single run may be a part of one. Mirrors Quads.java.
template<int N>
struct Quads {
    int numel;
    int broadcast;           // bit n: view n has one element a group
    unsigned magic[2];       // to divide by size[d], as in Strided
    int shift[2];
    int size[2];             // groups of the innermost dimension; size of the next one
    int stride[N][3];        // in elements from group to group, the innermost dimension first

    __device__ __forceinline__ int count() const {
        return ((unsigned) numel + 3) / 4;
    }

    // How many elements of group q there are, 4 or more for 4.
    __device__ __forceinline__ int left(int q) const {
        return numel - 4 * q;
    }

    // Distance of group q from the first element in each view.
    __device__ __forceinline__ void offsets(unsigned q, int (&at)[N]) const {
        unsigned row = (__umulhi(q, magic[0]) + q) >> shift[0];
        unsigned plane = (__umulhi(row, magic[1]) + row) >> shift[1];
        int i = q - row * size[0];
        int j = row - plane * size[1];
#pragma unroll
        for (int n = 0; n < N; n++)
            at[n] = i * stride[n][0] + j * stride[n][1] + (int) plane * stride[n][2];
    }
};

// The vector type of four elements.
template<class T>
struct Vector;
template<>
struct Vector<float> {
    typedef float4 type;
};
template<>
struct Vector<uint32_t> {
    typedef uint4 type;
};
template<>
struct Vector<uint8_t> {
    typedef uchar4 type;
};

template<class T>
__device__ __forceinline__ void load4(const T* p, bool broadcast, int left, T (&v)[4]) {
    if (broadcast) {
        v[0] = v[1] = v[2] = v[3] = *p;
    } else if (left >= 4) {
        typename Vector<T>::type all = *reinterpret_cast<const typename Vector<T>::type*>(p);
        v[0] = all.x;
        v[1] = all.y;
        v[2] = all.z;
        v[3] = all.w;
    } else {
#pragma unroll
        for (int j = 0; j < 4; j++)
            v[j] = j < left ? p[j] : T(0);
    }
}

template<class T>
__device__ __forceinline__ void store4(T* p, int left, const T (&v)[4]) {
    if (left >= 4) {
        typename Vector<T>::type all;
        all.x = v[0];
        all.y = v[1];
        all.z = v[2];
        all.w = v[3];
        *reinterpret_cast<typename Vector<T>::type*>(p) = all;
    } else {
#pragma unroll
        for (int j = 0; j < 3; j++)
            if (j < left)
                p[j] = v[j];
    }
}
