// arch: compute_80
// Convolutions of float32 with factors rounded to bfloat16. Only for those who ask for it.
#include "conv_tensor.cuh"

TENSOR_CONVOLUTIONS(Bf16, bf16)
