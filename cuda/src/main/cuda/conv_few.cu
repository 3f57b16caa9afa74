// Transposed convolutions with strides whose results have one to four channels, as the gradients of images have: a matrix product would be
// mostly empty.
//
// Floor: 2 * results * channels of the source * taps of a phase operations. A thread makes HIGH neighbouring positions of one phase along
// axis 1, all channels of each, neighbouring threads neighbouring positions along axis 2. The taps of both axes lie side by side in the
// source, so that for each tap along axis 2 HIGH + TAPS1 - 1 numbers of it serve HIGH * TAPS1 * CHANNELS multiply-adds. One chain of them
// for each result: taps along axis 0, channels, taps along axis 2, along axis 1.
#include "conv_walk.cuh"

constexpr int THREADS = 128;         // mirrors GemmConvolution.java, as the next
constexpr int HIGH = 4;
constexpr int MOST_TAPS = 4;         // of a phase along axis 1, and along axis 2
constexpr int CHUNK = 32;            // channels whose weights are in shared memory

// TAPS1 taps along axis 1.
template<int CHANNELS, int TAPS1>
struct FewResults {
    static constexpr int WINDOW = HIGH + TAPS1 - 1;

    // The weights of some channels: `weights[channel][tap along axis 2][along axis 1]`.
    static __device__ __forceinline__ void fetch(const float* packed, int lines, const Geometry& g, const Phase* phase, int line, int count,
        float4* weights) {
        int taps2 = phase[2].taps;
        __syncthreads();
        for (int i = threadIdx.x; i < count * taps2 * TAPS1; i += THREADS) {
            int k1 = phase[1].tap_first + i % TAPS1 * phase[1].tap_step;
            int k2 = phase[2].tap_first + i / TAPS1 % taps2 * phase[2].tap_step;
            int64_t from = (int64_t) (k1 * g.axis[2].taps + k2) * lines + line + i / TAPS1 / taps2;
            weights[i] = reinterpret_cast<const float4*>(packed)[from];
        }
        __syncthreads();
    }

    // From position q0, q1, q2 of image n on.
    static __device__ __forceinline__ void add(const float* source, const float* packed, int lines, const Geometry& g, const Phase* phase,
        int n, int q0, int q1, int q2, float4* weights, float (&sum)[HIGH][CHANNELS]) {
        int taps2 = phase[2].taps;
        int y = q1 + phase[1].base - (TAPS1 - 1);
        int x = q2 + phase[2].base;
        unsigned rows = 0;
#pragma unroll
        for (int i = 0; i < WINDOW; i++)
            rows |= (unsigned) (y + i) < (unsigned) g.axis[1].source ? 1u << i : 0;
        for (int j0 = 0; j0 < phase[0].taps; j0++) {
            int z = q0 + phase[0].base + j0 * phase[0].dilation;
            unsigned deep = (unsigned) z < (unsigned) g.axis[0].source ? rows : 0;
            const float* from = source + ((int64_t) n * g.source_n + z * g.source_at[0] + y * g.source_at[1] + x);
            int line = (phase[0].tap_first + j0 * phase[0].tap_step) * g.axis[1].taps * g.axis[2].taps * lines;
            for (int first = 0; first < g.reduced; first += CHUNK) {
                int count = min(CHUNK, g.reduced - first);
                fetch(packed, lines, g, phase, line + first, count, weights);
                const float4* weight = weights;
                for (int c = 0; c < count; c++) {
#pragma unroll 1
                    for (int j2 = 0; j2 < taps2; j2++) {
                        unsigned now = (unsigned) (x - j2) < (unsigned) g.axis[2].source ? deep : 0;
                        float window[WINDOW];
#pragma unroll
                        for (int i = 0; i < WINDOW; i++)
                            window[i] = now >> i & 1 ? from[i * g.source_at[1] - j2] : 0;
#pragma unroll
                        for (int j1 = 0; j1 < TAPS1; j1++) {
                            float4 w = weight[j1];
                            float each[4] = {w.x, w.y, w.z, w.w};
#pragma unroll
                            for (int i = 0; i < HIGH; i++)
#pragma unroll
                                for (int o = 0; o < CHANNELS; o++)
                                    sum[i][o] = fmaf(window[i + TAPS1 - 1 - j1], each[o], sum[i][o]);
                        }
                        weight += TAPS1;
                    }
                    from += g.source_c;
                }
            }
        }
    }
};

