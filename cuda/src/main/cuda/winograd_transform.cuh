// The one-dimensional transforms of Winograd's minimal filtering F(4, 3): four results of a filter with three taps from six inputs with six
// multiplications instead of twelve, y = A^T [(G g) * (B^T d)], and its transpose for the gradient of the filter,
// dg = G^T [(A dy) * (B^T d)].
//
// The interpolation points are 0, +-sqrt(1/2), +-sqrt(2) and infinity, as on the CPU: core's WinogradTransform says why, and how far
// results are from those of single products. Sources: Lavin, Gray 2016, arXiv:1509.09308; Barabasz et al. 2020, arXiv:1803.10986.
#pragma once

constexpr int RESULTS = 4;           // along an edge of a tile
constexpr int SEEN = 6;              // pixels that a tile sees along an edge
constexpr int TAPS = 3;
constexpr int PLANES = SEEN * SEEN;

constexpr float ROOT = 1.41421356237309504880f;
constexpr float HALF_ROOT = 0.70710678118654752440f;
constexpr float QUARTER_ROOT = 0.35355339059327376220f;
constexpr float TWO_ROOTS = 2.82842712474619009760f;
constexpr float THIRD = 1.0f / 3;
constexpr float TWO_THIRDS = 2.0f / 3;
constexpr float SIXTH = 1.0f / 6;
constexpr float THIRD_ROOT = 0.47140452079103168293f;
constexpr float SIXTH_ROOT = 0.23570226039551584147f;

// B^T d.
struct OfPixels {
    static constexpr int FROM = SEEN;

    static __device__ __forceinline__ void apply(const float (&d)[SEEN], float (&out)[SEEN]) {
        float e1 = fmaf(-2.0f, d[2], d[4]);
        float w1 = fmaf(-ROOT, d[1], HALF_ROOT * d[3]);
        float e2 = fmaf(-0.5f, d[2], d[4]);
        float w2 = fmaf(-HALF_ROOT, d[1], ROOT * d[3]);
        out[0] = fmaf(-2.5f, d[2], d[0] + d[4]);
        out[1] = e1 + w1;
        out[2] = e1 - w1;
        out[3] = e2 + w2;
        out[4] = e2 - w2;
        out[5] = fmaf(-2.5f, d[3], d[1] + d[5]);
    }
};

// A dy.
struct OfGradients {
    static constexpr int FROM = RESULTS;

    static __device__ __forceinline__ void apply(const float (&d)[RESULTS], float (&out)[SEEN]) {
        float e1 = fmaf(0.5f, d[2], d[0]);
        float w1 = fmaf(QUARTER_ROOT, d[3], HALF_ROOT * d[1]);
        float e2 = fmaf(2.0f, d[2], d[0]);
        float w2 = fmaf(TWO_ROOTS, d[3], ROOT * d[1]);
        out[0] = d[0];
        out[1] = e1 + w1;
        out[2] = e1 - w1;
        out[3] = e2 + w2;
        out[4] = e2 - w2;
        out[5] = d[3];
    }
};

// A^T m.
__device__ __forceinline__ void to_results(const float (&m)[SEEN], float (&out)[RESULTS]) {
    float s1 = m[1] + m[2];
    float t1 = m[1] - m[2];
    float s2 = m[3] + m[4];
    float t2 = m[3] - m[4];
    out[0] = m[0] + s1 + s2;
    out[1] = fmaf(ROOT, t2, HALF_ROOT * t1);
    out[2] = fmaf(2.0f, s2, 0.5f * s1);
    out[3] = fmaf(TWO_ROOTS, t2, fmaf(QUARTER_ROOT, t1, m[5]));
}

// G g.
__device__ __forceinline__ void of_weights(const float (&g)[TAPS], float (&out)[SEEN]) {
    float e1 = fmaf(-THIRD, g[2], -TWO_THIRDS * g[0]);
    float w1 = THIRD_ROOT * g[1];
    float e2 = fmaf(THIRD, g[2], SIXTH * g[0]);
    float w2 = SIXTH_ROOT * g[1];
    out[0] = g[0];
    out[1] = e1 - w1;
    out[2] = e1 + w1;
    out[3] = e2 + w2;
    out[4] = e2 - w2;
    out[5] = g[2];
}

// G^T u.
__device__ __forceinline__ void to_weights(const float (&u)[SEEN], float (&out)[TAPS]) {
    float s1 = u[1] + u[2];
    float t1 = u[2] - u[1];
    float s2 = u[3] + u[4];
    float t2 = u[3] - u[4];
    out[0] = fmaf(SIXTH, s2, fmaf(-TWO_THIRDS, s1, u[0]));
    out[1] = fmaf(SIXTH_ROOT, t2, THIRD_ROOT * t1);
    out[2] = fmaf(THIRD, s2, fmaf(-THIRD, s1, u[5]));
}
