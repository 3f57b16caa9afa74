// The places of extremes along one dimension. Floor: every element read once.
#include <cmath>
#include <type_traits>
#include "reduce.cuh"

// An element and its place; -1 while there is none.
template<class T>
struct Placed {
    T value;
    std::conditional_t<sizeof(T) == 8, int64_t, int> place;   // no gap behind it
};

// Whether `x` takes the place of `best`, which stands before it. NaN is larger than everything.
template<class T>
__device__ __forceinline__ bool beats(T x, T best) {
    return best == best && (x != x || x > best);
}

// The place of the first largest element; smaller ones are made larger by `turned`.
template<class F, class T>
struct Arg : Fold<F, Placed<T>, Placed<T>> {
    int64_t* out;
    bool largest;

    __device__ Arg(int64_t* out, int largest) : out(out), largest(largest) {}
    __device__ Placed<T> start() const { return {0, -1}; }
    __device__ void add(Placed<T>& best, Placed<T> a) const { best = best.place < 0 || beats(a.value, best.value) ? a : best; }
    __device__ Placed<T> merge(Placed<T> a, Placed<T> b) const {
        bool swap = b.place >= 0 && (a.place < 0 || b.place < a.place);          // a is to stand first
        Placed<T> first = swap ? b : a;
        Placed<T> second = swap ? a : b;
        return second.place >= 0 && beats(second.value, first.value) ? second : first;
    }
    __device__ void close(Placed<T> best, const int (&at)[2]) const { out[at[1]] = best.place; }
};

template<class T>
struct ArgFloat : Arg<ArgFloat<T>, T> {
    const T* x;

    __device__ ArgFloat(const T* x, int64_t* out, int largest) : Arg<ArgFloat<T>, T>(out, largest), x(x) {}
    __device__ void open(const int (&at)[2]) { x += at[0]; }
    __device__ Placed<T> load(const int (&at)[2], int i) const {
        T value = x[at[0]];
        return {this->largest ? value : -value, i};
    }
};

// An integer or boolean of 1, 4 or 8 bytes.
__device__ __forceinline__ int64_t integer(const char* x, int at, int bytes) {
    return bytes == 8 ? reinterpret_cast<const int64_t*>(x)[at] : bytes == 4 ? reinterpret_cast<const int*>(x)[at] : x[at] != 0;
}

struct ArgInteger : Arg<ArgInteger, int64_t> {
    const char* x;
    int bytes;

    __device__ ArgInteger(const char* x, int64_t* out, int largest, int bytes) : Arg(out, largest), x(x), bytes(bytes) {}
    __device__ void open(const int (&at)[2]) { x += (int64_t) at[0] * bytes; }
    __device__ Placed<int64_t> load(const int (&at)[2], int i) const {
        int64_t value = integer(x, at[0], bytes);
        return {largest ? value : ~value, i};
    }
};

#define ARG_FLOAT(name, T)                                                                                                             \
    ROWS(arg_##name##_rows, (ArgFloat<T>(x, out, largest)), const T* x, int64_t* out, int largest)                                     \
    COLUMNS(arg_##name##_columns, (ArgFloat<T>(x, out, largest)), const T* x, int64_t* out, int largest)
ARG_FLOAT(f32, float)
ARG_FLOAT(f64, double)

#define ARG_INTEGER const char *x, int64_t *out, int largest, int bytes
ROWS(arg_integer_rows, (ArgInteger(x, out, largest, bytes)), ARG_INTEGER)
COLUMNS(arg_integer_columns, (ArgInteger(x, out, largest, bytes)), ARG_INTEGER)