// Of each phase of each group so many blocks.
template<int CHANNELS>
__device__ __forceinline__ void few(const float* source, const float* packed, int lines, const Geometry& g, const Finish<float>& finish,
    float* result, int blocks) {
    __shared__ Phase phase[3];
    __shared__ int group;
    __shared__ float4 weights[CHUNK * MOST_TAPS * MOST_TAPS];
    if (threadIdx.x == 0) {
        int rest = blockIdx.x / blocks;
        group = rest % g.groups;
        rest /= g.groups;
        for (int a = 2; a >= 0; a--) {
            int phases = g.axis[a].stride.size;
            phase[a] = phase_of(g.axis[a], rest % phases, 1);
            rest /= phases;
        }
    }
    __syncthreads();
    if (phase[0].count == 0 || phase[1].count == 0 || phase[2].count == 0)
        return;
    int i = blockIdx.x % blocks * THREADS + threadIdx.x;
    int q2 = i % phase[2].count;
    int rest = i / phase[2].count;
    int high = (phase[1].count + HIGH - 1) / HIGH;
    int q1 = rest % high * HIGH;
    rest /= high;
    int q0 = rest % phase[0].count;
    int n = rest / phase[0].count;
    if (n >= g.batch)
        q1 = -OUTSIDE;               // helps to fetch weights, and sees nothing else
    source += group * g.reduced * g.source_c;
    packed += (int64_t) group * g.axis[0].taps * g.axis[1].taps * g.axis[2].taps * lines * 4;
    float sum[HIGH][CHANNELS];
#pragma unroll
    for (int h = 0; h < HIGH; h++)
#pragma unroll
        for (int o = 0; o < CHANNELS; o++)
            sum[h][o] = 0;
    switch (phase[1].taps) {
        case 1:
            FewResults<CHANNELS, 1>::add(source, packed, lines, g, phase, n, q0, q1, q2, weights, sum);
            break;
        case 2:
            FewResults<CHANNELS, 2>::add(source, packed, lines, g, phase, n, q0, q1, q2, weights, sum);
            break;
        case 3:
            FewResults<CHANNELS, 3>::add(source, packed, lines, g, phase, n, q0, q1, q2, weights, sum);
            break;
        case 4:
            FewResults<CHANNELS, 4>::add(source, packed, lines, g, phase, n, q0, q1, q2, weights, sum);
            break;
    }
    if (n >= g.batch)
        return;
    float* to = result + ((int64_t) n * g.result_n + group * g.produced * g.result_c
        + (phase[0].first + q0 * phase[0].step) * g.result_at[0] + (phase[2].first + q2 * phase[2].step) * g.result_at[2]);
#pragma unroll
    for (int o = 0; o < CHANNELS; o++) {
        ChannelFinish<float> channel(finish, group * g.produced + o);
#pragma unroll
        for (int h = 0; h < HIGH; h++)
            if (q1 + h < phase[1].count)
                to[(phase[1].first + (q1 + h) * phase[1].step) * g.result_at[1] + o * g.result_c] = channel.of(finish, sum[h][o]);
    }
}

#define FEW(CHANNELS)                                                                                                                  \
    extern "C" __global__ void __launch_bounds__(THREADS, 5) conv_few_##CHANNELS##_f32(const float* __restrict__ source,               \
        const float* __restrict__ packed, int lines, Geometry g, Finish<float> finish, float* __restrict__ result, int blocks) {       \
        few<CHANNELS>(source, packed, lines, g, finish, result, blocks);                                                               \
    }

FEW(1)
FEW(2)
FEW(3)
FEW(4)
