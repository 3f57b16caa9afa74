// What the elements of several tensors together come to, in double: counts, sums of sizes and of squares, the largest size. Each block
// folds a part of one tensor; a second kernel joins the parts. Which elements a thread gets and in what order depends on sizes alone.
// Floor: 4 bytes an element in float32.
#include "math.cuh"
#include "reduction.cuh"

// Elements that a block folds. Mirrors Magnitudes.java.
constexpr int CHUNK = 4096;

enum Magnitude { COUNT, SUM, SQUARES, LARGEST };                     // mirrors Magnitude of core

struct Join {
    typedef double State;
    int kind;

    __device__ __forceinline__ double of(double x) const {
        return kind == COUNT ? (x == 0 ? 0.0 : 1.0) : kind == SQUARES ? x * x : fabs(x);
    }

    __device__ __forceinline__ double merge(double a, double b) const {
        return kind == LARGEST ? maximum(a, b) : a + b;
    }
};

// Tensors that are runs of memory, by value. Mirrors Magnitudes.java.
template<class T>
struct Runs {
    const T* address[240];
    int count;
    int kind;
    int numel[240];
    int first[240];              // number of the first block

    __device__ __forceinline__ int tensor() const {
        int k = 0;
#pragma unroll
        for (int step = 128; step > 0; step /= 2)
            if (k + step < count && first[k + step] <= (int) blockIdx.x)
                k += step;
        return k;
    }
};

__device__ __forceinline__ void finish(const Join& join, double mine, double* to) {
    double all = merged(join, mine);
    if (threadIdx.x == 0)
        *to = all;
}

template<class T>
__device__ __forceinline__ void runs(const Runs<T>& all, double* partial) {
    Join join = {all.kind};
    int k = all.tensor();
    int start = ((int) blockIdx.x - all.first[k]) * CHUNK;
    int n = min(all.numel[k] - start, CHUNK);
    const T* x = all.address[k] + start;
    double mine = 0;
#pragma unroll 4
    for (int i = threadIdx.x; i < n; i += blockDim.x)
        mine = join.merge(mine, join.of(x[i]));
    finish(join, mine, partial + blockIdx.x);
}

template<class T>
__device__ __forceinline__ void strided(const T* x, const Strided<1>& walk, int kind, double* partial) {
    Join join = {kind};
    int start = (int) blockIdx.x * CHUNK;
    int n = min(walk.numel - start, CHUNK);
    double mine = 0;
    for (int i = threadIdx.x; i < n; i += blockDim.x) {
        int at[1];
        walk.offsets(start + i, at);
        mine = join.merge(mine, join.of(x[at[0]]));
    }
    finish(join, mine, partial + blockIdx.x);
}

extern "C" __global__ void magnitude_runs_f32(Runs<float> all, double* partial) {
    runs(all, partial);
}

extern "C" __global__ void magnitude_runs_f64(Runs<double> all, double* partial) {
    runs(all, partial);
}

extern "C" __global__ void magnitude_f32(const float* x, Strided<1> walk, int kind, double* partial) {
    strided(x, walk, kind, partial);
}

extern "C" __global__ void magnitude_f64(const double* x, Strided<1> walk, int kind, double* partial) {
    strided(x, walk, kind, partial);
}

// One block joins all parts.
extern "C" __global__ void magnitude_join(const double* partial, int n, int kind, double* out) {
    Join join = {kind};
    double mine = 0;
    for (int i = threadIdx.x; i < n; i += blockDim.x)
        mine = join.merge(mine, partial[i]);
    finish(join, mine, out);
}
