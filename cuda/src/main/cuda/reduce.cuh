// What kernels of reductions have in common.
#pragma once
#include "reduction.cuh"

enum Op { SUM, PROD, MAX, MIN, ANY, ALL };   // ReduceOp

#define PARAMETERS(...) (Strided<2> kept, Strided<2> places, int chunk, Partial partial, __VA_ARGS__)
#define ROWS(name, fold, ...) extern "C" __global__ void name PARAMETERS(__VA_ARGS__) { fold_rows(fold, kept, places, chunk, partial); }
#define COLUMNS(name, fold, ...)                                                                                                       \
    extern "C" __global__ void name PARAMETERS(__VA_ARGS__) { fold_columns(fold, kept, places, chunk, partial); }
