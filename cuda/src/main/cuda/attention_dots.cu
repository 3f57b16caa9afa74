// What the gradients of float32 attention share: sums of P * dP by query, of 64 queries by 64 keys at a time.
#include "attention.cuh"

using Tile64 = Tile<float, 64, 2, 4>;

ATTENTION_DOTS(wide_f32, float, Tile64, WideReading, 3)
