// Connectionist temporal classification: sums over paths, their loss and its gradient; formulas stand with CtcSpec.
//
// One block follows the steps of a sequence, a thread a state; a second one goes backwards at the same time. Seen from its end a sequence
// is one of mirrored labels, so both run the same code. Probabilities are products of thousands of factors: in float32 they would lose all
// digits, as logarithms they would need an exponential and a logarithm at every state. They are kept as `factor * 2^power` in double
// precision instead, where a step costs additions and products. Floor: one barrier and one load from the L2 cache a step.
#include "common.cuh"

constexpr double LN2_HIGH = 6.93147180369123816490e-01, LN2_LOW = 1.90821492927058770002e-10, LOG2_E = 1.44269504088896338700;
constexpr double LEAST_POWER = -1000;    // what is smaller than this beside another number is left out
constexpr double LARGE = 1e12;           // of larger logarithms the whole part of the power has all digits there are

// A number of 0 or more: `factor * 2^power` with a factor from 1 to below 2 and a whole power. 0 has the power minus infinity.
struct Wide {
    double factor, power;

    __device__ __forceinline__ static Wide of(double factor, double power) {
        if (factor == 0)
            return {0, -INFINITY};
        int64_t bits = __double_as_longlong(factor);
        int exponent = (int) (bits >> 52) - 1023;
        bool real = factor == factor;
        return {real ? __longlong_as_double((bits & 0xfffffffffffffll) | 0x3ff0000000000000ll) : factor, real ? power + exponent : factor};
    }

    __device__ __forceinline__ static Wide exp_of(double x) {
        if (x == -INFINITY)
            return {0, -INFINITY};
        double power = rint(x * LOG2_E);
        double rest = fabs(x) >= LARGE ? 0 : fma(-power, LN2_LOW, fma(-power, LN2_HIGH, x));
        return of(exp(rest), power);
    }

    __device__ __forceinline__ static double two_to(double n) {
        return n > LEAST_POWER ? __longlong_as_double((int64_t) ((int) n + 1023) << 52) : 0;
    }

    __device__ __forceinline__ Wide plus(const Wide& other) const {
        double top = power > other.power ? power : other.power;
        return of(factor * two_to(power - top) + other.factor * two_to(other.power - top), top);
    }

    __device__ __forceinline__ Wide times(const Wide& other) const { return of(factor * other.factor, power + other.power); }

    __device__ __forceinline__ double log_of() const {
        return power > LEAST_POWER && power < -LEAST_POWER ? log(factor * two_to(power))
                                                          : fma(power, LN2_HIGH, fma(power, LN2_LOW, log(factor)));
    }
};

// Rows of wide numbers.
struct Row {
    double* factors;
    double* powers;

    __device__ __forceinline__ Wide get(int i) const { return {factors[i], powers[i]}; }

    __device__ __forceinline__ void put(int i, const Wide& w) const {
        factors[i] = w.factor;
        powers[i] = w.power;
    }
};

// A batch of sequences, of which those from `first` on are computed. Intermediate results of each lie one after the other: with a gradient
// `steps * width` sums over beginnings and as many over ends, factors and powers apart.
struct Batch {
    const int64_t* targets;
    const int* lengths;          // steps of each sequence, then labels of each
    double* sums;                // null without a gradient
    double* rings;               // two rows for each block, where they do not fit into shared memory
    double* totals;              // factor and power of each sequence: the sum over all its paths
    int* links;                  // width / 2 of each sequence: twice the next position of a label, or of the end; 1 more for the first
    Fault* fault;                // where a label that is no class is reported
    int blank, classes, sequences, first, steps, width;
    int x_t, x_n, x_c, target_n, target_s, code;

    __device__ __forceinline__ int steps_of(int n) const { return lengths[n]; }
    __device__ __forceinline__ int labels_of(int n) const { return lengths[sequences + n]; }

