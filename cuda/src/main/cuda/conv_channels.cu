// Convolutions by the products of conv_product.cuh for sources with the channels of a pixel side by side.
#include "conv_product.cuh"

CONVOLVE(large_channels_f32, float, 128, 128, 256, 2, CHANNELS)
CONVOLVE(small_channels_f32, float, 64, 64, 64, 6, CHANNELS)
CONVOLVE(narrow_channels_f32, float, 64, 32, 64, 8, CHANNELS)
