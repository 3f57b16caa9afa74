// Softmax of float64.
#include "softmax.cuh"

IN_REGISTERS(f64_4, double, double, 4, 1024)
BACKWARD_IN_REGISTERS(f64_4, double, double, 4, 1024)
ALL_FORMS(f64, double)
