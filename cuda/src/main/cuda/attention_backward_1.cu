// Gradients of attention of float32 heads up to 64 wide: 64 queries by 64 keys at a time.
#include "attention.cuh"

using Tile64 = Tile<float, 64, 2, 4>;

ATTENTION_BACKWARD(wide_1_f32, float, Tile64, WideReading, 1, 3)
