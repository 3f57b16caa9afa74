// How a convolution, or its transpose, becomes a matrix product without a matrix of patches: rows of the product are positions of the
// result, columns its channels, and what is added up are channels of the source under the taps of the kernel, taps first.
#pragma once
#include "window.cuh"

constexpr int TABLE_ROOM = 1024;    // taps * channels that fit into a table; mirrors GemmConvolution.java
constexpr int OUTSIDE = -(1 << 30); // a position that no tap moves into the source

enum Loading {
    PIXELS,      // neighbouring threads load neighbouring positions of one channel
    CHANNELS,    // neighbouring threads load neighbouring channels of one position
    TABLE        // as PIXELS; taps and channels are counted together, by a table: for few channels, where tiles of one tap would be empty
};

// What is the same for all threads of a block.
struct Place {
    Phase phase[3];
    int number;      // of the phase
    int group;
    int slice;       // of the taps and channels that are added up
    int rows;
    int first_row;
    int first_column;

    // One block for each tile of the result, columns first, so that blocks that read the same pixels run at the same time.
    __device__ __forceinline__ void find(const Geometry& g, int row_tiles, int column_tiles, int row_tile, int column_tile,
        int slices = 1) {
        int rest = blockIdx.x;
        first_column = rest % column_tiles * column_tile;
        rest /= column_tiles;
        first_row = rest % row_tiles * row_tile;
        rest /= row_tiles;
        group = rest % g.groups;
        rest /= g.groups;
        slice = rest % slices;
        rest /= slices;
        number = rest;
        rows = g.batch;
        for (int a = 2; a >= 0; a--) {
            int phases = g.transposed ? g.axis[a].stride.size : 1;
            phase[a] = phase_of(g.axis[a], rest % phases, g.transposed);
            rest /= phases;
            rows *= phase[a].count;
        }
    }

    __device__ __forceinline__ int taps() const {
        return phase[0].taps * phase[1].taps * phase[2].taps;
    }

    // Of row m: offset of the source under tap 0, position along each axis.
    __device__ __forceinline__ int4 row(const Geometry& g, int m) const {
        int4 row = make_int4(0, OUTSIDE, OUTSIDE, OUTSIDE);
        if (m < rows) {
            int q2 = m % phase[2].count;
            int rest = m / phase[2].count;
            int q1 = rest % phase[1].count;
            rest /= phase[1].count;
            int q0 = rest % phase[0].count;
            int n = rest / phase[0].count;
            row.y = q0 * phase[0].source_step + phase[0].base;
            row.z = q1 * phase[1].source_step + phase[1].base;
            row.w = q2 * phase[2].source_step + phase[2].base;
            row.x = n * g.source_n + group * g.reduced * g.source_c + row.y * g.source_at[0] + row.z * g.source_at[1]
                + row.w * g.source_at[2];
        }
        return row;
    }

    // Of tap j0, j1, j2 of the phase: offset, distance along each axis.
    __device__ __forceinline__ int4 tap(const Geometry& g, int j0, int j1, int j2) const {
        int4 tap = make_int4(0, j0 * phase[0].dilation, j1 * phase[1].dilation, j2 * phase[2].dilation);
        tap.x = tap.y * g.source_at[0] + tap.z * g.source_at[1] + tap.w * g.source_at[2];
        return tap;
    }

    // Goes on to the next tap of the phase.
    __device__ __forceinline__ void next_tap(int& j0, int& j1, int& j2) const {
        if (++j2 == phase[2].taps) {
            j2 = 0;
            if (++j1 == phase[1].taps) {
                j1 = 0;
                j0++;
            }
        }
    }

    // Where the result of row m and channel 0 of the group lies.
    __device__ __forceinline__ int result(const Geometry& g, int m) const {
        int q2 = m % phase[2].count;
        int rest = m / phase[2].count;
        int q1 = rest % phase[1].count;
        rest /= phase[1].count;
        int q0 = rest % phase[0].count;
        int n = rest / phase[0].count;
        return n * g.result_n + group * g.produced * g.result_c + (phase[0].first + q0 * phase[0].step) * g.result_at[0]
            + (phase[1].first + q1 * phase[1].step) * g.result_at[1] + (phase[2].first + q2 * phase[2].step) * g.result_at[2];
    }
};

// Whether a row, or a column of a weight gradient, moved along the axes lies inside the source.
__device__ __forceinline__ bool contains(const Geometry& g, int4 row, int4 by) {
    return ((unsigned) (row.y + by.y) < (unsigned) g.axis[0].source) & ((unsigned) (row.z + by.z) < (unsigned) g.axis[1].source)
        & ((unsigned) (row.w + by.w) < (unsigned) g.axis[2].source);
}

// Of column `column` of a weight gradient, taps first, channels innermost: offset of channel and tap, distance along each axis.
__device__ __forceinline__ int4 weight_column(const Geometry& g, int column, int columns) {
    int4 found = make_int4(0, OUTSIDE, OUTSIDE, OUTSIDE);
    if (column < columns) {
        int c = column % g.reduced;
        int tap = column / g.reduced;
        found.w = tap % g.axis[2].taps * g.axis[2].dilation - g.axis[2].pad;
        tap /= g.axis[2].taps;
        found.z = tap % g.axis[1].taps * g.axis[1].dilation - g.axis[1].pad;
        found.y = tap / g.axis[1].taps * g.axis[0].dilation - g.axis[0].pad;
        found.x = c * g.source_c + found.y * g.source_at[0] + found.z * g.source_at[1] + found.w * g.source_at[2];
    }
    return found;
}

// Of position m of the result: offset in the source, position along each axis, OUTSIDE from `end` on; and its offset in the result.
__device__ __forceinline__ int4 weight_position(const Geometry& g, const Count& count, int m, int end, int& result) {
    int q0, q1, q2;
    int n = take_positions(count, m, q0, q1, q2);
    int4 pixel = make_int4(0, q0 * g.axis[0].stride.size, q1 * g.axis[1].stride.size, q2 * g.axis[2].stride.size);
    pixel.x = n * g.source_n + pixel.y * g.source_at[0] + pixel.z * g.source_at[1] + pixel.w * g.source_at[2];
    if (m >= end)
        pixel.y = OUTSIDE;
    result = n * g.result_n + q0 * g.result_at[0] + q1 * g.result_at[1] + q2 * g.result_at[2];
    return pixel;
}
