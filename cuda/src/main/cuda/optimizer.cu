// Steps of optimizers, in place: one pass over memory, with the operations of the CPU's kernels in their order, so that both give the same
// bits. Formulas: SgdStep and AdamStep of core.
// Floor: 12 bytes an element for plain SGD in float32, 20 with momentum, 28 for Adam, 36 with the largest second moment.
#include "math.cuh"
#include "quads.cuh"

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

extern "C" __global__ void sgd_quads_f32(float* p, const float* g, float* buffer, Quads<3> walk, SgdF32 s) {
    for (int q = thread_id(); q < walk.count(); q += thread_count()) {
        int at[3];
        walk.offsets(q, at);
        int left = walk.left(q);
        float x[4], d[4], b[4] = {};
        load4(p + at[0], false, left, x);
        load4(g + at[1], walk.broadcast & 2, left, d);
        if (s.buffered && !s.first)
            load4(buffer + at[2], false, left, b);
#pragma unroll
        for (int j = 0; j < 4; j++)
            sgd(s, x[j], d[j], b[j]);
        store4(p + at[0], left, x);
        if (s.buffered)
            store4(buffer + at[2], left, b);
    }
}

extern "C" __global__ void sgd_f32(float* p, const float* g, float* buffer, Strided<3> walk, SgdF32 s) {
    for (unsigned i = thread_id(); i < walk.numel; i += thread_count()) {
        int at[3];
        walk.offsets(i, at);
        float x = p[at[0]];
        float b = s.buffered && !s.first ? buffer[at[2]] : 0;
        sgd(s, x, g[at[1]], b);
        p[at[0]] = x;
        if (s.buffered)
            buffer[at[2]] = b;
    }
}

extern "C" __global__ void adam_quads_f32(float* p, const float* g, float* m, float* v, float* most, Quads<5> walk, AdamF32 s) {
    for (int q = thread_id(); q < walk.count(); q += thread_count()) {
        int at[5];
        walk.offsets(q, at);
        int left = walk.left(q);
        float x[4], d[4], first[4], second[4], largest[4] = {};
        load4(p + at[0], false, left, x);
        load4(g + at[1], walk.broadcast & 2, left, d);
        load4(m + at[2], false, left, first);
        load4(v + at[3], false, left, second);
        if (s.largest)
            load4(most + at[4], false, left, largest);
#pragma unroll
        for (int j = 0; j < 4; j++)
            adam(s, x[j], d[j], first[j], second[j], largest[j]);
        store4(p + at[0], left, x);
        store4(m + at[2], left, first);
        store4(v + at[3], left, second);
        if (s.largest)
            store4(most + at[4], left, largest);
    }
}

extern "C" __global__ void adam_f32(float* p, const float* g, float* m, float* v, float* most, Strided<5> walk, AdamF32 s) {
    for (unsigned i = thread_id(); i < walk.numel; i += thread_count()) {
        int at[5];
        walk.offsets(i, at);
        float x = p[at[0]], first = m[at[2]], second = v[at[3]], largest = s.largest ? most[at[4]] : 0;
        adam(s, x, g[at[1]], first, second, largest);
        p[at[0]] = x;
        m[at[2]] = first;
        v[at[3]] = second;
        if (s.largest)
            most[at[4]] = largest;
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

extern "C" __global__ void sgd_f64(double* p, const double* g, double* buffer, Strided<3> walk, SgdF64 s) {
    for (unsigned i = thread_id(); i < walk.numel; i += thread_count()) {
        int at[3];
        walk.offsets(i, at);
        double d = s.sign * g[at[1]] + s.decay * p[at[0]];
        if (s.buffered) {
            double b = s.first ? d : s.momentum * buffer[at[2]] + s.fresh * d;
            buffer[at[2]] = b;
            d = s.nesterov ? d + s.momentum * b : b;
        }
        p[at[0]] -= s.lr * d;
    }
}

extern "C" __global__ void adam_f64(double* p, const double* g, double* m, double* v, double* most, Strided<5> walk, AdamF64 s) {
    for (unsigned i = thread_id(); i < walk.numel; i += thread_count()) {
        int at[5];
        walk.offsets(i, at);
        double x = p[at[0]], first = m[at[2]];
        double d = s.sign * g[at[1]] + s.decay * x;
        first = s.beta1 > 0.5 ? first + (1 - s.beta1) * (d - first) : d - s.beta1 * (d - first);
        double second = s.beta2 * v[at[3]] + (1 - s.beta2) * d * d;
        double largest = second;
        if (s.largest)
            most[at[4]] = largest = maximum(most[at[4]], second);
        m[at[2]] = first;
        v[at[3]] = second;
        p[at[0]] = x * s.keep - s.size * first / (sqrt(largest) / s.root + s.eps);
    }
}
