// Cross-entropy of float32, and labels by themselves.
#include "cross_entropy.cuh"

ALL_FORMS(f32, float)

// Without classes every label that counts is wrong.
extern "C" __global__ void cross_entropy_labels(const int64_t* label, int stride, int rows, int64_t ignored, Fault* fault, int code) {
    for (unsigned i = thread_id(); i < rows; i += thread_count())
        if (label[(int) i * stride] != ignored)
            report(fault, code, label[(int) i * stride], 0);
}
