// Linear maps along up to three neighbouring axes in one pass: memory is [blocks, z, y, x, inner], the mapped axes in the middle. A thread
// makes one result, or four neighbours inside a pixel; taps of the last axis are innermost. Floor: x once (taps of neighbours meet in the
// cache), the result once.
#include "common.cuh"
#include "divisor.cuh"

// The taps of result i are those from start[i] to below start[i + 1].
template<class T>
struct Map {
    const T* weight;
    const int* start;
    const int* index;
    int in;
    Divisor out;
    int pad[2];
};

__device__ __forceinline__ void add(float w, float x, float& sum) {
    sum = fmaf(w, x, sum);
}

__device__ __forceinline__ void add(double w, double x, double& sum) {
    sum = fma(w, x, sum);
}

__device__ __forceinline__ void add(float w, const float4& x, float4& sum) {
    sum.x = fmaf(w, x.x, sum.x);
    sum.y = fmaf(w, x.y, sum.y);
    sum.z = fmaf(w, x.z, sum.z);
    sum.w = fmaf(w, x.w, sum.w);
}

// Sum over the taps of the last axis, at element `at` of x.
template<class T, class V>
__device__ __forceinline__ V line(const Map<T>& map, int i, const V* x, int inner) {
    V sum = V();
    for (int t = map.start[i]; t < map.start[i + 1]; t++)
        add(map.weight[t], x[map.index[t] * inner], sum);
    return sum;
}

template<class T, class V>
__device__ __forceinline__ V plane(const Map<T>& y, int j, const Map<T>& x, int i, const V* from, int inner) {
    V sum = V();
    for (int t = y.start[j]; t < y.start[j + 1]; t++)
        add(y.weight[t], line(x, i, from + y.index[t] * x.in * inner, inner), sum);
    return sum;
}

// `inner` and `numel` count what a thread makes.
template<class T, class V>
__device__ __forceinline__ void map_1(const V* x, V* out, int numel, const Divisor& inner, const Map<T>& line_map) {
    for (unsigned i = thread_id(); i < numel; i += thread_count()) {
        int block = i;
        int c = inner.split(block);
        int ix = line_map.out.split(block);
        out[i] = line(line_map, ix, x + block * line_map.in * inner.size + c, inner.size);
    }
}

template<class T, class V>
__device__ __forceinline__ void map_2(const V* x, V* out, int numel, const Divisor& inner, const Map<T>& y_map, const Map<T>& x_map) {
    for (unsigned i = thread_id(); i < numel; i += thread_count()) {
        int block = i;
        int c = inner.split(block);
        int ix = x_map.out.split(block);
        int iy = y_map.out.split(block);
        out[i] = plane(y_map, iy, x_map, ix, x + block * y_map.in * x_map.in * inner.size + c, inner.size);
    }
}

template<class T, class V>
__device__ __forceinline__ void map_3(const V* x, V* out, int numel, const Divisor& inner, const Map<T>& z_map, const Map<T>& y_map,
        const Map<T>& x_map) {
    int size = y_map.in * x_map.in * inner.size;
    for (unsigned i = thread_id(); i < numel; i += thread_count()) {
        int block = i;
        int c = inner.split(block);
        int ix = x_map.out.split(block);
        int iy = y_map.out.split(block);
        int iz = z_map.out.split(block);
        const V* from = x + block * z_map.in * size + c;
        V sum = V();
        for (int t = z_map.start[iz]; t < z_map.start[iz + 1]; t++)
            add(z_map.weight[t], plane(y_map, iy, x_map, ix, from + z_map.index[t] * size, inner.size), sum);
        out[i] = sum;
    }
}

#define MAP(name, T, V)                                                                                                                \
    extern "C" __global__ void axis_map_1_##name(const V* x, V* out, int numel, Divisor inner, Map<T> mx) {                            \
        map_1(x, out, numel, inner, mx);                                                                                               \
    }                                                                                                                                  \
    extern "C" __global__ void axis_map_2_##name(const V* x, V* out, int numel, Divisor inner, Map<T> my, Map<T> mx) {                 \
        map_2(x, out, numel, inner, my, mx);                                                                                           \
    }                                                                                                                                  \
    extern "C" __global__ void axis_map_3_##name(const V* x, V* out, int numel, Divisor inner, Map<T> mz, Map<T> my, Map<T> mx) {      \
        map_3(x, out, numel, inner, mz, my, mx);                                                                                       \
    }

MAP(f32, float, float)
MAP(f32_4, float, float4)
MAP(f64, double, double)
