// Attention of float32 heads, forward: 64 queries by 64 keys at a time.
#include "attention.cuh"

using Tile64 = Tile<float, 64, 2, 4>;

ATTENTION_FORWARD(wide_1_f32, float, Tile64, WideReading, 1, 3)
ATTENTION_FORWARD(wide_2_f32, float, Tile64, WideReading, 2, 2)
