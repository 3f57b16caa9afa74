// One side of a function of two tensors.
#pragma once
#include "quads.cuh"

// The elements of a view or, where there is no memory, one number in the place of each. Mirrors Binary.java.
template<class T>
struct Operand {
    const T* elements;
    T number;

    __device__ __forceinline__ T at(int i) const { return elements ? elements[i] : number; }

    // Four neighbours, see load4.
    __device__ __forceinline__ void load(int i, bool broadcast, int left, T (&v)[4]) const {
        if (elements)
            load4(elements + i, broadcast, left, v);
        else
            v[0] = v[1] = v[2] = v[3] = number;
    }
};
