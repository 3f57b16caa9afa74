// Layer normalisation of float64.
#include "layer_norm.cuh"

IN_REGISTERS(f64_4, double, double, 4, 1024)
ALL_FORMS(f64, double)
