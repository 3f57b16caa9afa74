// Three by three convolutions with stride 1 by Winograd's minimal filtering F(4x4, 3x3): what comes before and after the 36 matrix products
// that make sixteen results of a channel with 36 multiplications instead of 144, see winograd_transform.cuh. The products are those of
// matmul.cu. Mirrors Winograd.java.
//
// Transformed images are 36 planes of tiles by channels, either innermost, as in the image: neighbouring threads then read and write
// neighbours. Floor: bytes; a tile of one channel is 36 numbers of a transformed image and 16 of the image.
#include "window.cuh"
#include "winograd_transform.cuh"

// Where the pixels of images lie.
struct Images {
    int n;           // distances in elements: from one image to the next, of channels, lines, pixels
    int c;
    int y;
    int x;
    int height;
    int width;
    int top;         // the first line and pixel that the first tile sees
    int left;
    int quads;       // 1: of a line four pixels from a multiple of four on can be accessed at once
};

// A run of tiles, which are counted along the lines of all images.
struct Tiles {
    Divider across;
    Divider down;
    int first;
    int count;

    // Image, first line and first pixel of the tile number `t` of the run.
    __device__ __forceinline__ int find(int t, int& y, int& x) const {
        int line = across.divide(first + t);
        int n = down.divide(line);
        x = (first + t - line * across.size) * RESULTS;
        y = (line - n * down.size) * RESULTS;
        return n;
    }
};

// One line of a tile, zeros where there are no pixels.
template<int N>
__device__ __forceinline__ void load_line(const float* line, const Images& images, int x, bool there, float (&d)[N]) {
    if (images.quads && images.left == (N == SEEN ? -1 : 0)) {
        constexpr int BEFORE = N == SEEN ? 1 : 0;
        bool inside = there && x + BEFORE < images.width;
        float4 quad = inside ? *reinterpret_cast<const float4*>(line + x + BEFORE) : make_float4(0, 0, 0, 0);
        d[BEFORE] = quad.x;
        d[BEFORE + 1] = quad.y;
        d[BEFORE + 2] = quad.z;
        d[BEFORE + 3] = quad.w;
        if (BEFORE) {
            d[0] = there && x >= 0 ? line[x] : 0.0f;
            d[N - 1] = there && x + N - 1 < images.width ? line[x + N - 1] : 0.0f;
        }
        return;
    }
#pragma unroll
    for (int j = 0; j < N; j++)
        d[j] = there && (unsigned) (x + j) < (unsigned) images.width ? line[(x + j) * images.x] : 0.0f;
}

// Transforms the tiles of a run: plane k of tile and channel i is out[k * numel + i], zeros behind the last tile. Channels are innermost
// (then `inner` counts them), or tiles.
template<class Transform, bool CHANNELS>
__device__ __forceinline__ void spread(const float* source, const Images& images, const Tiles& tiles, const Divider& inner, int numel,
                                       float* out) {
    constexpr int FROM = Transform::FROM;
    int i = thread_id();
    if (i >= numel)
        return;
    int outer = inner.divide(i);
    int t = CHANNELS ? outer : i - outer * inner.size;
    int c = CHANNELS ? i - outer * inner.size : outer;
    float lines[FROM][SEEN];
    int y, x;
    int n = tiles.find(t, y, x);
    y += images.top;
    x += images.left;
    const float* line = source + n * images.n + c * images.c + y * images.y;
#pragma unroll
    for (int r = 0; r < FROM; r++) {
        float d[FROM];
        load_line(line + r * images.y, images, x, t < tiles.count && (unsigned) (y + r) < (unsigned) images.height, d);
        Transform::apply(d, lines[r]);
    }
#pragma unroll
    for (int j = 0; j < SEEN; j++) {
        float column[FROM];
        float to[SEEN];
#pragma unroll
        for (int r = 0; r < FROM; r++)
            column[r] = lines[r][j];
        Transform::apply(column, to);
#pragma unroll
        for (int r = 0; r < SEEN; r++)
            out[static_cast<int64_t>(r * SEEN + j) * numel + i] = to[r];
    }
}

#define SPREAD(name, TRANSFORM, CHANNELS)                                                                                              \
    extern "C" __global__ void __launch_bounds__(256) winograd_##name##_f32(const float* __restrict__ source, Images images,            \
            Tiles tiles, Divider inner, int numel, float* __restrict__ out) {                                                          \
        spread<TRANSFORM, CHANNELS>(source, images, tiles, inner, numel, out);                                                          \
    }

SPREAD(source_pixels, OfPixels, false)
SPREAD(source_channels, OfPixels, true)
SPREAD(gradient_pixels, OfGradients, false)
SPREAD(gradient_channels, OfGradients, true)

