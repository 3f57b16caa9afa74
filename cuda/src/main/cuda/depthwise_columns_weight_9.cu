// The gradient of the weight of depthwise convolutions 9x9: see depthwise_columns_weight.cuh.
#include "depthwise_columns_weight.cuh"

COLUMNS_WEIGHT(9, 1, 1, 4, 2)
