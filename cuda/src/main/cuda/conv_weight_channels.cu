// The gradient of a weight by the products of conv_weight_product.cuh, where the channels of a pixel lie side by side.
#include "conv_weight_product.cuh"

WEIGHT(large_vectors_f32, float, 128, 128, 256, 2, VECTORS)
WEIGHT(small_vectors_f32, float, 64, 64, 64, 6, VECTORS)
