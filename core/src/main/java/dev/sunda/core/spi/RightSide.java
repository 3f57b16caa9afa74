package dev.sunda.core.spi;

/// A matrix that is the right side of many products, in the order its backend likes best. See [Backend#rightSide].
@FunctionalInterface
public interface RightSide {
    /// `out = x · y + bias` with the bits of [Backend#matmul]: `[1, m, k]` times the matrix `[1, k, n]`.
    ///
    /// @param bias `[n]`, one number a column; null stands for zeros
    void multiply(View x, View bias, View out);
}
