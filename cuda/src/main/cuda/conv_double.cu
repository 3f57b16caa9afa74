// Convolutions by the products of conv_product.cuh for float64, in any memory order.
#include "conv_product.cuh"

CONVOLVE(small_pixels_f64, double, 64, 64, 256, 2, PIXELS)
