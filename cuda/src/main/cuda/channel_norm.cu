// Normalisation by channels and groups of float32.
#include "channel_norm.cuh"

#define FORM(...) fold_rows(__VA_ARGS__, kept, places, chunk, partial)
#define MAP(...) map_rows(__VA_ARGS__, kept, places, chunk)
ALL(f32_rows4, float, float4)
ALL(f32_rows, float, float)
#undef FORM
#undef MAP
#define FORM(...) fold_columns(__VA_ARGS__, kept, places, chunk, partial)
#define MAP(...) map_columns(__VA_ARGS__, kept, places, chunk)
ALL(f32_columns, float, float)

PER_CHANNEL(f32, float)
