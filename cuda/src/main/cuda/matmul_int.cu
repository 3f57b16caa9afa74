// Batched products of integer matrices, exact but for the wrapping around of the sums: out[b] = x[b] y[b] + bias.
#include "matmul.cuh"

#define INTEGER(name, T)                                                                                                               \
    extern "C" __global__ void __launch_bounds__(128)                                                                                  \
            matmul_64_any_##name(const T* x, const T* y, const T* bias, T* out, Product p) {                                           \
        using S = Tile<T, 64>;                                                                                                         \
        tiled<S, Singles<S>, Singles<S>>(x, y, bias, out, p);                                                                          \
    }                                                                                                                                  \
    extern "C" __global__ void matmul_plain_##name(const T* x, const T* y, const T* bias, T* out, Product p, unsigned numel) {         \
        plain(x, y, bias, out, p, numel);                                                                                              \
    }                                                                                                                                  \
    extern "C" __global__ void matmul_join_##name(const T* parts, const T* bias, T* out, Product p, unsigned numel) {                  \
        join(parts, bias, out, p, numel);                                                                                              \
    }

INTEGER(i32, uint32_t)
INTEGER(i64, uint64_t)
