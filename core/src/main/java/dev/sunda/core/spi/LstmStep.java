package dev.sunda.core.spi;

/// What a step of a long short-term memory reads and writes besides the states before it, see [RightSide#lstm]. `N` samples, `H` units;
/// rows are contiguous.
///
/// @param x `[N, 4 * H]`: what the inputs contribute to the gates i, f, g, o
/// @param c `[N, H]`: the cells before
/// @param cell `[N, H]`: `f * c + i * g`; written, and no memory of what is read
/// @param out `[N, H]`: `o * tanh(cell)`; written, and no memory of what is read
/// @param gates `[N, 4 * H]`: the gates, for the backward pass; written, null if there is none
/// @param squashed `[N, H]`: `tanh(cell)`, likewise
public record LstmStep(View x, View c, View cell, View out, View gates, View squashed) {
}
