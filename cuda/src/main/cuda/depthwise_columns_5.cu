// Depthwise convolutions 5x5 and their input gradients: see depthwise_columns.cuh.
#include "depthwise_columns.cuh"

COLUMNS(5, 1, 1, 4, 4, 5)
COLUMNS(5, 2, 1, 4, 4, 4)
COLUMNS(5, 0, 1, 4, 4, 4)
COLUMNS(5, 1, 2, 4, 4, 5)
COLUMNS(5, 1, 1, 2, 8, 5)
COLUMNS(5, 0, 1, 2, 8, 4)
COLUMNS(5, 1, 2, 2, 4, 5)
COLUMNS(5, 0, 1, 1, 8, 4)
COLUMNS(5, 0, 2, 1, 4, 5)
