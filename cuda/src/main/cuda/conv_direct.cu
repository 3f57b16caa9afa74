// Convolutions with few channels in a group, element by element: any axes, strides, dilations, groups and memory orders, for both types.
// What is read again comes from the first-level cache.
#include "window.cuh"

// The source positions that one result position reads along an axis: tap k at first + k * step, of a transposed convolution with strides
// divided by the stride.
struct Reach {
    int first;
    int step;
    int divides;

    __device__ __forceinline__ Reach(const Axis& a, int transposed, int q)
        : first(transposed ? q + a.pad : q * a.stride.size - a.pad), step(transposed ? -a.dilation : a.dilation),
          divides(transposed && a.stride.size != 1) {}

    // Position of tap k, or -1.
    __device__ __forceinline__ int position(const Axis& a, int k) const {
        int p = first + k * step;
        if (divides && p >= 0) {
            int whole = a.stride.divide(p);
            p = whole * a.stride.size == p ? whole : -1;
        }
        return (unsigned) p < (unsigned) a.source ? p : -1;
    }
};

// One thread for each result, in the order of their memory: one chain of multiply-adds, channels, within a channel taps.
template<class T>
__device__ void direct(const T* source, const T* w, const Geometry& g, const Weights& weights, const Finish<T>& finish, T* result,
    const Count& count, int channels_fastest, int numel) {
    for (unsigned i = thread_id(); i < numel; i += thread_count()) {
        int rest = i;
        int o = 0;
        if (channels_fastest) {
            rest = count.channels.divide(i);
            o = i - rest * count.channels.size;
        }
        int q0, q1, q2;
        int n = take_positions(count, rest, q0, q1, q2);
        if (!channels_fastest) {
            rest = n;
            n = count.channels.divide(rest);
            o = rest - n * count.channels.size;
        }
        int group = count.produced.divide(o);
        const T* image = source + (n * g.source_n + group * g.reduced * g.source_c);
        const T* filter = w + (group * weights.group + (o - group * g.produced) * weights.produced);
        Reach reach0(g.axis[0], g.transposed, q0);
        Reach reach1(g.axis[1], g.transposed, q1);
        Reach reach2(g.axis[2], g.transposed, q2);
        T sum = T(0);
        for (int c = 0; c < g.reduced; c++) {
            for (int k0 = 0; k0 < g.axis[0].taps; k0++) {
                int p0 = reach0.position(g.axis[0], k0);
                if (p0 < 0)
                    continue;
                for (int k1 = 0; k1 < g.axis[1].taps; k1++) {
                    int p1 = reach1.position(g.axis[1], k1);
                    if (p1 < 0)
                        continue;
                    const T* line = image + (p0 * g.source_at[0] + p1 * g.source_at[1]);
                    const T* tap = filter + (k0 * weights.at[0] + k1 * weights.at[1]);
#pragma unroll 1
                    for (int k2 = 0; k2 < g.axis[2].taps; k2++) {
                        int p2 = reach2.position(g.axis[2], k2);
                        if (p2 >= 0)
                            sum = fused(line[p2 * g.source_at[2]], tap[k2 * weights.at[2]], sum);
                    }
                }
            }
            image += g.source_c;
            filter += weights.reduced;
        }
        result[n * g.result_n + o * g.result_c + q0 * g.result_at[0] + q1 * g.result_at[1] + q2 * g.result_at[2]] =
            ChannelFinish<T>(finish, o).of(finish, sum);
    }
}

#define DIRECT(name, T)                                                                                                                \
    extern "C" __global__ void conv_direct_##name(const T* __restrict__ source, const T* __restrict__ w, Geometry g, Weights weights,   \
        Finish<T> finish, T* __restrict__ result, Count count, int channels_fastest, int numel) {                                          \
        direct(source, w, g, weights, finish, result, count, channels_fastest, numel);                                                 \
    }

DIRECT(f32, float)
DIRECT(f64, double)

constexpr int THREADS = 256;
constexpr int WARPS = THREADS / 32;
constexpr int TAPS = 8;

// What a block of the weight's gradient adds up: eight taps of a slice of all positions.
struct Share {
    int first_tap;
    int taps;
    int rest;      // the block's number among those for these taps
    int from;
    int to;

    __device__ __forceinline__ Share(const Geometry& g, int blocks, int positions, int each) {
        taps = g.axis[0].taps * g.axis[1].taps * g.axis[2].taps;
        int chunks = (taps + TAPS - 1) / TAPS;
        first_tap = blockIdx.x % chunks * TAPS;
        rest = blockIdx.x / chunks;
        from = rest / blocks * each;
        to = min(positions - from, each) + from;
    }
};

// Offset and distance along each axis of the block's taps.
__device__ __forceinline__ void find_taps(const Geometry& g, const Share& share, int4* taps) {
    if (threadIdx.x < TAPS) {
        int tap = min(share.first_tap + (int) threadIdx.x, share.taps - 1);
        int4 found;
        found.w = tap % g.axis[2].taps * g.axis[2].dilation - g.axis[2].pad;
        tap /= g.axis[2].taps;
        found.z = tap % g.axis[1].taps * g.axis[1].dilation - g.axis[1].pad;
        found.y = tap / g.axis[1].taps * g.axis[0].dilation - g.axis[0].pad;
        found.x = found.y * g.source_at[0] + found.z * g.source_at[1] + found.w * g.source_at[2];
        taps[threadIdx.x] = found;
    }
}

