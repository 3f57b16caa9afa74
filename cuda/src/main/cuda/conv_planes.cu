// Images in planes, from any memory order.
#include "window.cuh"

constexpr int SIDE = 32;
constexpr int LINES = 8;    // threads along a column of a tile

// to[n][c][pixel] from images with their strides; a block turns 32x32 numbers round in shared memory, so that both sides are accessed in
// lines where channels lie side by side. Floor: 8 bytes for each number.
template<class T>
__device__ void planes(const T* from, int step_n, int step_c, int step_y, int step_x, Divider width, int channels, int pixels, T* to,
    int pixel_tiles, int channel_tiles) {
    __shared__ T tile[SIDE][SIDE + 1];
    int lane = threadIdx.x % SIDE;
    int line = threadIdx.x / SIDE;
    int first_pixel = blockIdx.x % pixel_tiles * SIDE;
    int rest = blockIdx.x / pixel_tiles;
    int first_channel = rest % channel_tiles * SIDE;
    int n = rest / channel_tiles;
    for (int i = line; i < SIDE; i += LINES)
        if (first_pixel + i < pixels && first_channel + lane < channels) {
            int y = width.divide(first_pixel + i);
            int x = first_pixel + i - y * width.size;
            tile[i][lane] = from[n * step_n + (first_channel + lane) * step_c + y * step_y + x * step_x];
        }
    __syncthreads();
    for (int i = line; i < SIDE; i += LINES)
        if (first_pixel + lane < pixels && first_channel + i < channels)
            to[(n * channels + first_channel + i) * pixels + first_pixel + lane] = tile[lane][i];
}

extern "C" __global__ void __launch_bounds__(SIDE * LINES) conv_planes_f32(const float* __restrict__ from, int step_n, int step_c,
    int step_y, int step_x, Divider width, int channels, int pixels, float* __restrict__ to, int pixel_tiles, int channel_tiles) {
    planes(from, step_n, step_c, step_y, step_x, width, channels, pixels, to, pixel_tiles, channel_tiles);
}
