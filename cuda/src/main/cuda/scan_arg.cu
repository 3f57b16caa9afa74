// Places of running extremes.
#include "scan.cuh"

SCAN(arg_real, Arg<double>)
SCAN(arg_integer, Arg<int64_t>)
