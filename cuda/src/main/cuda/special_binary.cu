// Functions of two float64 tensors that are more than a few instructions. The number of the function is an argument, the same for all
// threads.
#include "common.cuh"
#include "operand.cuh"
#include "operations.cuh"
#include "values.cuh"

// `flat` says that all of them are one run of memory.
extern "C" __global__ void special_binary_f64(int op, Operand<double> a, Operand<double> b, double* out, Strided<3> walk, int flat) {
    for (unsigned i = thread_id(); i < walk.numel; i += thread_count()) {
        int at[3] = {(int) i, (int) i, (int) i};
        if (!flat)
            walk.offsets(i, at);
        out[at[0]] = special_value(op, a.at(at[1]), b.at(at[2]));
    }
}
