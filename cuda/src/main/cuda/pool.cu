// Maxima and means of windows over up to three spatial axes, and their gradients. A thread makes one result, the gradients too: they gather
// from the windows that cover a pixel, in ascending order, so there is nothing to add atomically. Neighbouring threads are neighbours in
// the memory order of what is written. Floor: source and result once; windows that overlap meet in the cache.
#include "common.cuh"
#include "divisor.cuh"

struct Axis {
    int in, out, kernel, stride, dilation, pad;
    int low, high;           // an average counts the taps from `low` to below `high`
    Divisor by_in, by_out, by_stride;

    __device__ __forceinline__ int start(int y) const { return y * stride - pad; }

    __device__ __forceinline__ int count(int y) const {
        int at = start(y);
        if (dilation == 1)
            return max(0, min(kernel, high - at) - max(0, low - at));
        int count = 0;
        for (int k = 0; k < kernel; k++, at += dilation)
            count += at >= low && at < high;
        return count;
    }

    // The windows that may cover a pixel are those from first_window to last_window.
    __device__ __forceinline__ int first_window(int pixel) const {
        int end = pixel + pad - dilation * (kernel - 1);
        return end <= 0 ? 0 : by_stride.quotient(end + stride - 1);
    }

    __device__ __forceinline__ int last_window(int pixel) const { return min(out - 1, by_stride.quotient(pixel + pad)); }

    // Whether one of those has a tap there.
    __device__ __forceinline__ bool covers(int y, int pixel) const { return dilation == 1 || (pixel - start(y)) % dilation == 0; }
};

struct Pool {
    Axis z, y, x;
    Divisor channels;
    int channels_last;       // whether what is written has its channels innermost
};

struct Strides {
    int n, c, z, y, x;
};

struct Place {
    int n, c, z, y, x;

    __device__ __forceinline__ int at(const Strides& s) const { return n * s.n + c * s.c + z * s.z + y * s.y + x * s.x; }
    __device__ __forceinline__ int image(const Strides& s) const { return n * s.n + c * s.c; }
};

__device__ __forceinline__ Place place(const Pool& pool, int i, const Divisor& z, const Divisor& y, const Divisor& x) {
    Place p;
    int c = pool.channels_last ? pool.channels.split(i) : 0;
    p.x = x.split(i);
    p.y = y.split(i);
    p.z = z.split(i);
    p.c = pool.channels_last ? c : pool.channels.split(i);
    p.n = i;
    return p;
}

__device__ __forceinline__ Place place_out(const Pool& pool, int i) {
    return place(pool, i, pool.z.by_out, pool.y.by_out, pool.x.by_out);
}

__device__ __forceinline__ Place place_in(const Pool& pool, int i) {
    return place(pool, i, pool.z.by_in, pool.y.by_in, pool.x.by_in);
}

// Shows the pixels of a window to `use`, row by row. Windows of K by K pixels in the last two axes load them all before the first is used;
// K is 0 for those of any size.
template<int K, class T, class Use>
__device__ __forceinline__ void window(const Pool& pool, const T* image, const Strides& s, const Place& p, Use& use) {
    int z = pool.z.start(p.z), y0 = pool.y.start(p.y), x0 = pool.x.start(p.x);
    for (int kz = 0; kz < pool.z.kernel; kz++, z += pool.z.dilation) {
        if ((unsigned) z >= pool.z.in)
            continue;
        const T* plane = image + z * s.z;
        if constexpr (K == 0) {
            for (int ky = 0, y = y0; ky < pool.y.kernel; ky++, y += pool.y.dilation) {
                if ((unsigned) y >= pool.y.in)
                    continue;
                for (int kx = 0, x = x0; kx < pool.x.kernel; kx++, x += pool.x.dilation)
                    if ((unsigned) x < pool.x.in)
                        use.pixel(plane[y * s.y + x * s.x], (z * pool.y.in + y) * pool.x.in + x);
                use.row_end();
            }
        } else {
            T value[K * K + 1];
#pragma unroll
            for (int k = 0; k < K * K; k++) {
                int y = min(max(y0 + k / K * pool.y.dilation, 0), pool.y.in - 1);
                int x = min(max(x0 + k % K * pool.x.dilation, 0), pool.x.in - 1);
                value[k] = plane[y * s.y + x * s.x];
            }
#pragma unroll
            for (int k = 0; k < K * K; k++) {
                int y = y0 + k / K * pool.y.dilation, x = x0 + k % K * pool.x.dilation;
                if ((unsigned) y < pool.y.in && (unsigned) x < pool.x.in)
                    use.pixel(value[k], (z * pool.y.in + y) * pool.x.in + x);
                if (k % K == K - 1)
                    use.row_end();
            }
        }
    }
}

