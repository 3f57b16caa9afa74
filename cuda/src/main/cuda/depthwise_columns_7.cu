// Depthwise convolutions 7x7 and their input gradients: see depthwise_columns.cuh.
#include "depthwise_columns.cuh"

COLUMNS(7, 1, 1, 4, 7, 3)
COLUMNS(7, 0, 1, 4, 7, 2)
COLUMNS(7, 1, 2, 4, 4, 3)
COLUMNS(7, 1, 1, 2, 7, 3)
COLUMNS(7, 0, 1, 2, 7, 2)
COLUMNS(7, 1, 2, 2, 4, 3)
COLUMNS(7, 0, 1, 1, 7, 3)
COLUMNS(7, 0, 2, 1, 4, 3)