    __device__ __forceinline__ Row sums_of(int n, bool ends, int t) const {
        int64_t all = (int64_t) steps * width;
        double* row = sums + (4 * (int64_t) (n - first) + (ends ? 2 : 0)) * all + (int64_t) t * width;
        return {row, row + all};
    }

    __device__ __forceinline__ bool is_class(int64_t label) const { return (uint64_t) label < (uint64_t) classes; }

    __device__ __forceinline__ int64_t given(int n, int j) const { return targets[n * target_n + j * target_s]; }

    // The blank for a label that is no class: it is reported, and must not be followed into memory.
    __device__ __forceinline__ int label(int n, int state) const {
        if (!(state & 1))
            return blank;
        int64_t label = given(n, state >> 1);
        return is_class(label) ? (int) label : blank;
    }
};

__device__ __forceinline__ void check(const Batch& b, int n, int labels) {
    for (int j = threadIdx.x; j < labels; j += blockDim.x) {
        int64_t label = b.given(n, j);
        if (!b.is_class(label))
            report(b.fault, b.code, label, b.classes);
    }
}

// Links each label to the next one that is the same.
__device__ __forceinline__ void link(const Batch& b, int n, int labels) {
    int* links = b.links + (n - b.first) * (b.width / 2);
    for (int j = threadIdx.x; j < labels; j += blockDim.x) {
        int label = b.label(n, 2 * j + 1);
        int next = j + 1;
        while (next < labels && b.label(n, 2 * next + 1) != label)
            next++;
        bool first = true;
        for (int i = 0; i < j; i++)
            first &= b.label(n, 2 * i + 1) != label;
        links[j] = 2 * next + first;
    }
}

// Block (x, 0): sums over the beginnings of paths of sequence x, and its loss. Block (x, 1): sums over their ends.
template<class T, bool SHARED>
__device__ __forceinline__ void paths(const T* x, T* losses, int loss_step, const Batch& b) {
    extern __shared__ __align__(16) double shared[];
    int n = b.first + blockIdx.x;
    bool ends = blockIdx.y == 1;
    int steps = b.steps_of(n), labels = b.labels_of(n), states = 2 * labels + 1;
    if (!ends)
        check(b, n, labels);
    if (!ends && b.sums)
        link(b, n, labels);
    x += n * b.x_n;
    double* ring = SHARED ? shared : b.rings + 4 * (int64_t) (blockIdx.x * gridDim.y + blockIdx.y) * b.width;
    int mirror = ends ? states - 1 : 0, sign = ends ? -1 : 1;

    int label = b.label(n, mirror + sign * min((int) threadIdx.x, states - 1));      // of the thread's first state, looked up ahead
    T ahead = steps > 0 ? x[(ends ? steps - 1 : 0) * b.x_t + label * b.x_c] : 0;
    for (int i = 0; i < steps; i++) {
        int t = ends ? steps - 1 - i : i;
        T now = ahead;
        if (i + 1 < steps)
            ahead = x[(t + sign) * b.x_t + label * b.x_c];
        Row before = {ring + ((i + 1) & 1) * 2 * b.width, ring + ((i + 1) & 1) * 2 * b.width + b.width};
        Row after = {ring + (i & 1) * 2 * b.width, ring + (i & 1) * 2 * b.width + b.width};
        for (int s = threadIdx.x; s < states; s += blockDim.x) {
            int state = mirror + sign * s;
            int c = s == threadIdx.x ? label : b.label(n, state);
            Wide sum = {s < 2 ? 1. : 0., s < 2 ? 0. : -INFINITY};
            if (i > 0) {
                sum = before.get(s);
                if (s > 0)
                    sum = sum.plus(before.get(s - 1));
                if ((s & 1) && s > 1 && c != b.label(n, state - 2 * sign))
                    sum = sum.plus(before.get(s - 2));
            }
            Wide here = sum.times(Wide::exp_of(s == threadIdx.x ? now : x[t * b.x_t + c * b.x_c]));
            after.put(s, here);
            if (b.sums)
                b.sums_of(n, ends, t).put(state, ends ? sum : here);
        }
        __syncthreads();
    }
    if (ends || threadIdx.x != 0)
        return;
    Row last = {ring + ((steps + 1) & 1) * 2 * b.width, ring + ((steps + 1) & 1) * 2 * b.width + b.width};
    double loss = labels == 0 ? 0 : INFINITY;
    if (steps > 0) {
        Wide total = last.get(states - 1);
        if (states > 1)
            total = total.plus(last.get(states - 2));
        b.totals[2 * (n - b.first)] = total.factor;
        b.totals[2 * (n - b.first) + 1] = total.power;
        loss = -total.log_of();
    }
    losses[n * loss_step] = (T) loss;
}

