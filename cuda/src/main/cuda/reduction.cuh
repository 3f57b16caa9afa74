// Folding rows: what reductions, statistics and gradients of normalisations share.
//
// The dimensions of views of one shape are cut into those that are kept, which choose a row, and the places within a row, which are folded.
// A fold F tells what happens to an element:
//
//   State            what a part of a row comes to, a multiple of 4 bytes
//   Item             what is loaded of one place
//   start()          the state of no elements
//   open(at)         goes to the row at these offsets
//   load(at, i)      the item at these offsets within the row, place number i
//   add(state, item), add4(state, a, b, c, d)
//   merge(a, b)      the state of both parts
//   close(state, at) writes the result of the row at these offsets
//
// A map G does something at each place by itself: open(at) as above, load(at) gives an Item, store(at, item) writes what comes of it.
//
// The order in which items are added and states are merged depends on the shape alone: on the numbers of rows and places, from which the
// host derives block, grid and chunk (Folding.java).
#pragma once
#include <cmath>
#include <cstring>
#include "common.cuh"

// One state of every lane, exchanged with the lane whose number differs in the bit `lanes`.
template<class S>
__device__ __forceinline__ S exchanged(const S& mine, int lanes) {
    static_assert(sizeof(S) % 4 == 0, "states are made of words");
    constexpr int WORDS = sizeof(S) / 4;
    int words[WORDS];
    memcpy(words, &mine, sizeof(S));
#pragma unroll
    for (int w = 0; w < WORDS; w++)
        words[w] = __shfl_xor_sync(0xffffffffu, words[w], lanes);
    S other;
    memcpy(&other, words, sizeof(S));
    return other;
}

// Merges the states of the blockDim.x threads of each row, a power of two, by a balanced tree; every thread of the row gets the result.
// More than 32 threads are the whole block. All threads of the block come here.
template<class F>
__device__ __forceinline__ typename F::State merged(const F& f, typename F::State mine) {
    using State = typename F::State;
    __shared__ __align__(16) unsigned char memory[32 * sizeof(State)];
    State* warps = reinterpret_cast<State*>(memory);
    for (int lanes = min(blockDim.x, 32) >> 1; lanes > 0; lanes >>= 1)
        mine = f.merge(mine, exchanged(mine, lanes));
    int thread = threadIdx.y * blockDim.x + threadIdx.x;
    __syncthreads();                                     // whoever called before has read the memory
    if ((thread & 31) == 0)
        warps[thread >> 5] = mine;
    __syncthreads();
    if (blockDim.x > 32) {
        int count = blockDim.x >> 5;
        mine = warps[thread & (count - 1)];
        for (int lanes = count >> 1; lanes > 0; lanes >>= 1)
            mine = f.merge(mine, exchanged(mine, lanes));
    }
    return mine;
}

// Base of folds that have nothing better to do with four items than to add one after another.
template<class F, class S, class I>
struct Fold {
    using State = S;
    using Item = I;

    __device__ __forceinline__ void add4(S& state, I a, I b, I c, I d) const {
        const F& f = static_cast<const F&>(*this);
        f.add(state, a);
        f.add(state, b);
        f.add(state, c);
        f.add(state, d);
    }
};

// Places of at most two dimensions, the inner one and the outer one: how most rows lie, those of images whose channels share something too.
template<int N>
struct Plane {
    const Strided<N>& places;
    bool two;

    __device__ __forceinline__ explicit Plane(const Strided<N>& places) : places(places), two(places.rank == 2) {}

    // Of one dimension all are in row 0.
    __device__ __forceinline__ void offsets(unsigned i, int (&at)[N]) const {
        unsigned row = (__umulhi(i, two ? places.magic[1] : places.magic[0]) + i) >> (two ? places.shift[1] : places.shift[0]);
        int position = i - row * (two ? places.size[1] : places.size[0]);
#pragma unroll
        for (int n = 0; n < N; n++)
            at[n] = two ? (int) row * places.stride[n][0] + position * places.stride[n][1] : position * places.stride[n][0];
    }
};

