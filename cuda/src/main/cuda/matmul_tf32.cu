// arch: compute_80
// Batched products of float32 matrices with factors rounded to TF32. Only for those who ask for it.
#include "matmul_tensor.cuh"

TENSOR_PRODUCT(Tf32, tf32, 128, 2)
TENSOR_PRODUCT(Tf32, tf32, 64, 4)
