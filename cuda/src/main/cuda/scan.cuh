// Running folds and linear recurrences along one dimension.
//
// Two ways. A chain: a thread walks a slice from its beginning, which is what the definition says; reads are coalesced where slices lie
// side by side, as in [batch, time, channels] along time. A tree: a block takes 1,024 neighbouring places at a time, four for each thread,
// and carries on; of few long slices each chunk is folded first, then carries are made, then chunks are scanned at once. Products of
// floating numbers and recurrences are always chains: a product of some of the factors may leave the range where the chain stands at 0.
// Floor: x read and out written once, which chains and single chunks do; several chunks read x twice.
#pragma once
#include <climits>
#include <cmath>
#include <type_traits>
#include "reduction.cuh"

enum { SUM, PROD, LOG_SUM_EXP, ARGMAX, ARGMIN };   // ScanOp
enum { X, FACTOR, OUT, VIEWS };                    // of a recurrence, X is what is added

constexpr int THREADS = 256;
constexpr int PER_THREAD = 4;

// A scan S tells: State; load(at, i), the state of one element; merge(a, b), the state of both; store(at, state).

__device__ __noinline__ double log_add_exp(double a, double b) {
    double most = larger(a, b);
    if (most != most || a == b && isinf(a))
        return most;
    return most + log1p(exp(-fabs(a - b)));
}

__device__ __forceinline__ double real(const char* x, int at, int bytes) {
    return bytes == 4 ? reinterpret_cast<const float*>(x)[at] : reinterpret_cast<const double*>(x)[at];
}

__device__ __forceinline__ void set_real(char* out, int at, int bytes, double value) {
    if (bytes == 4)
        reinterpret_cast<float*>(out)[at] = (float) value;
    else
        reinterpret_cast<double*>(out)[at] = value;
}

// An integer or boolean of 1, 4 or 8 bytes.
__device__ __forceinline__ int64_t integer(const char* x, int at, int bytes) {
    return bytes == 8 ? reinterpret_cast<const int64_t*>(x)[at] : bytes == 4 ? reinterpret_cast<const int*>(x)[at] : x[at] != 0;
}

// What all scans hold: where slices lie, the bytes of an element, what to compute.
struct Slices {
    const char* x;
    char* out;
    int bytes;
    int op;
    int outBytes;

    __device__ Slices(const char* x, char* out, int bytes, int op, int outBytes)
        : x(x), out(out), bytes(bytes), op(op), outBytes(outBytes) {}
    __device__ void open(const int (&at)[VIEWS]) {
        x += (int64_t) at[X] * bytes;
        out += (int64_t) at[OUT] * outBytes;
    }
};

struct Real : Slices {
    using State = double;
    __device__ Real(const char* x, char* out, int bytes, int op) : Slices(x, out, bytes, op, bytes) {}
    __device__ double load(const int (&at)[VIEWS], int) const { return real(x, at[X], bytes); }
    __device__ double merge(double a, double b) const { return op == SUM ? a + b : op == PROD ? a * b : log_add_exp(a, b); }
    __device__ void store(const int (&at)[VIEWS], double state) const { set_real(out, at[OUT], bytes, state); }
};

struct Integer : Slices {
    using State = int64_t;
    __device__ Integer(const char* x, char* out, int bytes, int op) : Slices(x, out, bytes, op, 8) {}
    __device__ int64_t load(const int (&at)[VIEWS], int) const { return integer(x, at[X], bytes); }
    __device__ int64_t merge(int64_t a, int64_t b) const {
        return (int64_t) (op == SUM ? (uint64_t) a + (uint64_t) b : (uint64_t) a * (uint64_t) b);
    }
    __device__ void store(const int (&at)[VIEWS], int64_t state) const { reinterpret_cast<int64_t*>(out)[at[OUT]] = state; }
};

// The largest element so far, smaller ones having been made larger, and its place: the last of equals, the latest NaN.
template<class T>
struct Place {
    T value;
    int64_t place;
};

template<class T>
struct Arg : Slices {
    using State = Place<T>;
    static constexpr bool FLOATING = std::is_same<T, double>::value;
    __device__ Arg(const char* x, char* out, int bytes, int op) : Slices(x, out, bytes, op, 8) {}
    __device__ State load(const int (&at)[VIEWS], int i) const {
        if constexpr (FLOATING) {
            double value = real(x, at[X], bytes);
            return {op == ARGMAX ? value : -value, i};
        } else {
            int64_t value = integer(x, at[X], bytes);
            return {op == ARGMAX ? value : ~value, i};
        }
    }
    __device__ State merge(const State& a, const State& b) const { return b.value != b.value || b.value >= a.value ? b : a; }
    __device__ void store(const int (&at)[VIEWS], const State& state) const { reinterpret_cast<int64_t*>(out)[at[OUT]] = state.place; }
};

