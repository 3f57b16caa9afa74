// Functions of two floating tensors that are used less often: computed in double, whatever the type of the tensors. The number of the
// function is an argument, the same for all threads.
#include "common.cuh"
#include "operations.cuh"
#include "values.cuh"

// `wide` says that the tensors are float64, else float32; `flat`, that all of them are one run of memory.
extern "C" __global__ void special_binary(int op, const void* a, const void* b, void* out, Strided<3> walk, int flat, int wide) {
    for (unsigned i = thread_id(); i < walk.numel; i += thread_count()) {
        int at[3] = {(int) i, (int) i, (int) i};
        if (!flat)
            walk.offsets(i, at);
        double x = wide ? static_cast<const double*>(a)[at[1]] : static_cast<const float*>(a)[at[1]];
        double y = wide ? static_cast<const double*>(b)[at[2]] : static_cast<const float*>(b)[at[2]];
        double v = special_value(op, x, y);
        if (wide)
            static_cast<double*>(out)[at[0]] = v;
        else
            static_cast<float*>(out)[at[0]] = (float) v;
    }
}
