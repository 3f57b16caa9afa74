package dev.sunda.nn;

/// A number for the rows of an image and one for its columns, in pixels: kernel sizes, strides, dilations.
///
/// @param rows along the height
/// @param columns along the width
public record Pair(int rows, int columns) {
    /// 1 and 1.
    public static final Pair ONE = new Pair(1, 1);

    /// The same number for both.
    public static Pair of(int both) {
        return new Pair(both, both);
    }

    /// Rows first.
    public int[] toArray() {
        return new int[] {rows, columns};
    }

    /// `3`, or `3x5` if they differ.
    @Override
    public String toString() {
        return rows == columns ? String.valueOf(rows) : rows + "x" + columns;
    }
}
