// Folds of integers and booleans over any dimensions, in 64 bits with wrap-around. Floor: every element read once.
#include <climits>
#include "reduce.cuh"

__device__ __forceinline__ int64_t number(int64_t x) {
    return x;
}

__device__ __forceinline__ int64_t number(int x) {
    return x;
}

__device__ __forceinline__ int64_t number(uint8_t x) {
    return x != 0;
}

template<class T>
struct Integer : Fold<Integer<T>, int64_t, int64_t> {
    const T* x;
    char* out;
    int op;

    __device__ Integer(const T* x, char* out, int op) : x(x), out(out), op(op) {}
    __device__ int64_t start() const { return op == MAX ? LLONG_MIN : op == MIN ? LLONG_MAX : op == PROD || op == ALL ? 1 : 0; }
    __device__ void open(const int (&at)[2]) { x += at[0]; }
    __device__ int64_t load(const int (&at)[2], int) const { return number(x[at[0]]); }
    __device__ void add(int64_t& state, int64_t a) const { state = merge(state, a); }
    __device__ int64_t merge(int64_t a, int64_t b) const {
        switch (op) {
        case SUM: return (int64_t) ((uint64_t) a + (uint64_t) b);
        case PROD: return (int64_t) ((uint64_t) a * (uint64_t) b);
        case MAX: return a > b ? a : b;
        case MIN: return a < b ? a : b;
        case ANY: return a != 0 || b != 0 ? 1 : 0;
        default: return a != 0 && b != 0 ? 1 : 0;
        }
    }
    __device__ void close(int64_t state, const int (&at)[2]) const {
        if (op <= PROD)
            reinterpret_cast<int64_t*>(out)[at[1]] = state;
        else if (op >= ANY)
            out[at[1]] = state != 0;
        else
            reinterpret_cast<T*>(out)[at[1]] = (T) state;
    }
};

// Four neighbours, read at once.
template<class T>
struct Four;

template<>
struct Four<int64_t> {
    longlong2 low, high;

    __device__ __forceinline__ int64_t folded(const Integer<int64_t>& f) const {
        return f.merge(f.merge(low.x, low.y), f.merge(high.x, high.y));
    }
};

template<>
struct Four<int> {
    int4 all;

    __device__ __forceinline__ int64_t folded(const Integer<int>& f) const {
        return f.merge(f.merge(all.x, all.y), f.merge(all.z, all.w));
    }
};

template<>
struct Four<uint8_t> {
    unsigned bytes;

    // From how many of them are true.
    __device__ __forceinline__ int64_t folded(const Integer<uint8_t>& f) const {
        int count = __popc(((bytes & 0x7F7F7F7F) + 0x7F7F7F7F | bytes) & 0x80808080);
        return f.op == SUM ? count : f.op == MAX || f.op == ANY ? count > 0 : count == 4;
    }
};

template<class T>
struct Integers : Fold<Integers<T>, int64_t, Four<T>> {
    Integer<T> one;

    __device__ Integers(const T* x, char* out, int op) : one(x, out, op) {}
    __device__ int64_t start() const { return one.start(); }
    __device__ void open(const int (&at)[2]) { one.open(at); }
    __device__ Four<T> load(const int (&at)[2], int) const { return reinterpret_cast<const Four<T>*>(one.x)[at[0]]; }
    __device__ void add(int64_t& state, const Four<T>& a) const { one.add(state, a.folded(one)); }
    __device__ int64_t merge(int64_t a, int64_t b) const { return one.merge(a, b); }
    __device__ void close(int64_t state, const int (&at)[2]) const { one.close(state, at); }
};

#define INTEGER(name, T)                                                                                                               \
    ROWS(reduce_##name##_rows4, (Integers<T>(x, out, op)), const T* x, char* out, int op)                                              \
    ROWS(reduce_##name##_rows, (Integer<T>(x, out, op)), const T* x, char* out, int op)                                                \
    COLUMNS(reduce_##name##_columns, (Integer<T>(x, out, op)), const T* x, char* out, int op)
INTEGER(b8, uint8_t)
INTEGER(i32, int)
INTEGER(i64, int64_t)
