// Attention of float32 heads, backward: 64 queries by 64 keys at a time.
#include "attention.cuh"

using Tile64 = Tile<float, 64, 2, 4>;

ATTENTION_DOTS(wide_f32, float, Tile64, WideReading, 3)
ATTENTION_BACKWARD(wide_1_f32, float, Tile64, WideReading, 1, 3)
ATTENTION_BACKWARD(wide_2_f32, float, Tile64, WideReading, 2, 2)
