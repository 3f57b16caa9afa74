package dev.sunda.nn;

/// A number for each axis of a volume or a film: kernel sizes, strides, dilations.
///
/// @param depth along the depth, or time
/// @param rows along the height
/// @param columns along the width
public record Triple(int depth, int rows, int columns) {
    /// 1, 1 and 1.
    public static final Triple ONE = new Triple(1, 1, 1);

    /// The same number for all three.
    public static Triple of(int all) {
        return new Triple(all, all, all);
    }

    /// Depth first.
    public int[] toArray() {
        return new int[] {depth, rows, columns};
    }

    /// `3`, or `1x3x3` if they differ.
    @Override
    public String toString() {
        return Sliding.text(toArray());
    }
}
