// arch: compute_80
// Convolutions of float32 with factors rounded to TF32. Only for those who ask for it.
#include "conv_tensor.cuh"

TENSOR_CONVOLUTIONS(Tf32, tf32)
