// Depthwise convolutions 9x9 and their input gradients, stride 1, dilation 1, float32 in planes.
//
// As depthwise_columns.cuh; but 81 taps would leave registers for few threads, so that they are kept in shared memory, for each plane that
// a block has results of, and a line of them is read for a line of results.
#include "columns.cuh"

constexpr int K = 9;
constexpr int V = 4;
constexpr int R = 4;        // lines of results of a thread, at most
constexpr int PITCH = 12;   // of a line of taps

extern __shared__ float4 dynamic_shared[];

extern "C" __global__ void __launch_bounds__(THREADS, 5) depthwise_columns_9_1_1_4(const float* __restrict__ source,
    const float* __restrict__ w, Columns g, Finish<float> finish, float* __restrict__ result) {
    float* filters = reinterpret_cast<float*>(dynamic_shared);
    int begin = blockIdx.x * blockDim.x;
    int first = Place(g, V, begin).plane;
    int planes = min(g.planes - 1, Place(g, V, begin + blockDim.x - 1).plane) - first + 1;
    for (int i = threadIdx.x; i < planes * K * PITCH; i += blockDim.x) {
        int x = i % PITCH;
        int y = i / PITCH % K;
        int o = (first + i / (K * PITCH)) % g.channels;
        filters[i] = x < K ? w[o * g.weight_channel + (g.flip ? K - 1 - y : y) * g.weight_y + (g.flip ? K - 1 - x : x) * g.weight_x] : 0.0f;
    }
    __syncthreads();
    Place place(g, V, begin + threadIdx.x);
    if (place.plane >= g.planes)
        return;
    int n = place.plane / g.channels;
    int o = place.plane - n * g.channels;
    Lines<K, 1, 1, V> lines(g, source + n * g.source_n + o / g.multiplier * g.source_c, place);
    lines.fetch(g, R - 1 + K);
    const float* filter = filters + (place.plane - first) * K * PITCH;
    ChannelFinish<float> channel(finish, o);
    float* to = result + n * g.result_n + o * g.result_c + place.y * g.result_line + place.x;
    float sum[R][V] = {};
#pragma unroll
    for (int j = 0; j < R - 1 + K; j++) {
        Window<K, 1, 1, V> window;
        lines.next(g, window);
#pragma unroll
        for (int v = 0; v < R; v++) {
            int ky = j - v;
            if (ky < 0 || ky >= K)
                continue;
            float taps[PITCH];
#pragma unroll
            for (int q = 0; q < PITCH; q += 4)
                copy_vector(&taps[q], filter + ky * PITCH + q);
#pragma unroll
            for (int kx = 0; kx < K; kx++)
#pragma unroll
                for (int r = 0; r < V; r++)
                    sum[v][r] = fmaf(window.under(kx, r), taps[kx], sum[v][r]);
            if (ky == K - 1) {
#pragma unroll
                for (int r = 0; r < V; r++)
                    sum[v][r] = channel.of(finish, sum[v][r]);
                if (place.y + v * g.dilation_y < place.end)
                    store(to + v * g.dilation_y * g.result_line, sum[v]);
            }
        }
    }
}
