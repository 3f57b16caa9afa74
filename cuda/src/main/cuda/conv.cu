// Convolutions by the products of conv_product.cuh for sources with neighbouring pixels side by side; the weight as all products load it.
#include "conv_product.cuh"

// packed[group][tap][reduced][produced], with zeros behind both: produced rounded up to `width`, of which a product loads 16 bytes at a
// time, reduced to `lines`, of which it reads whole tiles.
template<class T>
__device__ void pack(const T* w, Weights weights, int taps1, int taps2, int taps, int reduced, int lines, int produced, int width,
    T* packed, int numel) {
    for (unsigned i = thread_id(); i < numel; i += thread_count()) {
        int p = i % width;
        int rest = i / width;
        int r = rest % lines;
        rest /= lines;
        int tap = rest % taps;
        int group = rest / taps;
        int at = group * weights.group + p * weights.produced + r * weights.reduced + tap / (taps1 * taps2) * weights.at[0]
            + tap / taps2 % taps1 * weights.at[1] + tap % taps2 * weights.at[2];
        packed[i] = p < produced && r < reduced ? w[at] : T(0);
    }
}

#define PACK(name, T)                                                                                                                  \
    extern "C" __global__ void conv_pack_##name(const T* w, Weights weights, int taps1, int taps2, int taps, int reduced, int lines,    \
        int produced, int width, T* packed, int numel) {                                                                               \
        pack(w, weights, taps1, taps2, taps, reduced, lines, produced, width, packed, numel);                                          \
    }

PACK(f32, float)
PACK(f64, double)

// Adds up the slices of a product, in their order; each lies densely, channel after channel. Floor: the bytes of the slices, read once.
extern "C" __global__ void conv_sum_f32(const float* partial, int slices, int64_t slice_step, Geometry g, Count count,
    Finish<float> finish, float* result, int numel) {
    for (unsigned i = thread_id(); i < numel; i += thread_count()) {
        int q0, q1, q2;
        int rest = take_positions(count, i, q0, q1, q2);
        int n = count.channels.divide(rest);
        int channel = rest - n * count.channels.size;
        float sum = 0;
        for (int s = 0; s < slices; s++)
            sum += partial[s * slice_step + i];
        result[n * g.result_n + channel * g.result_c + q0 * g.result_at[0] + q1 * g.result_at[1] + q2 * g.result_at[2]] =
            ChannelFinish<float>(finish, channel).of(finish, sum);
    }
}

CONVOLVE(large_pixels_f32, float, 128, 128, 256, 2, PIXELS)
CONVOLVE(small_pixels_f32, float, 64, 64, 64, 6, PIXELS)
CONVOLVE(narrow_pixels_f32, float, 64, 32, 64, 8, PIXELS)
