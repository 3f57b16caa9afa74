// Depthwise convolutions 3x3 and their input gradients: see depthwise_columns.cuh.
#include "depthwise_columns.cuh"

COLUMNS(3, 1, 1, 4, 4, 8)
COLUMNS(3, 2, 1, 4, 4, 8)
COLUMNS(3, 0, 1, 4, 4, 8)
COLUMNS(3, 1, 2, 4, 4, 8)
COLUMNS(3, 1, 1, 2, 8, 8)
COLUMNS(3, 0, 1, 2, 8, 8)
COLUMNS(3, 1, 2, 2, 4, 8)
COLUMNS(3, 0, 1, 1, 8, 8)
COLUMNS(3, 0, 2, 1, 4, 8)
