package dev.sunda.core.spi;

/// A matrix that is the right side of many products, in the order its backend likes best. See [Backend#rightSide].
@FunctionalInterface
public interface RightSide {
    /// `out = x · y + bias` with the bits of [Backend#matmul]: `[1, m, k]` times the matrix `[1, k, n]`.
    ///
    /// @param bias `[n]`, one number a column; null stands for zeros
    void multiply(View x, View bias, View out);

    /// The product of the states `h` with this weight of an LSTM and all that follows from it in a step, with the bits of [#multiply] and
    /// of the operations one after the other; or nothing, where the backend knows no better way than those.
    ///
    /// @param h `[N, k]`
    /// @param bias as for [#multiply]
    /// @return whether the step was taken
    default boolean lstm(View h, View bias, LstmStep step) {
        return false;
    }
}
