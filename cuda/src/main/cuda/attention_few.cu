// Attention of few queries of float32.
#include "attention_few.cuh"

ATTENTION_FEW(wide_f32, float, true, 2)
ATTENTION_FEW(any_f32, float, false, 2)
ATTENTION_JOIN(f32, float)
