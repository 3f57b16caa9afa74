// All gradients of layer normalisation of float32 in one pass: x and dy are read and dx is written once each, where the sums of columns by
// themselves would read x and dy once more. A block goes through a stretch of rows, which its threads hold in registers together with their
// part of the sums of columns; the sums of all blocks are added by a reduction.
#include "layer_norm.cuh"

struct Two {
    float first;
    float second;
};

struct Both {
    using State = Two;
    __device__ Two merge(Two a, Two b) const { return {a.first + b.first, a.second + b.second}; }
};

// Writes the sums of the rows that are side by side in the block, added from the first to the last, for each column.
template<int SLOTS>
__device__ __forceinline__ void write_columns(const Row<float4, SLOTS>& mine, float* to, int columns) {
    extern __shared__ float4 lines[];
    if (blockDim.y == 1) {
        mine.store(to, 1, columns);
        return;
    }
    __syncthreads();                                     // whoever called before has read the memory
#pragma unroll
    for (int k = 0; k < SLOTS; k++)
        lines[threadIdx.y * SLOTS * blockDim.x + threadIdx.x + k * blockDim.x] = mine.slots[k];
    __syncthreads();
    int line = SLOTS * blockDim.x;
    for (int i = threadIdx.y * blockDim.x + threadIdx.x; i < columns; i += blockDim.y * blockDim.x) {
        double a = 0, b = 0, c = 0, d = 0;               // up to 256 rows one after another
        for (int y = 0; y < blockDim.y; y++) {
            float4 more = lines[y * line + i];
            a += more.x;
            b += more.y;
            c += more.z;
            d += more.w;
        }
        reinterpret_cast<float4*>(to)[i] = {(float) a, (float) b, (float) c, (float) d};
    }
}

// partial[blockIdx.x] are sums of dy, those of the grid after them sums of dy * xhat, each over `each` times blockDim.y rows.
template<int SLOTS>
__device__ __forceinline__ void gradients(const Strided<VIEWS>& kept, const Strided<VIEWS>& places, int each, const float* x,
        const float* dy, float* dx, const float* weight, const float* mean, const float* rstd, float* partial) {
    int items = places.numel;
    float n = items * 4;
    Row<float4, SLOTS> w;
    Row<float4, SLOTS> sums;
    Row<float4, SLOTS> products;
#pragma unroll
    for (int k = 0; k < SLOTS; k++) {
        int i = threadIdx.x + k * blockDim.x;
        int at[VIEWS];
        kept.offsets(0, at);
        w.slots[k] = weight && i < items ? reinterpret_cast<const float4*>(weight + at[WEIGHT])[i] : Lanes<float4>::all(1);
        sums.slots[k] = products.slots[k] = Lanes<float4>::all(0);
    }
    for (int r = 0; r < each; r++) {
        int row = (blockIdx.x * each + r) * blockDim.y + threadIdx.y;
        int count = row < kept.numel ? items : 0;
        int at[VIEWS];
        kept.offsets(count > 0 ? row : 0, at);
        float centre = mean ? mean[at[MEAN]] : 0;
        float scale = rstd[at[RSTD]];
        Row<float4, SLOTS> xhat;
        Row<float4, SLOTS> g;
        xhat.load(x + at[X], 1, count, centre);
        g.load(dy + at[DY], 1, count, 0.f);
        Two all = {0, 0};
#pragma unroll
        for (int k = 0; k < SLOTS; k++) {
            Two part = {0, 0};
#pragma unroll
            for (int j = 0; j < 4; j++) {
                float& a = Lanes<float4>::at(xhat.slots[k], j);
                float& b = Lanes<float4>::at(g.slots[k], j);
                a = (a - centre) * scale;
                Lanes<float4>::at(sums.slots[k], j) += b;
                float& product = Lanes<float4>::at(products.slots[k], j);
                product = fmaf(b, a, product);
                b *= Lanes<float4>::at(w.slots[k], j);
                part.first += b;
                part.second = fmaf(b, a, part.second);
            }
            all.first += part.first;
            all.second += part.second;
        }
        all = merged(Both(), all);
        float first = mean ? all.first / n : 0;
        float second = all.second / n;
#pragma unroll
        for (int k = 0; k < SLOTS; k++)
#pragma unroll
            for (int j = 0; j < 4; j++) {
                float& b = Lanes<float4>::at(g.slots[k], j);
                b = scale * fmaf(-Lanes<float4>::at(xhat.slots[k], j), second, b - first);
            }
        g.store(dx + at[Y], 1, count);
    }
    float* to = partial + (int64_t) blockIdx.x * items * 4;
    write_columns(sums, to, items);
    write_columns(products, to + (int64_t) gridDim.x * items * 4, items);
}

#define GRADIENTS(SLOTS, THREADS)                                                                                                      \
    extern "C" __global__ void __launch_bounds__(THREADS) layer_norm_gradients_f32x4_##SLOTS(WALK, int each, const float* x,           \
        const float* dy, float* dx, const float* weight, const float* mean, const float* rstd, float* partial) {                       \
        gradients<SLOTS>(kept, places, each, x, dy, dx, weight, mean, rstd, partial);                                                  \
    }
GRADIENTS(1, 256)
GRADIENTS(4, 512)
GRADIENTS(8, 256)