// Adds the items at the places from, from + step and so on before `to`; four loads are on their way at a time.
template<class F, int N>
__device__ __forceinline__ void fold(const F& f, typename F::State& state, const Strided<N>& places, unsigned from, unsigned to,
        unsigned step) {
    unsigned i = from;
    int at[N];
    if (places.rank <= 2) {
        Plane<N> plane(places);
        typename F::Item items[4];
        for (; i < to && to - i > 3 * step; i += 4 * step) {
#pragma unroll
            for (int k = 0; k < 4; k++) {
                plane.offsets(i + k * step, at);
                items[k] = f.load(at, i + k * step);
            }
            f.add4(state, items[0], items[1], items[2], items[3]);
        }
        if (i >= to)
            return;
#pragma unroll
        for (int k = 0; k < 3; k++) {
            unsigned j = min(i + k * step, to - 1);
            plane.offsets(j, at);
            items[k] = f.load(at, j);
        }
#pragma unroll
        for (int k = 0; k < 3; k++)
            if (i + k * step < to)
                f.add(state, items[k]);
    } else {
        for (; i < to; i += step) {
            places.offsets(i, at);
            f.add(state, f.load(at, i));
        }
    }
}

// Where blocks that share rows leave their states. `tickets` holds a 0 for each blockIdx.x, and does so again afterwards. Mirrors
// Folding.java.
struct Partial {
    void* states;
    unsigned* tickets;
};

// Leaves the state of a thread that has one for all of the block's threads of its row. Whether this block is the last of those that share
// its rows, which have one blockIdx.x: then it sees what all of them have left. Which one it is, is chance; what it does then, is not.
template<class S>
__device__ __forceinline__ bool is_last(const Partial& partial, bool leaves, S* to, const S& state) {
    __shared__ bool last;
    if (leaves)
        *to = state;
    __syncthreads();
    if (threadIdx.x == 0 && threadIdx.y == 0) {
        __threadfence();
        last = atomicInc(partial.tickets + blockIdx.x, gridDim.y - 1) == gridDim.y - 1;
        __threadfence();
    }
    __syncthreads();
    return last;
}

// Rows whose neighbouring places lie closest in memory: blockDim.x threads a row, blockDim.y rows a block, a chunk of the places for each
// blockIdx.y. With more than one chunk a block has one row, states go to `partial`, and the last block of a row merges them.
template<class F, int N>
__device__ __forceinline__ void fold_rows(F f, const Strided<N>& kept, const Strided<N>& places, int chunk, Partial partial) {
    using State = typename F::State;
    int row = blockIdx.x * blockDim.y + threadIdx.y;
    bool live = row < kept.numel;
    int at[N];
    kept.offsets(live ? row : 0, at);
    f.open(at);
    State state = f.start();
    unsigned from = blockIdx.y * (unsigned) chunk;
    unsigned to = min((unsigned) places.numel, from + chunk);
    if (live)
        fold(f, state, places, from + threadIdx.x, to, blockDim.x);
    state = merged(f, state);
    if (gridDim.y > 1) {
        State* states = static_cast<State*>(partial.states) + (int64_t) row * gridDim.y;
        if (!is_last(partial, threadIdx.x == 0, states + blockIdx.y, state))
            return;
        state = f.start();
        for (int i = threadIdx.x; i < gridDim.y; i += blockDim.x)
            state = f.merge(state, states[i]);
        state = merged(f, state);
    }
    if (live && threadIdx.x == 0) {
        kept.offsets(row, at);
        f.close(state, at);
    }
}

// The states of threads with the same threadIdx.x become one, that of the first of them.
template<class F>
__device__ __forceinline__ void merge_columns(const F& f, typename F::State& state) {
    using State = typename F::State;
    __shared__ __align__(16) unsigned char memory[256 * sizeof(State)];
    State* tile = reinterpret_cast<State*>(memory) + threadIdx.y * blockDim.x + threadIdx.x;
    for (int half = blockDim.y >> 1; half > 0; half >>= 1) {
        *tile = state;
        __syncthreads();
        if (threadIdx.y < half)
            state = f.merge(state, tile[half * blockDim.x]);
        __syncthreads();
    }
}

