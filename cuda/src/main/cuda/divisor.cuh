// Division of numbers below 2^31 by one that is the same for a whole launch. Mirrors Divisor.java.
#pragma once

struct Divisor {
    unsigned magic;
    int shift;
    int size;

    // Source: Granlund, Montgomery 1994, Division by Invariant Integers using Multiplication.
    __device__ __forceinline__ int quotient(int x) const { return (__umulhi(x, magic) + x) >> shift; }

    // The remainder; `x` becomes the quotient.
    __device__ __forceinline__ int split(int& x) const {
        int q = quotient(x);
        int rest = x - q * size;
        x = q;
        return rest;
    }
};
