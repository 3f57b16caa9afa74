// The gradient of a convolution with respect to its weight: products dw[o][tap, c] = sum over positions of dy[o] * x[c] under the tap. The
// positions are cut into as many slices as the shapes say; a second kernel adds up the slices in their order.
//
// Floor: 2 * O * taps * channels * positions operations; tiles as in conv_product.cuh.
#include "conv_walk.cuh"

constexpr int DEPTH = 8;

template<class T, int ROWS, int COLUMNS, int THREADS>
struct WeightProduct {
    static constexpr int V = Vector<T>::SIZE;
    static constexpr int SIDE = sizeof(T) == 4 ? 8 : 4;
    static constexpr int LINES = THREADS / DEPTH;                  // rows of a tile that the threads load at a time, DEPTH positions each
    static constexpr int ROW_LOADS = ROWS / LINES;
    static constexpr int COLUMN_LOADS = COLUMNS / LINES;

    struct Shared {
        T dy[2][DEPTH][ROWS + V];
        T x[2][DEPTH][COLUMNS + V];
        int4 column[COLUMNS];            // offset of channel and tap, distance along each axis
        int4 pixel[2][DEPTH];            // of two steps: offset in x, position along each axis
        int gradient[2][DEPTH];          // offset in dy
    };

    Shared& shared;
    const Geometry& g;
    const Count& count;
    const T* x;
    const T* dy;
    int first_row;
    int first_column;
    T loaded_x[COLUMN_LOADS];
    T loaded_dy[ROW_LOADS];
    T sum[SIDE][SIDE];

    __device__ __forceinline__ WeightProduct(Shared& shared, const Geometry& g, const Count& count, const T* x, const T* dy, int first_row,
        int first_column)
        : shared(shared), g(g), count(count), x(x), dy(dy), first_row(first_row), first_column(first_column) {}

    __device__ __forceinline__ void find_columns(int columns) {
        for (int i = threadIdx.x; i < COLUMNS; i += THREADS)
            shared.column[i] = weight_column(g, first_column + i, columns);
    }

    // A few threads find out where the positions from m on lie, before the others load from there.
    __device__ __forceinline__ void find_positions(int buffer, int m, int end) {
        if (threadIdx.x >= DEPTH)
            return;
        int gradient;
        shared.pixel[buffer][threadIdx.x] = weight_position(g, count, m + threadIdx.x, end, gradient);
        shared.gradient[buffer][threadIdx.x] = gradient;
    }

    __device__ __forceinline__ void load(int buffer) {
        int4 p = shared.pixel[buffer][threadIdx.x % DEPTH];
        int line = threadIdx.x / DEPTH;
#pragma unroll
        for (int i = 0; i < COLUMN_LOADS; i++) {
            int4 c = shared.column[line + i * LINES];
            loaded_x[i] = contains(g, p, c) ? x[p.x + c.x] : T(0);
        }
        int at = shared.gradient[buffer][threadIdx.x % DEPTH];
#pragma unroll
        for (int i = 0; i < ROW_LOADS; i++) {
            int row = first_row + line + i * LINES;
            loaded_dy[i] = p.y != OUTSIDE && row < g.produced ? dy[at + row * g.result_c] : T(0);
        }
    }

    __device__ __forceinline__ void put(int buffer) {
        int k = threadIdx.x % DEPTH;
        int line = threadIdx.x / DEPTH;
#pragma unroll
        for (int i = 0; i < COLUMN_LOADS; i++)
            shared.x[buffer][k][line + i * LINES] = loaded_x[i];
#pragma unroll
        for (int i = 0; i < ROW_LOADS; i++)
            shared.dy[buffer][k][line + i * LINES] = loaded_dy[i];
    }

    __device__ __forceinline__ static int row_of(int i) {
        return i / V * (ROWS / SIDE * V) + threadIdx.x / (COLUMNS / SIDE) * V + i % V;
    }

    __device__ __forceinline__ static int column_of(int j) {
        return j / V * (COLUMNS / SIDE * V) + threadIdx.x % (COLUMNS / SIDE) * V + j % V;
    }

    __device__ __forceinline__ void multiply(int buffer) {
#pragma unroll
        for (int k = 0; k < DEPTH; k++) {
            T a[SIDE];
            T b[SIDE];
#pragma unroll
            for (int i = 0; i < SIDE; i += V) {
                copy_vector(&a[i], &shared.dy[buffer][k][row_of(i)]);
                copy_vector(&b[i], &shared.x[buffer][k][column_of(i)]);
            }
#pragma unroll
            for (int i = 0; i < SIDE; i++)
#pragma unroll
                for (int j = 0; j < SIDE; j++)
                    sum[i][j] = fused(a[i], b[j], sum[i][j]);
        }
    }