// Rows of which neighbours lie closest in memory: threads side by side take rows side by side, blockDim.y of them share a row.
template<class F, int N>
__device__ __forceinline__ void fold_columns(F f, const Strided<N>& kept, const Strided<N>& places, int chunk, Partial partial) {
    using State = typename F::State;
    int row = blockIdx.x * blockDim.x + threadIdx.x;
    bool live = row < kept.numel;
    int at[N];
    kept.offsets(live ? row : 0, at);
    f.open(at);
    State state = f.start();
    unsigned from = blockIdx.y * (unsigned) chunk;
    unsigned to = min((unsigned) places.numel, from + chunk);
    if (live)
        fold(f, state, places, from + threadIdx.y, to, blockDim.y);
    merge_columns(f, state);
    if (gridDim.y > 1) {
        State* states = static_cast<State*>(partial.states) + (int64_t) row * gridDim.y;
        if (!is_last(partial, live && threadIdx.y == 0, states + blockIdx.y, state))
            return;
        state = f.start();
        if (live)
            for (int i = threadIdx.y; i < gridDim.y; i += blockDim.y)
                state = f.merge(state, states[i]);
        merge_columns(f, state);
    }
    if (live && threadIdx.y == 0)
        f.close(state, at);
}

// Each place from, from + step and so on before `to` for itself; four loads are on their way at a time.
template<class F, int N>
__device__ __forceinline__ void map(const F& f, const Strided<N>& places, unsigned from, unsigned to, unsigned step) {
    int at[N];
    if (places.rank <= 2) {
        Plane<N> plane(places);
        for (unsigned i = from; i < to; i += 4 * step) {
            typename F::Item items[4];
#pragma unroll
            for (int k = 0; k < 4; k++) {
                plane.offsets(min(i + k * step, to - 1), at);
                items[k] = f.load(at);
            }
#pragma unroll
            for (int k = 0; k < 4; k++)
                if (i + k * step < to) {
                    plane.offsets(i + k * step, at);
                    f.store(at, items[k]);
                }
        }
    } else {
        for (unsigned i = from; i < to; i += step) {
            places.offsets(i, at);
            f.store(at, f.load(at));
        }
    }
}

// Threads side by side take places side by side; see fold_rows. The last rows come first: a fold before may have left them in the cache.
template<class F, int N>
__device__ __forceinline__ void map_rows(F f, const Strided<N>& kept, const Strided<N>& places, int chunk) {
    int row = blockIdx.x * blockDim.y + threadIdx.y;
    if (row >= kept.numel)
        return;
    int at[N];
    kept.offsets(kept.numel - 1 - row, at);
    f.open(at);
    unsigned from = blockIdx.y * (unsigned) chunk;
    map(f, places, from + threadIdx.x, min((unsigned) places.numel, from + chunk), blockDim.x);
}

// Threads side by side take rows side by side; see fold_columns.
template<class F, int N>
__device__ __forceinline__ void map_columns(F f, const Strided<N>& kept, const Strided<N>& places, int chunk) {
    int row = blockIdx.x * blockDim.x + threadIdx.x;
    if (row >= kept.numel)
        return;
    int at[N];
    kept.offsets(row, at);
    f.open(at);
    unsigned from = blockIdx.y * (unsigned) chunk;
    map(f, places, from + threadIdx.y, min((unsigned) places.numel, from + chunk), blockDim.y);
}

// The larger one; NaN if either is NaN, and 0 is larger than -0, as Math.max has it.
__device__ __forceinline__ float larger(float a, float b) {
    return a != a || b != b ? NAN : fmaxf(a, b);
}

__device__ __forceinline__ double larger(double a, double b) {
    return a != a || b != b ? (double) NAN : fmax(a, b);
}