__device__ __forceinline__ void along(const Strided<VIEWS>& places, unsigned i, int (&at)[VIEWS]) {
#pragma unroll
    for (int n = 0; n < VIEWS; n++)
        at[n] = i * places.stride[n][0];
}

template<class S>
__device__ __forceinline__ void scan_chain(S s, const Strided<VIEWS>& kept, const Strided<VIEWS>& places) {
    int slice = thread_id();
    if (slice >= kept.numel)
        return;
    int at[VIEWS];
    kept.offsets(slice, at);
    s.open(at);
    along(places, 0, at);
    typename S::State state = s.load(at, 0);
    s.store(at, state);
    unsigned length = places.numel;
    unsigned i = 1;
    for (; i < length && length - i >= 4; i += 4) {                  // four loads are on their way at a time
        typename S::State items[4];
#pragma unroll
        for (int k = 0; k < 4; k++) {
            along(places, i + k, at);
            items[k] = s.load(at, i + k);
        }
#pragma unroll
        for (int k = 0; k < 4; k++) {
            along(places, i + k, at);
            state = s.merge(state, items[k]);
            s.store(at, state);
        }
    }
    for (; i < length; i++) {
        along(places, i, at);
        state = s.merge(state, s.load(at, i));
        s.store(at, state);
    }
}

// out[i] = a[i] * out[i - 1] + x[i], in double.
__device__ __forceinline__ void linear_chain(const Strided<VIEWS>& kept, const Strided<VIEWS>& places, const char* x,
        const char* a, char* out, int bytes) {
    int slice = thread_id();
    if (slice >= kept.numel)
        return;
    int at[VIEWS];
    kept.offsets(slice, at);
    x += (int64_t) at[X] * bytes;
    a += (int64_t) at[FACTOR] * bytes;
    out += (int64_t) at[OUT] * bytes;
    double state = real(x, 0, bytes);
    set_real(out, 0, bytes, state);
    unsigned length = places.numel;
    unsigned i = 1;
    for (; i < length && length - i >= 4; i += 4) {
        double factors[4];
        double terms[4];
#pragma unroll
        for (int k = 0; k < 4; k++) {
            along(places, i + k, at);
            factors[k] = real(a, at[FACTOR], bytes);
            terms[k] = real(x, at[X], bytes);
        }
#pragma unroll
        for (int k = 0; k < 4; k++) {
            along(places, i + k, at);
            state = fma(factors[k], state, terms[k]);
            set_real(out, at[OUT], bytes, state);
        }
    }
    for (; i < length; i++) {
        along(places, i, at);
        state = fma(real(a, at[FACTOR], bytes), state, real(x, at[X], bytes));
        set_real(out, at[OUT], bytes, state);
    }
}

// The state of the lane `lanes` below.
template<class S>
__device__ __forceinline__ S below(const S& mine, int lanes) {
    constexpr int WORDS = sizeof(S) / 4;
    int words[WORDS];
    memcpy(words, &mine, sizeof(S));
#pragma unroll
    for (int w = 0; w < WORDS; w++)
        words[w] = __shfl_up_sync(0xffffffffu, words[w], lanes);
    S other;
    memcpy(&other, words, sizeof(S));
    return other;
}

