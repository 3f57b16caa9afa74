// arch: compute_80
// Batched products of float32 matrices with factors rounded to bfloat16. Only for those who ask for it.
#include "matmul_tensor.cuh"

TENSOR_PRODUCTS(Bf16, bf16, 128, 64, 3, 2)
TENSOR_PRODUCTS(Bf16, bf16, 64, 32, 4, 4)
TENSOR_PRODUCT(Bf16, bf16, any, 64, 32, 4, 4, ALONG_K, ALONG_K, true)
