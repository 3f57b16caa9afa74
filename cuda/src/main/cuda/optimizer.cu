// Steps of optimizers, in place: one pass over memory, with the operations of the CPU's kernels in their order, so that both give the same
// bits. Formulas: SgdStep and AdamStep of core. Parameters that are runs of memory are changed together, `..._all_...`; others one by one.
// Floor: 12 bytes an element for plain SGD in float32, 20 with momentum, 28 for Adam, 36 with the largest second moment.
#include "math.cuh"
#include "quads.cuh"

// Elements of a parameter that a block changes; a multiple of four. Mirrors UpdateTable.java.
constexpr int CHUNK = 2048;

// Parameters that are changed by one launch, each a run of memory as are the other tensors of its step. Steps with the same constants share
// them. Passed by value: there is nothing to be copied to the device before. Mirrors UpdateTable.java.
template<class T, int TENSORS, int PARAMETERS, class Constants>
struct Updates {
    T* address[TENSORS][PARAMETERS];
    Constants constants[8];
    int count;
    int pad;
    int numel[PARAMETERS];
    int first[PARAMETERS];       // number of the first block
    uint8_t how[PARAMETERS];     // which constants; 8 more if all addresses are multiples of 16

    // The parameter of this block.
    __device__ __forceinline__ int parameter() const {
        int k = 0;
#pragma unroll
        for (int step = 64; step > 0; step /= 2)
            if (k + step < count && first[k + step] <= (int) blockIdx.x)
                k += step;
        return k;
    }

    // The first element of this block.
    __device__ __forceinline__ int start(int k) const {
        return ((int) blockIdx.x - first[k]) * CHUNK;
    }

    // How many elements this block has.
    __device__ __forceinline__ int length(int k) const {
        return min(numel[k] - start(k), CHUNK);
    }

    __device__ __forceinline__ T* memory(int tensor, int k) const {
        return address[tensor][k] + start(k);
    }

    __device__ __forceinline__ bool aligned(int k) const {
        return how[k] & 8;
    }
};

// Constants worked out in double and rounded once. Mirrors Optimizers.java.
struct SgdF32 {
    float sign, decay, lr, momentum, fresh, from_buffer, from_gradient;
    int buffered, first;
};

struct AdamF32 {
    float sign, decay, shrink, fresh1, beta2, fresh2, size, root, eps;
    int largest;
};

__device__ __forceinline__ void sgd(const SgdF32& s, float& p, float g, float& buffer) {
    float d = fmaf(p, s.decay, g * s.sign);
    if (s.buffered) {
        buffer = fmaf(s.first ? 0.0f : buffer, s.momentum, d * s.fresh);
        d = fmaf(buffer, s.from_buffer, d * s.from_gradient);
    }
    p = fmaf(d, -s.lr, p);
}

__device__ __forceinline__ void adam(const AdamF32& s, float& p, float g, float& m, float& v, float& most) {
    float d = fmaf(p, s.decay, g * s.sign);
    m = s.fresh1 < 0.5f ? fmaf(d - m, s.fresh1, m) : fmaf(m - d, 1 - s.fresh1, d);
    v = fmaf(v, s.beta2, d * s.fresh2 * d);
    most = s.largest ? maximum(most, v) : v;
    float old = fmaf(p, -s.shrink, p);
    float root = fmaf(sqrtf(most), s.root, s.eps);
    p = fmaf(m / root, -s.size, old);
}

// Four neighbours, of which the last ones may be missing.
__device__ __forceinline__ void sgd4(const SgdF32& s, float* p, const float* g, float* buffer, int left) {
    float x[4], d[4], b[4] = {};
    load4(p, false, left, x);
    load4(g, false, left, d);
    if (s.buffered && !s.first)
        load4(buffer, false, left, b);
#pragma unroll
    for (int j = 0; j < 4; j++)
        sgd(s, x[j], d[j], b[j]);
    store4(p, left, x);
    if (s.buffered)
        store4(buffer, left, b);
}

__device__ __forceinline__ void sgd1(const SgdF32& s, float* p, const float* g, float* buffer) {
    float x = *p;
    float b = s.buffered && !s.first ? *buffer : 0;
    sgd(s, x, *g, b);
    *p = x;
    if (s.buffered)
        *buffer = b;
}

extern "C" __global__ void sgd_all_f32(Updates<float, 3, 96, SgdF32> all) {
    int k = all.parameter();
    int n = all.length(k);
    SgdF32 s = all.constants[all.how[k] & 7];
    float *p = all.memory(0, k), *g = all.memory(1, k), *buffer = all.memory(2, k);
    if (all.aligned(k))
        for (int i = 4 * threadIdx.x; i < n; i += 4 * blockDim.x)
            sgd4(s, p + i, g + i, buffer + i, n - i);
    else
        for (int i = threadIdx.x; i < n; i += blockDim.x)
            sgd1(s, p + i, g + i, buffer + i);
}

extern "C" __global__ void sgd_f32(float* p, const float* g, float* buffer, Strided<3> walk, SgdF32 s) {
    for (unsigned i = thread_id(); i < walk.numel; i += thread_count()) {
        int at[3];
        walk.offsets(i, at);
        sgd1(s, p + at[0], g + at[1], buffer + at[2]);
    }
}