// NaN wins over everything, the last one of several; the first of equals stays.
template<class T>
struct Largest {
    T best;
    int index;

    __device__ __forceinline__ void pixel(T value, int at) {
        if (index < 0 || value != value || value > best) {
            best = value;
            index = at;
        }
    }

    __device__ __forceinline__ void row_end() {}
};

template<int K, class T>
__device__ __forceinline__ void pool_max(const T* x, T* out, int* index, int relu, int numel, const Pool& pool, const Strides& xs,
        const Strides& outs, const Strides& indices) {
    for (unsigned i = thread_id(); i < numel; i += thread_count()) {
        Place p = place_out(pool, i);
        Largest<T> largest = {-(T) INFINITY, -1};
        window<K>(pool, x + p.image(xs), xs, p, largest);
        out[p.at(outs)] = relu && largest.best <= 0 ? 0 : largest.best;
        if (index)
            index[p.at(indices)] = largest.index;
    }
}

// Rows are added by themselves and then together, which keeps the sum of a large window exact.
template<class T>
struct Mean {
    T sum, row;

    __device__ __forceinline__ void pixel(T value, int) { row += value; }

    __device__ __forceinline__ void row_end() {
        sum += row;
        row = 0;
    }
};

__device__ __forceinline__ int counted(const Pool& pool, int z, int y, int x) {
    return pool.z.count(z) * pool.y.count(y) * pool.x.count(x);
}

template<int K, class T>
__device__ __forceinline__ void pool_avg(const T* x, T* out, int numel, const Pool& pool, const Strides& xs, const Strides& outs) {
    for (unsigned i = thread_id(); i < numel; i += thread_count()) {
        Place p = place_out(pool, i);
        Mean<T> mean = {0, 0};
        window<K>(pool, x + p.image(xs), xs, p, mean);
        int count = counted(pool, p.z, p.y, p.x);
        out[p.at(outs)] = count == 0 ? 0 : mean.sum / count;
    }
}

// dx = sum of dy over the windows whose largest element this is.
template<class T>
__device__ __forceinline__ void pool_max_scatter(const T* dy, const int* index, T* dx, int numel, const Pool& pool, const Strides& dys,
        const Strides& indices, const Strides& dxs) {
    for (unsigned i = thread_id(); i < numel; i += thread_count()) {
        Place p = place_in(pool, i);
        int pixel = (p.z * pool.y.in + p.y) * pool.x.in + p.x;
        const T* image = dy + p.image(dys);
        const int* where = index + p.image(indices);
        T sum = 0;
        for (int z = pool.z.first_window(p.z); z <= pool.z.last_window(p.z); z++)
            for (int y = pool.y.first_window(p.y); y <= pool.y.last_window(p.y); y++)
                for (int x = pool.x.first_window(p.x); x <= pool.x.last_window(p.x); x++)
                    if (where[z * indices.z + y * indices.y + x * indices.x] == pixel)
                        sum += image[z * dys.z + y * dys.y + x * dys.x];
        dx[p.at(dxs)] = sum;
    }
}