constexpr int GRADIENT_THREADS = 128;

// Share of the paths that are in a state at a step.
__device__ __forceinline__ double share(const Row& begin, const Row& end, int s, double factor, double power) {
    return begin.factors[s] * end.factors[s] / factor * Wide::two_to(begin.powers[s] + end.powers[s] - power);
}

// Block (t, n): the gradient of sequence n with respect to the classes of step t: minus the shares of the states of each class, in
// ascending order of the states; of the blank in a fixed tree.
template<class T>
__device__ __forceinline__ void gradient(T* gradient, int g_t, int g_n, int g_c, const Batch& b) {
    __shared__ double parts[GRADIENT_THREADS / 32];
    int t = blockIdx.x, n = b.first + blockIdx.y;
    gradient += t * g_t + n * g_n;
    for (int c = threadIdx.x; c < b.classes; c += GRADIENT_THREADS)
        gradient[c * g_c] = 0;
    if (t >= b.steps_of(n))
        return;
    __syncthreads();
    int labels = b.labels_of(n);
    Row begin = b.sums_of(n, false, t), end = b.sums_of(n, true, t);
    double factor = b.totals[2 * (n - b.first)], power = b.totals[2 * (n - b.first) + 1];
    const int* links = b.links + (n - b.first) * (b.width / 2);
    for (int j = threadIdx.x; j < labels; j += GRADIENT_THREADS) {
        if ((links[j] & 1) == 0)
            continue;
        double sum = 0;
        for (int i = j; i < labels; i = links[i] >> 1)
            sum -= share(begin, end, 2 * i + 1, factor, power);
        gradient[b.label(n, 2 * j + 1) * g_c] = (T) sum;
    }
    double sum = 0;
    for (int j = threadIdx.x; j <= labels; j += GRADIENT_THREADS)
        sum -= share(begin, end, 2 * j, factor, power);
#pragma unroll
    for (int d = 16; d > 0; d >>= 1)
        sum += __shfl_xor_sync(~0u, sum, d);
    if (threadIdx.x % 32 == 0)
        parts[threadIdx.x / 32] = sum;
    __syncthreads();
    if (threadIdx.x == 0)
        gradient[b.blank * g_c] = (T) ((parts[0] + parts[1]) + (parts[2] + parts[3]));
}

#define CTC(name, T)                                                                                                                   \
    extern "C" __global__ void __launch_bounds__(1024) ctc_paths_##name(const T* x, T* losses, int loss_step, Batch batch) {           \
        paths<T, true>(x, losses, loss_step, batch);                                                                                   \
    }                                                                                                                                  \
    extern "C" __global__ void __launch_bounds__(1024) ctc_long_paths_##name(const T* x, T* losses, int loss_step, Batch batch) {      \
        paths<T, false>(x, losses, loss_step, batch);                                                                                  \
    }                                                                                                                                  \
    extern "C" __global__ void __launch_bounds__(GRADIENT_THREADS) ctc_gradient_##name(T* gradients, int g_t, int g_n, int g_c,        \
            Batch batch) {                                                                                                             \
        gradient(gradients, g_t, g_n, g_c, batch);                                                                                     \
    }

CTC(f32, float)
CTC(f64, double)