    __device__ __forceinline__ void run(int from, int to) {
#pragma unroll
        for (int i = 0; i < SIDE; i++)
#pragma unroll
            for (int j = 0; j < SIDE; j++)
                sum[i][j] = T(0);
        find_positions(0, from, to);
        find_positions(1, from + DEPTH, to);
        __syncthreads();
        load(0);
        int steps = (to - from + DEPTH - 1) / DEPTH;
        for (int s = 0; s < steps; s++) {
            put(s & 1);
            __syncthreads();
            find_positions(s & 1, from + (s + 2) * DEPTH, to);
            load((s + 1) & 1);
            multiply(s & 1);
        }
    }

    __device__ __forceinline__ void store(T* partial, int width) const {
#pragma unroll
        for (int i = 0; i < SIDE; i++) {
            int row = first_row + row_of(i);
            if (row < g.produced) {
#pragma unroll
                for (int j = 0; j < SIDE; j += V) {
                    int column = first_column + column_of(j);
                    if (column < width)
                        copy_vector(partial + (int64_t) row * width + column, &sum[i][j]);
                }
            }
        }
    }
};

// partial[slice][group][o][tap, c], the last dimension rounded up to `width`. One block for each tile of a group and each slice.
template<class T, int ROWS, int COLUMNS, int THREADS>
__device__ __forceinline__ void weight_gradient(const T* x, const T* dy, const Geometry& g, const Count& count, T* partial, int width,
    int columns, int positions, int each, int row_tiles, int column_tiles) {
    using Tile = WeightProduct<T, ROWS, COLUMNS, THREADS>;
    __shared__ typename Tile::Shared shared;
    int rest = blockIdx.x;
    int first_column = rest % column_tiles * COLUMNS;
    rest /= column_tiles;
    int first_row = rest % row_tiles * ROWS;
    rest /= row_tiles;
    int group = rest % g.groups;
    int slice = rest / g.groups;
    Tile tile(shared, g, count, x + (int64_t) group * g.reduced * g.source_c, dy + (int64_t) group * g.produced * g.result_c, first_row,
        first_column);
    tile.find_columns(columns);
    tile.run(slice * each, min(positions - slice * each, each) + slice * each);
    tile.store(partial + ((int64_t) slice * g.groups + group) * g.produced * width, width);
}

#define WEIGHT(name, T, ROWS, COLUMNS, THREADS, BLOCKS)                                                                                \
    extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS) conv_weight_##name(const T* __restrict__ x, const T* __restrict__ dy, \
        Geometry g, Count count, T* __restrict__ partial, int width, int columns, int positions, int each, int row_tiles,              \
        int column_tiles) {                                                                                                            \
        weight_gradient<T, ROWS, COLUMNS, THREADS>(x, dy, g, count, partial, width, columns, positions, each, row_tiles, column_tiles); \
    }

WEIGHT(large_f32, float, 128, 128, 256, 2)
WEIGHT(small_f32, float, 64, 64, 64, 6)
WEIGHT(small_f64, double, 64, 64, 256, 2)

// dw[o][c][tap] = sum of the slices, in their order and in double, because they are sums already; the partial sums of `o` lie `width`
// apart, taps or channels innermost.
template<class T>
__device__ void join(const T* partial, int slices, int64_t slice_step, int width, int taps_innermost, int channels, int taps1, int taps2,
    int taps, Weights weights, T* dw, int numel) {
    for (unsigned i = thread_id(); i < numel; i += thread_count()) {
        int inner = taps_innermost ? taps : channels;
        int outer = taps_innermost ? channels : taps;
        int b = i % inner;
        int a = i / inner % outer;
        int o = i / inner / outer;
        const T* from = partial + (int64_t) o * width + a * inner + b;
        double sum = 0;
        for (int s = 0; s < slices; s++)
            sum += (double) from[s * slice_step];
        int c = taps_innermost ? a : b;
        int tap = taps_innermost ? b : a;
        dw[o * weights.produced + c * weights.reduced + tap / (taps1 * taps2) * weights.at[0] + tap / taps2 % taps1 * weights.at[1]
            + tap % taps2 * weights.at[2]] = (T) sum;
    }
}

#define JOIN(name, T)                                                                                                                  \
    extern "C" __global__ void conv_join_##name(const T* partial, int slices, int64_t slice_step, int width, int taps_innermost,        \
        int channels, int taps1, int taps2, int taps, Weights weights, T* dw, int numel) {                                             \
        join(partial, slices, slice_step, width, taps_innermost, channels, taps1, taps2, taps, weights, dw, numel);                    \
    }

JOIN(f32, float)
JOIN(f64, double)
