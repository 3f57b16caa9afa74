// Attention of float32 heads that cannot be read 16 bytes at a time, forward: 64 queries by 64 keys at a time.
#include "attention.cuh"

using Tile64 = Tile<float, 64, 2, 4>;

ATTENTION_FORWARD(any_2_f32, float, Tile64, AnyReading, 2, 2)
