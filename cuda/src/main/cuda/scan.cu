// Running sums, products and logarithms of sums, and linear recurrences.
#include "scan.cuh"

SCAN(real, Real)
SCAN(integer, Integer)

extern "C" __global__ void scan_linear(WALK, const char* x, const char* a, char* out, int bytes) {
    linear_chain(kept, places, x, a, out, bytes);
}
