// Convolutions by the products of conv_product.cuh for sources with few channels, in any memory order.
#include "conv_product.cuh"

CONVOLVE(small_table_f32, float, 64, 64, 64, 6, TABLE)
CONVOLVE(narrow_table_f32, float, 64, 32, 64, 8, TABLE)
