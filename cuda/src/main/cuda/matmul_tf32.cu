// arch: compute_80
// Batched products of float32 matrices with factors rounded to TF32. Only for those who ask for it.
#include "matmul_tensor.cuh"

TENSOR_PRODUCTS(Tf32, tf32, 128, 64, 3, 2)
TENSOR_PRODUCTS(Tf32, tf32, 64, 32, 4, 4)
TENSOR_PRODUCT(Tf32, tf32, any, 64, 32, 4, 4, ALONG_K, ALONG_K, true)
