// How the positions of a convolution's result meet those of its source, for the convolution and for its transpose, over up to three axes.
#pragma once
#include "common.cuh"

// To divide numbers from 0 on by `size` with a multiplication.
struct Divider {
    unsigned magic;  // Granlund, Montgomery 1994
    int shift;
    int size;

    __device__ __forceinline__ int divide(int n) const {
        return (__umulhi(n, magic) + n) >> shift;
    }
};

// One spatial axis. Of a convolution, result position y reads source position y * stride + k * dilation - pad under tap k; of the
// transpose, result position p reads source position (p + pad - k * dilation) / stride where that is whole.
struct Axis {
    int result;
    int source;
    int taps;
    int dilation;
    int pad;
    int period;      // stride / gcd(stride, dilation): taps that meet the same result position of the transpose are so far apart
    Divider stride;
};

// Sizes and strides (in elements) of the operands; missing axes come first and have size 1. Mirrors ConvGeometry.java.
struct Geometry {
    int batch;
    int groups;
    int produced;    // channels of the result in a group
    int reduced;     // channels of the source in a group
    int transposed;
    int stores;      // which 16-byte stores are possible, see Stores
    Axis axis[3];
    int source_n;
    int source_c;
    int source_at[3];
    int result_n;
    int result_c;
    int result_at[3];
};

// Where the weight of a group, of a channel of the result, of a channel of the source and of a tap lies.
struct Weights {
    int group;
    int produced;
    int reduced;
    int at[3];
};

// How results are counted: numbers of positions along the axes, of channels, and of those of a group.
struct Count {
    Divider axis[3];
    Divider channels;
    Divider produced;
};

// Takes `i` apart, positions along the axes innermost; what is left counts what comes before them.
__device__ __forceinline__ int take_positions(const Count& count, int i, int& q0, int& q1, int& q2) {
    int rest = count.axis[2].divide(i);
    q2 = i - rest * count.axis[2].size;
    i = count.axis[1].divide(rest);
    q1 = rest - i * count.axis[1].size;
    rest = count.axis[0].divide(i);
    q0 = i - rest * count.axis[0].size;
    return rest;
}

enum Stores { SINGLE, ALONG_PIXELS, ALONG_CHANNELS };

// The result positions of one axis that are congruent modulo the stride of a transposed convolution all meet the same taps, and for them
// the transpose is a convolution of stride 1 with these taps alone. A convolution itself has one phase.
struct Phase {
    int count;          // result positions first, first + step, ...
    int first;
    int step;
    int source_step;    // position q with tap j reads source position q * source_step + base + j * dilation
    int base;
    int dilation;
    int taps;           // j = 0 ... taps - 1 stand for the taps tap_first + j * tap_step
    int tap_first;
    int tap_step;
};

__device__ __forceinline__ Phase phase_of(const Axis& a, int phase, int transposed) {
    if (!transposed)
        return Phase {a.result, 0, 1, a.stride.size, -a.pad, a.dilation, a.taps, 0, 1};
    int count = phase < a.result ? (a.result - phase + a.stride.size - 1) / a.stride.size : 0;
    int most = min(a.taps, a.period);
    int tap = 0;
    while (tap < most && (phase + a.pad - tap * a.dilation) % a.stride.size != 0)
        tap++;
    int taps = tap < most ? (a.taps - tap + a.period - 1) / a.period : 0;
    return Phase {count, phase, a.stride.size, 1, (phase + a.pad - tap * a.dilation) / a.stride.size,
        -(a.dilation * a.period / a.stride.size), taps, tap, a.period};
}

// What happens to a result before it is stored: (y + bias - mean) * rstd * weight + shift, relu. Missing numbers are null.
template<class T>
struct Finish {
    const T* bias;
    const T* mean;
    const T* rstd;
    const T* weight;
    const T* shift;
    int bias_step;
    int mean_step;
    int rstd_step;
    int weight_step;
    int shift_step;
    int normalize;
    int relu;
    int pad;
};

__device__ __forceinline__ float fused(float a, float b, float c) {
    return fmaf(a, b, c);
}

__device__ __forceinline__ double fused(double a, double b, double c) {
    return fma(a, b, c);
}

// The finish of one channel.
template<class T>
struct ChannelFinish {
    T bias;
    T mean;
    T scale;
    T shift;

    __device__ __forceinline__ ChannelFinish(const Finish<T>& f, int channel) {
        bias = f.bias ? f.bias[(int64_t) channel * f.bias_step] : T(0);
        mean = f.mean ? f.mean[(int64_t) channel * f.mean_step] : T(0);
        scale = f.rstd ? f.rstd[(int64_t) channel * f.rstd_step] : T(1);
        scale *= f.weight ? f.weight[(int64_t) channel * f.weight_step] : T(1);
        shift = f.shift ? f.shift[(int64_t) channel * f.shift_step] : T(0);
    }

    __device__ __forceinline__ T of(const Finish<T>& f, T y) const {
        y += bias;
        if (f.normalize)
            y = fused(y - mean, scale, shift);
        return f.relu && y <= T(0) ? T(0) : y;
    }
};

// 16 bytes.
template<class T>
struct Vector;

template<>
struct Vector<float> {
    using Type = float4;
    static constexpr int SIZE = 4;
};

template<>
struct Vector<double> {
    using Type = double2;
    static constexpr int SIZE = 2;
};

template<class T>
__device__ __forceinline__ void copy_vector(T* to, const T* from) {
    *reinterpret_cast<typename Vector<T>::Type*>(to) = *reinterpret_cast<const typename Vector<T>::Type*>(from);
}