// Transforms the sums of a run of tiles back: plane k of tile and channel i is sums[k * numel + i].
template<bool CHANNELS>
__device__ __forceinline__ void gather(const float* sums, const Images& images, const Tiles& tiles, const Divider& inner, int numel,
                                       const Finish<float>& finish, float* result) {
    int i = thread_id();
    if (i >= numel)
        return;
    int outer = inner.divide(i);
    int t = CHANNELS ? outer : i - outer * inner.size;
    int c = CHANNELS ? i - outer * inner.size : outer;
    if (t >= tiles.count)
        return;
    float lines[RESULTS][SEEN];
#pragma unroll
    for (int j = 0; j < SEEN; j++) {
        float column[SEEN];
        float to[RESULTS];
#pragma unroll
        for (int r = 0; r < SEEN; r++)
            column[r] = sums[static_cast<int64_t>(r * SEEN + j) * numel + i];
        to_results(column, to);
#pragma unroll
        for (int r = 0; r < RESULTS; r++)
            lines[r][j] = to[r];
    }
    ChannelFinish<float> channel(finish, c);
    int y, x;
    int n = tiles.find(t, y, x);
    float* line = result + n * images.n + c * images.c + y * images.y + x * images.x;
#pragma unroll
    for (int r = 0; r < RESULTS; r++) {
        if (y + r >= images.height)
            break;
        float to[RESULTS];
        to_results(lines[r], to);
#pragma unroll
        for (int j = 0; j < RESULTS; j++)
            to[j] = channel.of(finish, to[j]);
        if (images.quads) {
            copy_vector(line, to);
        } else {
#pragma unroll
            for (int j = 0; j < RESULTS; j++)
                if (x + j < images.width)
                    line[j * images.x] = to[j];
        }
        line += images.y;
    }
}

#define GATHER(name, CHANNELS)                                                                                                         \
    extern "C" __global__ void __launch_bounds__(256) winograd_result_##name##_f32(const float* __restrict__ sums, Images images,       \
            Tiles tiles, Divider inner, int numel, Finish<float> finish, float* __restrict__ result) {                                 \
        gather<CHANNELS>(sums, images, tiles, inner, numel, finish, result);                                                            \
    }

GATHER(pixels, false)
GATHER(channels, true)

// Of a weight [a][b][3][3], in elements.
struct Strides {
    int a;
    int b;
    int y;
    int x;
};

// Transforms a weight [a][b][3][3]: plane k of a, b is out[k * numel + a * b's size + b]. Flipped for a transpose.
extern "C" __global__ void __launch_bounds__(256) winograd_weight_f32(const float* __restrict__ w, Strides stride, int flip,
        Divider inner, int numel, float* __restrict__ out) {
    int i = thread_id();
    if (i >= numel)
        return;
    int a = inner.divide(i);
    w += a * stride.a + (i - a * inner.size) * stride.b;
    if (flip) {
        w += (TAPS - 1) * (stride.y + stride.x);
        stride.y = -stride.y;
        stride.x = -stride.x;
    }
    float lines[TAPS][SEEN];
#pragma unroll
    for (int r = 0; r < TAPS; r++) {
        float taps[TAPS];
#pragma unroll
        for (int j = 0; j < TAPS; j++)
            taps[j] = w[r * stride.y + j * stride.x];
        of_weights(taps, lines[r]);
    }
#pragma unroll
    for (int j = 0; j < SEEN; j++) {
        float column[TAPS] = {lines[0][j], lines[1][j], lines[2][j]};
        float to[SEEN];
        of_weights(column, to);
#pragma unroll
        for (int r = 0; r < SEEN; r++)
            out[static_cast<int64_t>(r * SEEN + j) * numel + i] = to[r];
    }
}

constexpr int WEIGHTS = 32;          // of a block, one a lane; each warp adds up one line of six planes

// Adds up the slices of 36 sums, in their order, and transforms them back to the gradient of a weight; `further` adds it to what is there.
extern "C" __global__ void __launch_bounds__(WEIGHTS * SEEN) winograd_weight_gradient_f32(const float* __restrict__ sums, int slices,
        int further, Strides stride, Divider inner, int numel, float* __restrict__ dw) {
    __shared__ float lines[SEEN][TAPS][WEIGHTS];
    int lane = threadIdx.x % WEIGHTS;
    int line = threadIdx.x / WEIGHTS;
    int i = blockIdx.x * WEIGHTS + lane;
    if (i < numel) {
        float u[SEEN] = {};
        for (int s = 0; s < slices; s++)
#pragma unroll
            for (int j = 0; j < SEEN; j++)
                u[j] += sums[(static_cast<int64_t>(s) * PLANES + line * SEEN + j) * numel + i];
        float taps[TAPS];
        to_weights(u, taps);
#pragma unroll
        for (int j = 0; j < TAPS; j++)
            lines[line][j][lane] = taps[j];
    }
    __syncthreads();
    if (i >= numel || line >= TAPS)
        return;
    float u[SEEN];
    float taps[TAPS];
#pragma unroll
    for (int r = 0; r < SEEN; r++)
        u[r] = lines[r][line][lane];
    to_weights(u, taps);
    int a = inner.divide(i);
    dw += a * stride.a + (i - a * inner.size) * stride.b + line * stride.x;
#pragma unroll
    for (int r = 0; r < TAPS; r++)
        dw[r * stride.y] = further ? dw[r * stride.y] + taps[r] : taps[r];
}
