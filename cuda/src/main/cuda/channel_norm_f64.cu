// Normalisation by channels and groups of float64.
#include "channel_norm.cuh"

#define FORM(...) fold_rows(__VA_ARGS__, kept, places, chunk, partial)
#define MAP(...) map_rows(__VA_ARGS__, kept, places, chunk)
ALL(f64_rows, double, double)
#undef FORM
#undef MAP
#define FORM(...) fold_columns(__VA_ARGS__, kept, places, chunk, partial)
#define MAP(...) map_columns(__VA_ARGS__, kept, places, chunk)
ALL(f64_columns, double, double)

PER_CHANNEL(f64, double)
