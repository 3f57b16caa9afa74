// Stable order of the elements of many rows. Short rows: a bitonic network in one block, places breaking ties, so that it is stable
// (Batcher 1968). Long rows: radix sorting from the lowest digit on, 8 bits a pass, three kernels each (Knuth, volume 3, section 5.2.5):
// count the digits of each chunk, sum the counts up, move keys and places. Floor of a pass: keys read twice, places once, both written
// once.
//
// Rows are found by a walk over three views: what is written, another one, and what is sorted.
#include "common.cuh"

// ------------------------------------------------------------------------------------------------------------ keys

// Unsigned numbers in the order of the elements: zeros of either sign are equal, NaN is largest. ALL are the bits that may be set.
template<class T>
struct Order;

template<>
struct Order<uint8_t> {
    typedef unsigned Key;
    static constexpr Key ALL = 1;
    static __device__ __forceinline__ Key key(uint8_t x) { return x != 0; }
};

template<>
struct Order<int> {
    typedef unsigned Key;
    static constexpr Key ALL = ~0u;
    static __device__ __forceinline__ Key key(int x) { return x ^ 0x80000000u; }
};

template<>
struct Order<int64_t> {
    typedef uint64_t Key;
    static constexpr Key ALL = ~0ull;
    static __device__ __forceinline__ Key key(int64_t x) { return x ^ (1ull << 63); }
};

template<>
struct Order<float> {
    typedef unsigned Key;
    static constexpr Key ALL = ~0u;
    static __device__ __forceinline__ Key key(float x) {
        unsigned bits = x == 0 ? 0 : __float_as_uint(x);
        unsigned ordered = (int) bits < 0 ? ~bits : bits ^ 0x80000000u;
        return x != x ? ~0u : ordered;
    }
};

template<>
struct Order<double> {
    typedef uint64_t Key;
    static constexpr Key ALL = ~0ull;
    static __device__ __forceinline__ Key key(double x) {
        uint64_t bits = x == 0 ? 0 : __double_as_longlong(x);
        uint64_t ordered = (int64_t) bits < 0 ? ~bits : bits ^ (1ull << 63);
        return x != x ? ~0ull : ordered;
    }
};

// What is sorted. The key of an element is flipped in descending order, so that the largest one has the smallest key; an index outside its
// limit is reported and comes last, with the limit as its key. `type` is one for the whole grid.
struct Source {
    const void* x;
    int type;
    int descending;
    int limit;
    int code;
    Fault* fault;

    template<class T>
    __device__ __forceinline__ typename Order<T>::Key key(int at) const {
        return Order<T>::key(((const T*) x)[at]) ^ (descending ? Order<T>::ALL : 0);
    }

    __device__ __forceinline__ unsigned index(int at) const {
        int64_t index = ((const int64_t*) x)[at];
        if (index >= 0 && index < limit)
            return (unsigned) index;
        report(fault, code, index, limit);
        return limit;
    }
};

enum Type { BOOL, I32, I64, F32, F64, INDEX };

template<class Key>
__device__ __forceinline__ Key key(const Source& x, int at);

template<>
__device__ __forceinline__ unsigned key<unsigned>(const Source& x, int at) {
    return x.type == F32 ? x.key<float>(at) : x.type == I32 ? x.key<int>(at) : x.type == BOOL ? x.key<uint8_t>(at) : x.index(at);
}

template<>
__device__ __forceinline__ uint64_t key<uint64_t>(const Source& x, int at) {
    return x.type == F64 ? x.key<double>(at) : x.key<int64_t>(at);
}

// ------------------------------------------------------------------------------------------------------------ short rows

constexpr int ITEMS = 8;             // of a thread; item e of a warp's lane is element e * 32 + lane of the warp's 256
constexpr int WARP_ITEMS = 32 * ITEMS;
constexpr int MAX_ROWS = 128;        // of a block

// Key and place in one word.
struct Item32 {
    uint64_t word;

    __device__ __forceinline__ Item32() {}
    __device__ __forceinline__ Item32(unsigned key, unsigned place) : word((uint64_t) key << 32 | place) {}
    __device__ __forceinline__ bool before(const Item32& other) const { return word < other.word; }
    __device__ __forceinline__ unsigned key() const { return word >> 32; }
    __device__ __forceinline__ unsigned place() const { return (unsigned) word; }

