// arch: compute_80
// Gradients of convolutions of float32 with respect to their weights, with factors rounded to bfloat16. Only for those who ask for it.
#include "conv_weight_tensor.cuh"

TENSOR_WEIGHTS(Bf16, bf16)
