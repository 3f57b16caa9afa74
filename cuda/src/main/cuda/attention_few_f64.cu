// Attention of few queries of float64.
#include "attention_few.cuh"

ATTENTION_FEW(any_f64, double, false, 1)
ATTENTION_JOIN(f64, double)