// The same where windows of 2 by 2 pixels lie side by side in dense planes and leave nothing out: a thread writes the pixels of a window.
extern "C" __global__ void pool_max_scatter_pairs_f32(const float* dy, const int* index, float* dx, int numel, int line, Divisor by_columns,
        Divisor by_rows) {
    for (int i = thread_id(); i < numel; i += thread_count()) {
        int row = i;
        int column = by_columns.split(row);
        int plane = row;
        int place = index[i] - 2 * (by_rows.split(plane) * line + column);
        float value = dy[i] + 0;                                     // a zero of either sign becomes 0, as in a sum
        float* to = dx + 2 * (row * line + column);
        *reinterpret_cast<float2*>(to) = {place == 0 ? value : 0, place == 1 ? value : 0};
        *reinterpret_cast<float2*>(to + line) = {place == line ? value : 0, place == line + 1 ? value : 0};
    }
}

template<class T>
__device__ __forceinline__ void pool_max_gather(const T* x, const int* index, T* out, int numel, Fault* fault, int code, const Pool& pool,
        const Strides& xs, const Strides& indices, const Strides& outs) {
    int pixels = pool.z.in * pool.y.in * pool.x.in;
    for (unsigned i = thread_id(); i < numel; i += thread_count()) {
        Place p = place_out(pool, i);
        int pixel = index[p.at(indices)];
        T value = 0;
        if ((unsigned) pixel < pixels) {
            int rest = pixel;
            int column = pool.x.by_in.split(rest);
            int row = pool.y.by_in.split(rest);
            value = x[p.image(xs) + rest * xs.z + row * xs.y + column * xs.x];
        } else if (pixel != -1)
            report(fault, code, pixel, pixels);
        out[p.at(outs)] = value;
    }
}

template<class T>
__device__ __forceinline__ void pool_avg_backward(const T* dy, T* dx, int numel, const Pool& pool, const Strides& dys,
        const Strides& dxs) {
    for (unsigned i = thread_id(); i < numel; i += thread_count()) {
        Place p = place_in(pool, i);
        const T* image = dy + p.image(dys);
        T sum = 0;
        for (int z = pool.z.first_window(p.z); z <= pool.z.last_window(p.z); z++)
            for (int y = pool.y.first_window(p.y); y <= pool.y.last_window(p.y); y++)
                for (int x = pool.x.first_window(p.x); x <= pool.x.last_window(p.x); x++)
                    if (pool.z.covers(z, p.z) && pool.y.covers(y, p.y) && pool.x.covers(x, p.x))
                        sum += image[z * dys.z + y * dys.y + x * dys.x] / counted(pool, z, y, x);
        dx[p.at(dxs)] = sum;
    }
}

#define WINDOWS(name, T, K)                                                                                                            \
    extern "C" __global__ void pool_max_##name(const T* x, T* out, int* index, int relu, int numel, Pool pool, Strides xs,             \
            Strides outs, Strides indices) {                                                                                           \
        pool_max<K>(x, out, index, relu, numel, pool, xs, outs, indices);                                                              \
    }                                                                                                                                  \
    extern "C" __global__ void pool_avg_##name(const T* x, T* out, int numel, Pool pool, Strides xs, Strides outs) {                   \
        pool_avg<K>(x, out, numel, pool, xs, outs);                                                                                    \
    }

WINDOWS(f32, float, 0)
WINDOWS(f32_2, float, 2)
WINDOWS(f32_3, float, 3)
WINDOWS(f64, double, 0)

#define GRADIENTS(name, T)                                                                                                             \
    extern "C" __global__ void pool_max_scatter_##name(const T* dy, const int* index, T* dx, int numel, Pool pool, Strides dys,        \
            Strides indices, Strides dxs) {                                                                                            \
        pool_max_scatter(dy, index, dx, numel, pool, dys, indices, dxs);                                                               \
    }                                                                                                                                  \
    extern "C" __global__ void pool_max_gather_##name(const T* x, const int* index, T* out, int numel, Fault* fault, int code,         \
            Pool pool, Strides xs, Strides indices, Strides outs) {                                                                    \
        pool_max_gather(x, index, out, numel, fault, code, pool, xs, indices, outs);                                                   \
    }                                                                                                                                  \
    extern "C" __global__ void pool_avg_backward_##name(const T* dy, T* dx, int numel, Pool pool, Strides dys, Strides dxs) {          \
        pool_avg_backward(dy, dx, numel, pool, dys, dxs);                                                                              \
    }

GRADIENTS(f32, float)
GRADIENTS(f64, double)
