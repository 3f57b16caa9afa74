// The gradient of the weight of depthwise convolutions 7x7: see depthwise_columns_weight.cuh.
#include "depthwise_columns_weight.cuh"

COLUMNS_WEIGHT(7, 1, 1, 4, 4)
COLUMNS_WEIGHT(7, 0, 1, 4, 3)
COLUMNS_WEIGHT(7, 1, 2, 4, 3)
COLUMNS_WEIGHT(7, 1, 1, 2, 4)
COLUMNS_WEIGHT(7, 0, 1, 2, 4)
COLUMNS_WEIGHT(7, 1, 2, 2, 4)
COLUMNS_WEIGHT(7, 0, 1, 1, 4)
COLUMNS_WEIGHT(7, 0, 2, 1, 4)
