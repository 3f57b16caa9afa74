// Gradients of attention of float32 heads wider than 64: 64 queries by 64 keys at a time, 128 columns of results.
#include "attention.cuh"

using Tile64 = Tile<float, 64, 2, 4>;

ATTENTION_BACKWARD(wide_2_f32, float, Tile64, WideReading, 2, 2)
