package dev.sunda.core.cpu;

import dev.sunda.core.spi.View;

/// Where the weights of a convolution lie as a matrix: row `t * inner + p`, column `j` at `at + taps[t] + p * rowStride + j *
/// columnStride`.
///
/// @param n columns
record ConvWeights(float[] data, int at, int[] taps, int inner, int rowStride, int columnStride, int n) {
    static ConvWeights of(View w, int at, int[] taps, int inner, int rowStride, int columnStride, int n) {
        return new ConvWeights(w.heap().floats(), w.layout().offset() + at, taps, inner, rowStride, columnStride, n);
    }

    ConvWeights withTaps(int[] others) {
        return new ConvWeights(data, at, others, inner, rowStride, columnStride, n);
    }

    /// The same with taps in the order `order`.
    ConvWeights ordered(int[] order) {
        int[] others = new int[order.length];
        for (int t = 0; t < order.length; t++)
            others[t] = taps[order[t]];
        return withTaps(others);
    }

    /// Packs into this thread's panel memory.
    Gemm.Panels pack(GemmKernel kernel) {
        return Gemm.pack(kernel, data, at, taps, inner, rowStride, columnStride, n);
    }
}