    __device__ __forceinline__ Item32 of_lane(int mask) const {
        Item32 other;
        other.word = __shfl_xor_sync(~0u, word, mask);
        return other;
    }

    __device__ __forceinline__ void put(unsigned char* shared, int, int i) const { ((uint64_t*) shared)[i] = word; }

    static __device__ __forceinline__ Item32 get(const unsigned char* shared, int, int i) {
        Item32 item;
        item.word = ((const uint64_t*) shared)[i];
        return item;
    }
};

struct Item64 {
    uint64_t bits;
    unsigned at;

    __device__ __forceinline__ Item64() {}
    __device__ __forceinline__ Item64(uint64_t key, unsigned place) : bits(key), at(place) {}
    __device__ __forceinline__ bool before(const Item64& other) const { return bits < other.bits || (bits == other.bits && at < other.at); }
    __device__ __forceinline__ uint64_t key() const { return bits; }
    __device__ __forceinline__ unsigned place() const { return at; }

    __device__ __forceinline__ Item64 of_lane(int mask) const {
        return Item64(__shfl_xor_sync(~0u, bits, mask), __shfl_xor_sync(~0u, at, mask));
    }

    __device__ __forceinline__ void put(unsigned char* shared, int tile, int i) const {
        ((uint64_t*) shared)[i] = bits;
        ((unsigned*) (shared + 8 * tile))[i] = at;
    }

    static __device__ __forceinline__ Item64 get(const unsigned char* shared, int tile, int i) {
        return Item64(((const uint64_t*) shared)[i], ((const unsigned*) (shared + 8 * tile))[i]);
    }
};

template<class Item>
__device__ __forceinline__ Item smaller(bool wanted, const Item& a, const Item& b) {
    return b.before(a) == wanted ? b : a;
}

// Compares items DISTANCE apart of each thread.
template<int DISTANCE, class Item>
__device__ __forceinline__ void within_thread(Item (&items)[ITEMS], int first, int up) {
#pragma unroll
    for (int e = 0; e < ITEMS; e++)
        if ((e & DISTANCE) == 0) {
            bool ascending = (first + e * 32 & up) == 0;
            Item low = items[e], high = items[e | DISTANCE];
            items[e] = smaller(ascending, low, high);
            items[e | DISTANCE] = smaller(!ascending, low, high);
        }
}

// Sorts each `1 << log` neighbouring items of the block. Item i meets item i ^ j; where i & up is 0 the smaller one comes first.
template<class Item>
__device__ __forceinline__ void sort_tile(Item (&items)[ITEMS], int log, unsigned char* shared) {
    int lane = threadIdx.x % 32;
    int first = threadIdx.x / 32 * WARP_ITEMS + lane;
    int tile = blockDim.x * ITEMS;
    for (int k = 1; k <= log; k++) {
        int up = 1 << k & (1 << log) - 1;
        for (int j = 1 << (k - 1); j >= WARP_ITEMS; j >>= 1) {
#pragma unroll
            for (int e = 0; e < ITEMS; e++)
                items[e].put(shared, tile, first + e * 32);
            __syncthreads();
#pragma unroll
            for (int e = 0; e < ITEMS; e++) {
                int i = first + e * 32;
                items[e] = smaller(((i & j) == 0) == ((i & up) == 0), items[e], Item::get(shared, tile, i ^ j));
            }
            __syncthreads();
        }
        if (k > 7)
            within_thread<4>(items, first, up);
        if (k > 6)
            within_thread<2>(items, first, up);
        if (k > 5)
            within_thread<1>(items, first, up);
        for (int j = k > 5 ? 16 : 1 << (k - 1); j > 0; j >>= 1) {
#pragma unroll
            for (int e = 0; e < ITEMS; e++)
                items[e] = smaller(((lane & j) == 0) == ((first + e * 32 & up) == 0), items[e], items[e].of_lane(j));
        }
    }
}

// Where results of one call go: to `out` along its rows, or one row after the other to `keys` (which may be missing) and `places`.
struct Result {
    int64_t* out;
    unsigned* keys;
    int* places;
    int count;       // how many of each row, from the first one on
    int step;
};

