// Batched products of float64 matrices: out[b] = x[b] y[b] + bias.
#include "matmul.cuh"

// Floor: 2mnk flop at the rate of the fused multiply-adds.
#define TILED(name, BLOCKS, LOADER)                                                                                                    \
    extern "C" __global__ void __launch_bounds__(128, BLOCKS)                                                                          \
            matmul_64_##name##_f64(const double* x, const double* y, const double* bias, double* out, Product p) {                     \
        using S = Tile<double, 64>;                                                                                                    \
        tiled<S, LOADER, LOADER>(x, y, bias, out, p);                                                                                  \
    }

#define EITHER Vectors<S, -1>
#define ANY Singles<S>

TILED(wide, 3, EITHER)
TILED(any, 2, ANY)

extern "C" __global__ void matmul_plain_f64(const double* x, const double* y, const double* bias, double* out, Product p, unsigned numel) {
    plain(x, y, bias, out, p, numel);
}

extern "C" __global__ void matmul_join_f64(const double* parts, const double* bias, double* out, Product p, unsigned numel) {
    join(parts, bias, out, p, numel);
}
