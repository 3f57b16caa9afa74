// The gradient of the weight of depthwise convolutions 5x5: see depthwise_columns_weight.cuh.
#include "depthwise_columns_weight.cuh"

COLUMNS_WEIGHT(5, 1, 1, 4, 5)
COLUMNS_WEIGHT(5, 2, 1, 4, 4)
COLUMNS_WEIGHT(5, 0, 1, 4, 4)
COLUMNS_WEIGHT(5, 1, 2, 4, 4)
COLUMNS_WEIGHT(5, 1, 1, 2, 5)
COLUMNS_WEIGHT(5, 0, 1, 2, 5)
COLUMNS_WEIGHT(5, 1, 2, 2, 5)
COLUMNS_WEIGHT(5, 0, 1, 1, 5)
COLUMNS_WEIGHT(5, 0, 2, 1, 5)