// Rows `row0` and following of n elements, each in its own part of the block. All blocks are full: what is too much has the last place.
template<class Key, class Item>
__device__ __forceinline__ void sort_block(const Source& x, const Result& to, int n, int log, int step, int row0, int rows,
        const Strided<3>& walk) {
    extern __shared__ __align__(16) unsigned char shared[];
    __shared__ int starts[2][MAX_ROWS];      // of the block's rows in what is written and read
    int in_block = blockDim.x * ITEMS >> log;
    int row = blockIdx.x * in_block;
    for (int r = threadIdx.x; r < in_block && row + r < rows; r += blockDim.x) {
        int at[3];
        walk.offsets(row0 + row + r, at);
        starts[0][r] = at[0];
        starts[1][r] = at[2];
    }
    __syncthreads();
    Item items[ITEMS];
    int first = threadIdx.x / 32 * WARP_ITEMS + threadIdx.x % 32;
#pragma unroll
    for (int e = 0; e < ITEMS; e++) {
        int i = first + e * 32;
        int r = i >> log, position = i & (1 << log) - 1;
        bool real = row + r < rows && position < n;
        items[e] = Item(real ? key<Key>(x, starts[1][r] + position * step) : ~(Key) 0, position);
    }
    sort_tile(items, log, shared);
#pragma unroll
    for (int e = 0; e < ITEMS; e++) {
        int i = first + e * 32;
        int r = i >> log, position = i & (1 << log) - 1;
        if (row + r >= rows || position >= to.count)
            continue;
        if (to.out) {
            to.out[starts[0][r] + position * to.step] = items[e].place();
        } else {
            int at = (row + r) * n + position;
            to.places[at] = items[e].place();
            if (to.keys)
                to.keys[at] = (unsigned) items[e].key();
        }
    }
}

// ------------------------------------------------------------------------------------------------------------ long rows

constexpr int THREADS = 256;
constexpr int WARPS = THREADS / 32;
constexpr int DIGITS = 256;

// Keys a block takes.
template<class Key>
struct Chunk {
    static constexpr int ITEMS = sizeof(Key) == 4 ? 12 : 8;
    static constexpr int SIZE = THREADS * ITEMS;
};

template<class Key>
__device__ __forceinline__ int digit(Key key, int shift) {
    return (int) (key >> shift) & DIGITS - 1;
}

template<class Key>
__device__ __forceinline__ void read_keys(const Source& x, Key* keys, int n, int step, int row0, int rows, const Strided<3>& walk) {
    unsigned total = (unsigned) rows * n;
    for (unsigned i = thread_id(); i < total; i += thread_count()) {
        int r = i / n;
        int at[3];
        walk.offsets(row0 + r, at);
        keys[i] = key<Key>(x, at[2] + (int) (i - r * n) * step);
    }
}

// Block x counts the digits of chunk x of row y: counts[y][digit][x].
template<class Key>
__device__ __forceinline__ void count_digits(const Key* keys, int* counts, int n, int shift) {
    __shared__ int bins[DIGITS];
    bins[threadIdx.x] = 0;
    __syncthreads();
    keys += (int64_t) blockIdx.y * n;
    unsigned from = blockIdx.x * (unsigned) Chunk<Key>::SIZE + threadIdx.x;
#pragma unroll
    for (int e = 0; e < Chunk<Key>::ITEMS; e++)
        if (from + e * THREADS < n)
            atomicAdd(&bins[digit(keys[from + e * THREADS], shift)], 1);
    __syncthreads();
    counts[(blockIdx.y * DIGITS + threadIdx.x) * gridDim.x + blockIdx.x] = bins[threadIdx.x];
}

// Sum of the values of all threads before this one.
__device__ __forceinline__ int sum_before(int value, int* sums) {
    int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    int sum = value;
#pragma unroll
    for (int d = 1; d < 32; d <<= 1) {
        int other = __shfl_up_sync(~0u, sum, d);
        sum += lane >= d ? other : 0;
    }
    if (lane == 31)
        sums[warp] = sum;
    __syncthreads();
    int before = 0;
#pragma unroll
    for (int w = 0; w < WARPS; w++)
        before += w < warp ? sums[w] : 0;
    __syncthreads();
    return before + sum - value;
}

constexpr int COUNTS = 8;      // of a thread

