// Attention of float64 heads, backward: 32 queries by 32 keys at a time.
#include "attention.cuh"

using Tile32 = Tile<double, 32, 4, 4>;

ATTENTION_DOTS(any_f64, double, Tile32, AnyReading, 4)
ATTENTION_BACKWARD(any_2_f64, double, Tile32, AnyReading, 2, 4)
