// Cross-entropy of float64.
#include "cross_entropy.cuh"

ALL_FORMS(f64, double)