// Block i: the counts of one digit of one row become sums of those before, their total goes to totals[i].
extern "C" __global__ void sort_sum(int* counts, int* totals, int chunks) {
    __shared__ int sums[WARPS];
    __shared__ int last;
    counts += (int64_t) blockIdx.x * chunks;
    int total = 0;
    for (int from = 0; from < chunks; from += THREADS * COUNTS) {
        int first = from + threadIdx.x * COUNTS;
        int count[COUNTS];
        int all = 0;
#pragma unroll
        for (int e = 0; e < COUNTS; e++) {
            count[e] = first + e < chunks ? counts[first + e] : 0;
            all += count[e];
        }
        int before = sum_before(all, sums);
        int sum = total + before;
#pragma unroll
        for (int e = 0; e < COUNTS; e++) {
            if (first + e < chunks)
                counts[first + e] = sum;
            sum += count[e];
        }
        if (threadIdx.x == THREADS - 1)
            last = before + all;
        __syncthreads();
        total += last;
        __syncthreads();
    }
    if (threadIdx.x == 0)
        totals[blockIdx.x] = total;
}

// The lanes of a warp that have the same digit as this one.
__device__ __forceinline__ unsigned same_digit(int digit) {
    unsigned same = ~0u;
#pragma unroll
    for (int bit = 1; bit < DIGITS; bit <<= 1) {
        unsigned set = __ballot_sync(~0u, (digit & bit) != 0);
        same &= digit & bit ? set : ~set;
    }
    return same;
}

// Block x moves the keys of chunk x of row y, and their places with them, to where they belong by one digit. The chunk is brought into
// order first, so that neighbouring threads write neighbours. Without `places` each key is at its own place still.
template<class Key>
__device__ __forceinline__ void move_keys(const Key* keys, const int* places, Key* to_keys, int* to_places, const int* counts,
        const int* totals, int n, int shift) {
    constexpr int ITEMS = Chunk<Key>::ITEMS, SIZE = Chunk<Key>::SIZE;
    __shared__ Key sorted[SIZE];
    __shared__ int ranks[WARPS][DIGITS];     // of a warp's next key with a digit
    __shared__ int starts[DIGITS];           // where the keys with a digit go, less their position in the chunk
    __shared__ int sums[WARPS];
    int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    int64_t row = (int64_t) blockIdx.y * n;
    unsigned chunk = blockIdx.x * (unsigned) SIZE;
    unsigned from = chunk + warp * 32 * ITEMS + lane;
    for (int w = 0; w < WARPS; w++)
        ranks[w][threadIdx.x] = 0;
    __syncthreads();

    Key key[ITEMS];
    int rank[ITEMS];
#pragma unroll
    for (int e = 0; e < ITEMS; e++)          // behind the end stand the largest keys, and stay there
        key[e] = from + e * 32 < n ? keys[row + from + e * 32] : ~(Key) 0;
#pragma unroll
    for (int e = 0; e < ITEMS; e++) {
        int d = digit(key[e], shift);
        unsigned same = same_digit(d);
        int before = __popc(same & (1u << lane) - 1);
        rank[e] = ranks[warp][d] + before;
        __syncwarp();
        if (before == 0)
            ranks[warp][d] = rank[e] + __popc(same);
        __syncwarp();
    }
    __syncthreads();

    int total = 0;
    for (int w = 0; w < WARPS; w++) {
        int count = ranks[w][threadIdx.x];
        ranks[w][threadIdx.x] = total;
        total += count;
    }
    int inside = sum_before(total, sums);
    int digit_at = blockIdx.y * DIGITS + threadIdx.x;
    int start = sum_before(totals[digit_at], sums);
    starts[threadIdx.x] = start + counts[digit_at * gridDim.x + blockIdx.x] - inside;
    for (int w = 0; w < WARPS; w++)
        ranks[w][threadIdx.x] += inside;
    __syncthreads();

#pragma unroll
    for (int e = 0; e < ITEMS; e++) {
        rank[e] += ranks[warp][digit(key[e], shift)];
        sorted[rank[e]] = key[e];
    }
    __syncthreads();
    int target[ITEMS];
    unsigned count = min((unsigned) SIZE, n - chunk);
#pragma unroll
    for (int e = 0; e < ITEMS; e++) {
        int i = e * THREADS + threadIdx.x;
        Key k = sorted[i];
        target[e] = starts[digit(k, shift)] + i;
        if (i < count)
            to_keys[row + target[e]] = k;
    }
    __syncthreads();
    int* sorted_places = (int*) sorted;
#pragma unroll
    for (int e = 0; e < ITEMS; e++) {
        unsigned i = from + e * 32;
        sorted_places[rank[e]] = i >= n ? 0 : places ? places[row + i] : (int) i;
    }
    __syncthreads();
#pragma unroll
    for (int e = 0; e < ITEMS; e++) {
        int i = e * THREADS + threadIdx.x;
        if (i < count)
            to_places[row + target[e]] = sorted_places[i];
    }
}

