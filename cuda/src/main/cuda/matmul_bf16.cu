// arch: compute_80
// Batched products of float32 matrices with factors rounded to bfloat16. Only for those who ask for it.
#include "matmul_tensor.cuh"

TENSOR_PRODUCT(Bf16, bf16, 128, 2)
TENSOR_PRODUCT(Bf16, bf16, 64, 4)