// Adds the products of position m.
template<class T>
__device__ __forceinline__ void add_products(const T* x, const T* dy, const Geometry& g, const Count& count, const int4* taps, int m,
    T (&sum)[TAPS]) {
    int q0, q1, q2;
    int n = take_positions(count, m, q0, q1, q2);
    T gradient = dy[n * g.result_n + q0 * g.result_at[0] + q1 * g.result_at[1] + q2 * g.result_at[2]];
    int p0 = q0 * g.axis[0].stride.size;
    int p1 = q1 * g.axis[1].stride.size;
    int p2 = q2 * g.axis[2].stride.size;
    const T* pixel = x + (n * g.source_n + p0 * g.source_at[0] + p1 * g.source_at[1] + p2 * g.source_at[2]);
#pragma unroll
    for (int t = 0; t < TAPS; t++) {
        int4 tap = taps[t];
        if ((unsigned) (p0 + tap.y) < (unsigned) g.axis[0].source && (unsigned) (p1 + tap.z) < (unsigned) g.axis[1].source
            && (unsigned) (p2 + tap.w) < (unsigned) g.axis[2].source)
            sum[t] = fused(gradient, pixel[tap.x], sum[t]);
    }
}

// partial[slice][o][c][tap] = sum over the positions of the slice of dy[o] * x[c] under the tap. A block works on one pair of o and c: each
// thread has a chain for each tap over every 256th position, joined in a tree.
template<class T>
__device__ void direct_weight(const T* x, const T* dy, const Geometry& g, const Count& count, T* partial, int positions, int each) {
    __shared__ int4 taps[TAPS];
    __shared__ T joined[TAPS][WARPS];
    int pairs = g.groups * g.produced * g.reduced;
    Share share(g, pairs, positions, each);
    find_taps(g, share, taps);
    __syncthreads();
    int pair = share.rest % pairs;
    int o = pair / g.reduced;
    x += (int64_t) (o / g.produced * g.reduced + pair % g.reduced) * g.source_c;
    dy += (int64_t) o * g.result_c;
    T sum[TAPS];
#pragma unroll
    for (int t = 0; t < TAPS; t++)
        sum[t] = T(0);
    for (int m = share.from + threadIdx.x; m < share.to; m += THREADS)
        add_products(x, dy, g, count, taps, m, sum);
#pragma unroll
    for (int t = 0; t < TAPS; t++) {
#pragma unroll
        for (int distance = 16; distance > 0; distance /= 2)
            sum[t] += __shfl_xor_sync(0xffffffffu, sum[t], distance);
        if (threadIdx.x % 32 == 0)
            joined[t][threadIdx.x / 32] = sum[t];
    }
    __syncthreads();
    if (threadIdx.x < TAPS && share.first_tap + threadIdx.x < share.taps) {
        T total = T(0);
        for (int warp = 0; warp < WARPS; warp++)
            total += joined[threadIdx.x][warp];
        partial[(int64_t) share.rest * share.taps + share.first_tap + threadIdx.x] = total;
    }
}

// The same where channels lie side by side: a block works on 32 pairs, neighbours in memory, each thread on one of them at every eighth
// position.
template<class T>
__device__ void direct_weight_channels(const T* x, const T* dy, const Geometry& g, const Count& count, T* partial, int positions,
    int each) {
    __shared__ int4 taps[TAPS];
    __shared__ T joined[WARPS][TAPS][32];
    int pairs = g.groups * g.produced * g.reduced;
    int blocks = (pairs + 31) / 32;
    Share share(g, blocks, positions, each);
    find_taps(g, share, taps);
    __syncthreads();
    int lane = threadIdx.x % 32;
    int warp = threadIdx.x / 32;
    int pair = share.rest % blocks * 32 + lane;
    int o = pair / g.reduced;
    x += (int64_t) (o / g.produced * g.reduced + pair % g.reduced) * g.source_c;
    dy += (int64_t) o * g.result_c;
    T sum[TAPS];
#pragma unroll
    for (int t = 0; t < TAPS; t++)
        sum[t] = T(0);
    if (pair < pairs)
        for (int m = share.from + warp; m < share.to; m += WARPS)
            add_products(x, dy, g, count, taps, m, sum);
#pragma unroll
    for (int t = 0; t < TAPS; t++)
        joined[warp][t][lane] = sum[t];
    __syncthreads();
    int tap = share.first_tap + warp;
    if (pair < pairs && tap < share.taps) {
        T total = T(0);
        for (int w = 0; w < WARPS; w++)
            total += joined[w][warp][lane];
        partial[((int64_t) (share.rest / blocks) * pairs + pair) * share.taps + tap] = total;
    }
}

#define DIRECT_WEIGHT(name, T)                                                                                                         \
    extern "C" __global__ void __launch_bounds__(THREADS) conv_direct_weight_##name(const T* __restrict__ x, const T* __restrict__ dy, \
        Geometry g, Count count, T* __restrict__ partial, int positions, int each) {                                                   \
        direct_weight(x, dy, g, count, partial, positions, each);                                                                      \
    }                                                                                                                                  \
    extern "C" __global__ void __launch_bounds__(THREADS) conv_direct_weight_channels_##name(const T* __restrict__ x,                  \
        const T* __restrict__ dy, Geometry g, Count count, T* __restrict__ partial, int positions, int each) {                         \
        direct_weight_channels(x, dy, g, count, partial, positions, each);                                                             \
    }

DIRECT_WEIGHT(f32, float)
DIRECT_WEIGHT(f64, double)
