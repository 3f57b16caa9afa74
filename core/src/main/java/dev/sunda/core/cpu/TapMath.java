package dev.sunda.core.cpu;

/// Innermost loops of linear maps: rows that are weighted sums of rows. A number is the product of its first tap, then a chain of fused
/// multiply-adds in the order of the taps, so both implementations give the same bits.
sealed interface TapMath permits ScalarTapMath, SimdTapMath {
    /// The implementation of this process.
    TapMath CHOSEN = VectorPath.isSimd() ? new SimdTapMath() : new ScalarTapMath();

    /// `out[to + i * n + c] = sum over the taps t of i of weight(t) * x[from + index(t) * n + c]` for `c` below `n` and outputs `i` from
    /// `first` to below `end`.
    void rows(Taps taps, float[] x, int from, int n, float[] out, int to, int first, int end);
}