// Scans the places from `from` to below `to` of a slice, a tile at a time; `carry` is the state of all before, if there are any, and of all
// in the end. Writes results unless only the state is wanted.
template<class S>
__device__ __forceinline__ void scan_chunk(const S& s, const Strided<VIEWS>& places, unsigned from, unsigned to, bool carried,
        typename S::State& carry, bool writes) {
    using State = typename S::State;
    __shared__ __align__(16) unsigned char memory[THREADS / 32 * sizeof(State)];
    State* warps = reinterpret_cast<State*>(memory);
    int lane = threadIdx.x & 31;
    int warp = threadIdx.x >> 5;
    int at[VIEWS];
    for (unsigned tile = from; tile < to; tile += THREADS * PER_THREAD) {
        unsigned first = tile + threadIdx.x * PER_THREAD;
        State own[PER_THREAD];
#pragma unroll
        for (int k = 0; k < PER_THREAD; k++) {
            unsigned i = min(first + k, to - 1);                     // beyond the end what stands there is folded, but nobody looks
            along(places, i, at);
            own[k] = s.load(at, i);
        }
#pragma unroll
        for (int k = 1; k < PER_THREAD; k++)
            own[k] = s.merge(own[k - 1], own[k]);
        State total = own[PER_THREAD - 1];
#pragma unroll
        for (int lanes = 1; lanes < 32; lanes <<= 1) {
            State lower = below(total, lanes);
            if (lane >= lanes)
                total = s.merge(lower, total);
        }
        State before = below(total, 1);
        bool any = lane > 0;
        __syncthreads();                                             // the tile before has been read
        if (lane == 31)
            warps[warp] = total;
        __syncthreads();
        for (int w = warp - 1; w >= 0; w--) {
            before = any ? s.merge(warps[w], before) : warps[w];
            any = true;
        }
        if (carried) {
            before = any ? s.merge(carry, before) : carry;
            any = true;
        }
        if (writes)
#pragma unroll
            for (int k = 0; k < PER_THREAD; k++)
                if (first + k < to) {
                    along(places, first + k, at);
                    s.store(at, any ? s.merge(before, own[k]) : own[k]);
                }
        State all = warps[0];
        for (int w = 1; w < THREADS / 32; w++)
            all = s.merge(all, warps[w]);
        carry = carried ? s.merge(carry, all) : all;
        carried = true;
    }
}

// The state of each chunk but the last of a slice: chunk blockIdx.y of slice blockIdx.x.
template<class S>
__device__ __forceinline__ void scan_totals(S s, const Strided<VIEWS>& kept, const Strided<VIEWS>& places, int chunk, int chunks,
        typename S::State* carries) {
    int at[VIEWS];
    kept.offsets(blockIdx.x, at);
    s.open(at);
    typename S::State carry;
    scan_chunk(s, places, blockIdx.y * (unsigned) chunk, (blockIdx.y + 1) * (unsigned) chunk, false, carry, false);
    if (threadIdx.x == 0)
        carries[blockIdx.x * chunks + blockIdx.y] = carry;
}

// States of chunks become states of all up to the end of each chunk.
template<class S>
__device__ __forceinline__ void scan_carries(S s, int slices, int chunks, typename S::State* carries) {
    int slice = thread_id();
    if (slice >= slices)
        return;
    typename S::State* states = carries + slice * chunks;
    for (int i = 1; i < chunks - 1; i++)
        states[i] = s.merge(states[i - 1], states[i]);
}

template<class S>
__device__ __forceinline__ void scan_tree(S s, const Strided<VIEWS>& kept, const Strided<VIEWS>& places, int chunk, int chunks,
        const typename S::State* carries) {
    int at[VIEWS];
    kept.offsets(blockIdx.x, at);
    s.open(at);
    unsigned from = blockIdx.y * (unsigned) chunk;
    bool carried = blockIdx.y > 0;
    typename S::State carry;
    if (carried)
        carry = carries[blockIdx.x * chunks + blockIdx.y - 1];
    scan_chunk(s, places, from, min(from + chunk, (unsigned) places.numel), carried, carry, true);
}

#define WALK Strided<VIEWS> kept, Strided<VIEWS> places
#define DATA const char *x, char *out, int bytes, int op
#define SCAN(name, S)                                                                                                                  \
    extern "C" __global__ void scan_chain_##name(WALK, DATA) { scan_chain(S(x, out, bytes, op), kept, places); }                        \
    extern "C" __global__ void scan_totals_##name(WALK, DATA, int chunk, int chunks, void* carries) {                                   \
        scan_totals(S(x, out, bytes, op), kept, places, chunk, chunks, static_cast<S::State*>(carries));                               \
    }                                                                                                                                  \
    extern "C" __global__ void scan_carries_##name(WALK, DATA, int chunk, int chunks, void* carries) {                                  \
        scan_carries(S(x, out, bytes, op), kept.numel, chunks, static_cast<S::State*>(carries));                                       \
    }                                                                                                                                  \
    extern "C" __global__ void scan_tree_##name(WALK, DATA, int chunk, int chunks, const void* carries) {                               \
        scan_tree(S(x, out, bytes, op), kept, places, chunk, chunks, static_cast<const S::State*>(carries));                           \
    }
