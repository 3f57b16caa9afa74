package dev.sunda.core.cpu;

/// Innermost loops of reductions over contiguous floats: element `j` is added in logical lane `j mod 16` and the lanes are joined in
/// a fixed tree, so both implementations give the same bits.
sealed interface ReduceMath permits ScalarReduceMath, SimdReduceMath {
    /// The implementation of this process.
    ReduceMath CHOSEN = VectorPath.isSimd() ? new SimdReduceMath() : new ScalarReduceMath();
    /// Elements summed in float before the sum moves on in double.
    int BLOCK = 4096;

    /// `sum of x[xi + j]` for `j` below `n`.
    float sum(float[] x, int xi, int n);

    /// `out[oi + i] = sum of block i`, each as [#sum] computes it, of blocks of [#BLOCK] elements one after the other from `xi` on.
    void blockSums(float[] x, int xi, int blocks, float[] out, int oi);

    /// `sum of x[xi + j] * y[yi + j]` for `j` below `n`.
    float dot(float[] x, int xi, float[] y, int yi, int n);

    /// `out[oi + j] = sum of x[xi + r * stride + j]` over `rows` rows `r` in ascending order, for `j` below `n`.
    void sumRows(float[] x, int xi, int stride, int rows, float[] out, int oi, int n);

    /// The largest of `n` elements, NaN if one is; minus infinity if there are none.
    float max(float[] x, int xi, int n);

    /// The smallest of `n` elements, NaN if one is; infinity if there are none.
    float min(float[] x, int xi, int n);

    /// The sum of any number of elements: blocks in float, joined in double.
    default double longSum(float[] x, int xi, int n) {
        double total = 0;
        for (int i = 0; i < n; i += BLOCK)
            total += sum(x, xi + i, Math.min(BLOCK, n - i));
        return total;
    }

    /// The dot product of any number of elements: blocks in float, joined in double.
    default double longDot(float[] x, int xi, float[] y, int yi, int n) {
        double total = 0;
        for (int i = 0; i < n; i += BLOCK)
            total += dot(x, xi + i, y, yi + i, Math.min(BLOCK, n - i));
        return total;
    }
}