// ------------------------------------------------------------------------------------------------------------ results

// The first places of each row.
extern "C" __global__ void sort_first(const int* places, int64_t* out, int n, int count, int step, int row0, int rows, Strided<3> walk) {
    unsigned total = (unsigned) rows * count;
    for (unsigned i = thread_id(); i < total; i += thread_count()) {
        int r = i / count;
        int position = i - r * count;
        int at[3];
        walk.offsets(row0 + r, at);
        out[at[0] + position * step] = places[r * n + position];
    }
}

// The places of elements by their numbers.
extern "C" __global__ void sort_ranked(const int* places, const int64_t* rank, int64_t* out, int n, int count, int rank_step, int step,
        int row0, int rows, Fault* fault, int code, Strided<3> walk) {
    unsigned total = (unsigned) rows * count;
    for (unsigned i = thread_id(); i < total; i += thread_count()) {
        int r = i / count;
        int position = i - r * count;
        int at[3];
        walk.offsets(row0 + r, at);
        int64_t wanted = rank[at[1] + position * rank_step];
        bool fits = wanted >= 0 && wanted < n;
        if (!fits)
            report(fault, code, wanted, n);
        out[at[0] + position * step] = fits ? places[r * n + (int) wanted] : 0;
    }
}

// By bisection. The walk goes over results, values, and the rows of what is sorted. Comparisons with NaN are false.
template<class T>
__device__ __forceinline__ void search(const T* sorted, const T* x, int64_t* out, int length, int step, int right,
        const Strided<3>& walk) {
    for (unsigned i = thread_id(); i < walk.numel; i += thread_count()) {
        int at[3];
        walk.offsets(i, at);
        T value = x[at[1]];
        const T* row = sorted + at[2];
        int from = 0, to = length;
        while (from < to) {
            int middle = (unsigned) (from + to) >> 1;
            T element = row[middle * step];
            if (right ? element > value : element >= value)
                to = middle;
            else
                from = middle + 1;
        }
        out[at[0]] = from;
    }
}

#define SEARCH(name, T)                                                                                                                \
    extern "C" __global__ void sort_search_##name(const T* sorted, const T* x, int64_t* out, int length, int step, int right,          \
            Strided<3> walk) {                                                                                                         \
        search(sorted, x, out, length, step, right, walk);                                                                             \
    }

SEARCH(b8, uint8_t)
SEARCH(i32, int)
SEARCH(i64, int64_t)
SEARCH(f32, float)
SEARCH(f64, double)

#define SORT(name, Key, Item)                                                                                                          \
    extern "C" __global__ void __launch_bounds__(512, 1) sort_block_##name(Source x, Result to, int n, int log, int step, int row0,    \
            int rows, Strided<3> walk) {                                                                                               \
        sort_block<Key, Item>(x, to, n, log, step, row0, rows, walk);                                                                  \
    }                                                                                                                                  \
    extern "C" __global__ void sort_keys_##name(Source x, Key* keys, int n, int step, int row0, int rows, Strided<3> walk) {           \
        read_keys(x, keys, n, step, row0, rows, walk);                                                                                 \
    }                                                                                                                                  \
    extern "C" __global__ void __launch_bounds__(THREADS) sort_count_##name(const Key* keys, int* counts, int n, int shift) {          \
        count_digits(keys, counts, n, shift);                                                                                          \
    }                                                                                                                                  \
    extern "C" __global__ void __launch_bounds__(THREADS) sort_move_##name(const Key* keys, const int* places, Key* to_keys,           \
            int* to_places, const int* counts, const int* totals, int n, int shift) {                                                  \
        move_keys(keys, places, to_keys, to_places, counts, totals, n, shift);                                                         \
    }

SORT(32, unsigned, Item32)
SORT(64, uint64_t, Item64)
