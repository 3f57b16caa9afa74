package dev.sunda.core.op;

/// Which dimension of a grid each of its vectors runs along.
public enum GridOrder {
    /// Vector `i` along dimension `i`: matrices.
    IJ,
    /// As [#IJ] with the first two exchanged, so that the first vector runs from left to right: images.
    XY;

    /// The dimension vector `i` of `n` runs along.
    public int place(int i, int n) {
        return this == XY && n > 1 && i < 2 ? 1 - i : i;
    }
}
