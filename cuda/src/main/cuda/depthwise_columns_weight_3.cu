// The gradient of the weight of depthwise convolutions 3x3: see depthwise_columns_weight.cuh.
#include "depthwise_columns_weight.cuh"

COLUMNS_WEIGHT(3, 1, 1, 4, 6)
COLUMNS_WEIGHT(3, 2, 1, 4, 6)
COLUMNS_WEIGHT(3, 0, 1, 4, 6)
COLUMNS_WEIGHT(3, 1, 2, 4, 5)
COLUMNS_WEIGHT(3, 1, 1, 2, 6)
COLUMNS_WEIGHT(3, 0, 1, 2, 6)
COLUMNS_WEIGHT(3, 1, 2, 2, 6)
COLUMNS_WEIGHT(3, 0, 1, 1, 6)
COLUMNS_WEIGHT(3, 0, 2, 1, 6)
