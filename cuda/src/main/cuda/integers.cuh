// Functions of two integers as Java has them.
#pragma once
#include <cstdint>
#include "operations.cuh"

__device__ __forceinline__ int64_t magnitude(int64_t x) {
    return x < 0 ? (int64_t) (0 - (uint64_t) x) : x;
}

// Division as Java has it: the least number divided by -1 is itself.
__device__ __forceinline__ int64_t quotient(int64_t a, int64_t b) {
    return b == -1 ? (int64_t) (0 - (uint64_t) a) : a / b;
}

__device__ __forceinline__ int64_t rest(int64_t a, int64_t b) {
    return b == -1 ? 0 : a % b;
}

__device__ __forceinline__ int64_t greatest_common_divisor(int64_t a, int64_t b) {
#pragma unroll 1
    while (b != 0) {
        int64_t r = rest(a, b);
        a = b;
        b = r;
    }
    return magnitude(a);
}

// With wrap-around; a negative exponent gives the truncated quotient.
__device__ __forceinline__ int64_t power(int64_t a, int64_t b) {
    if (b < 0)
        return a == 1 ? 1 : a == -1 ? (b % 2 == 0 ? 1 : -1) : 0;
    uint64_t result = 1;
    uint64_t base = a;
#pragma unroll 1
    for (; b > 0; b >>= 1, base *= base)
        if ((b & 1) == 1)
            result *= base;
    return result;
}

// Of integers and booleans in 64 bits with wrap-around. A divisor of 0 has been refused before.
__device__ __forceinline__ int64_t integral(int op, int64_t a, int64_t b) {
    uint64_t x = a;
    uint64_t y = b;
    switch (op) {
        case ADD: return x + y;
        case SUB: return x - y;
        case MUL: return x * y;
        case MAXIMUM: return a > b ? a : b;
        case MINIMUM: return a < b ? a : b;
        case TRUNC_DIVIDE: return quotient(a, b);
        case FLOOR_DIVIDE: return quotient(a, b) - (rest(a, b) != 0 && (a < 0) != (b < 0) ? 1 : 0);
        case FMOD: return rest(a, b);
        case REMAINDER: return rest(a, b) + (rest(a, b) != 0 && (a < 0) != (b < 0) ? b : 0);
        case POW: return power(a, b);
        case GCD: return greatest_common_divisor(a, b);
        case LCM: return a == 0 || b == 0 ? 0 : magnitude((uint64_t) quotient(a, greatest_common_divisor(a, b)) * y);
        case LEFT_SHIFT: return b < 0 || b > 63 ? 0 : x << b;
        case RIGHT_SHIFT: return a >> (b < 0 || b > 63 ? 63 : b);
        case BITWISE_AND: return a & b;
        case BITWISE_OR: return a | b;
        case BITWISE_XOR: return a ^ b;
        default: return 0;
    }
}