__device__ __forceinline__ void adam4(const AdamF32& s, float* p, const float* g, float* m, float* v, float* most, int left) {
    float x[4], d[4], first[4], second[4], largest[4] = {};
    load4(p, false, left, x);
    load4(g, false, left, d);
    load4(m, false, left, first);
    load4(v, false, left, second);
    if (s.largest)
        load4(most, false, left, largest);
#pragma unroll
    for (int j = 0; j < 4; j++)
        adam(s, x[j], d[j], first[j], second[j], largest[j]);
    store4(p, left, x);
    store4(m, left, first);
    store4(v, left, second);
    if (s.largest)
        store4(most, left, largest);
}

__device__ __forceinline__ void adam1(const AdamF32& s, float* p, const float* g, float* m, float* v, float* most) {
    float x = *p, first = *m, second = *v, largest = s.largest ? *most : 0;
    adam(s, x, *g, first, second, largest);
    *p = x;
    *m = first;
    *v = second;
    if (s.largest)
        *most = largest;
}

extern "C" __global__ void adam_all_f32(Updates<float, 5, 64, AdamF32> all) {
    int k = all.parameter();
    int n = all.length(k);
    AdamF32 s = all.constants[all.how[k] & 7];
    float *p = all.memory(0, k), *g = all.memory(1, k), *m = all.memory(2, k), *v = all.memory(3, k), *most = all.memory(4, k);
    if (all.aligned(k))
        for (int i = 4 * threadIdx.x; i < n; i += 4 * blockDim.x)
            adam4(s, p + i, g + i, m + i, v + i, most + i, n - i);
    else
        for (int i = threadIdx.x; i < n; i += blockDim.x)
            adam1(s, p + i, g + i, m + i, v + i, most + i);
}

extern "C" __global__ void adam_f32(float* p, const float* g, float* m, float* v, float* most, Strided<5> walk, AdamF32 s) {
    for (unsigned i = thread_id(); i < walk.numel; i += thread_count()) {
        int at[5];
        walk.offsets(i, at);
        adam1(s, p + at[0], g + at[1], m + at[2], v + at[3], most + at[4]);
    }
}

struct SgdF64 {
    double sign, decay, lr, momentum, fresh;
    int64_t buffered, first, nesterov;
};

struct AdamF64 {
    double sign, decay, keep, beta1, beta2, size, root, eps;
    int64_t largest;
};

__device__ __forceinline__ void sgd(const SgdF64& s, double* p, const double* g, double* buffer) {
    double d = s.sign * *g + s.decay * *p;
    if (s.buffered) {
        double b = s.first ? d : s.momentum * *buffer + s.fresh * d;
        *buffer = b;
        d = s.nesterov ? d + s.momentum * b : b;
    }
    *p -= s.lr * d;
}

__device__ __forceinline__ void adam(const AdamF64& s, double* p, const double* g, double* m, double* v, double* most) {
    double x = *p, first = *m;
    double d = s.sign * *g + s.decay * x;
    first = s.beta1 > 0.5 ? first + (1 - s.beta1) * (d - first) : d - s.beta1 * (d - first);
    double second = s.beta2 * *v + (1 - s.beta2) * d * d;
    double largest = second;
    if (s.largest)
        *most = largest = maximum(*most, second);
    *m = first;
    *v = second;
    *p = x * s.keep - s.size * first / (sqrt(largest) / s.root + s.eps);
}

extern "C" __global__ void sgd_all_f64(Updates<double, 3, 96, SgdF64> all) {
    int k = all.parameter();
    int n = all.length(k);
    SgdF64 s = all.constants[all.how[k] & 7];
    double *p = all.memory(0, k), *g = all.memory(1, k), *buffer = all.memory(2, k);
    for (int i = threadIdx.x; i < n; i += blockDim.x)
        sgd(s, p + i, g + i, buffer + i);
}

extern "C" __global__ void adam_all_f64(Updates<double, 5, 64, AdamF64> all) {
    int k = all.parameter();
    int n = all.length(k);
    AdamF64 s = all.constants[all.how[k] & 7];
    double *p = all.memory(0, k), *g = all.memory(1, k), *m = all.memory(2, k), *v = all.memory(3, k), *most = all.memory(4, k);
    for (int i = threadIdx.x; i < n; i += blockDim.x)
        adam(s, p + i, g + i, m + i, v + i, most + i);
}

extern "C" __global__ void sgd_f64(double* p, const double* g, double* buffer, Strided<3> walk, SgdF64 s) {
    for (unsigned i = thread_id(); i < walk.numel; i += thread_count()) {
        int at[3];
        walk.offsets(i, at);
        sgd(s, p + at[0], g + at[1], buffer + at[2]);
    }
}

extern "C" __global__ void adam_f64(double* p, const double* g, double* m, double* v, double* most, Strided<5> walk, AdamF64 s) {
    for (unsigned i = thread_id(); i < walk.numel; i += thread_count()) {
        int at[5];
        walk.offsets(i, at);
        adam(s, p + at[0], g + at[1], m + at[2], v + at[3], most + at[4]);
    }
}
