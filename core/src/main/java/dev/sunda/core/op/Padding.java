package dev.sunda.core.op;

import java.util.Arrays;

/// Zero padding around the spatial axes of an image: a number, a number for each axis, before and after separately, or
/// `SAME`, which keeps the size at stride 1.
///
/// `SAME` adds `dilation * (kernel - 1)` pixels to an axis, half before and half after; where that is odd the extra pixel
/// goes to the end, as in PyTorch.
public final class Padding {
    /// As much as keeps the size; needs stride 1.
    public static final Padding SAME = new Padding(null);
    /// None: only whole windows.
    public static final Padding VALID = new Padding(new int[] {0});

    private final int[] pixels;

    private Padding(int[] pixels) {
        this.pixels = pixels;
    }

    /// The same number of pixels on all sides.
    public static Padding of(int pixels) {
        return new Padding(checked(pixels));
    }

    /// Rows above and below, columns left and right.
    public static Padding of(int rows, int columns) {
        return new Padding(checked(rows, rows, columns, columns));
    }

    /// Each side of an image for itself.
    public static Padding of(int top, int bottom, int left, int right) {
        return new Padding(checked(top, bottom, left, right));
    }

    private static int[] checked(int... pixels) {
        for (int p : pixels)
            if (p < 0)
                throw new IllegalArgumentException("Padding: pixels must not be negative (got " + Arrays.toString(pixels) + ")");
        return pixels;
    }

    /// True for [#SAME].
    public boolean isSame() {
        return pixels == null;
    }

    /// Pixels before the first one of spatial axis `axis`, for this kernel size and dilation.
    public int before(int axis, int kernel, int dilation) {
        return isSame() ? dilation * (kernel - 1) / 2 : pixels.length == 1 ? pixels[0] : pixels[2 * axis];
    }

    /// Pixels after the last one.
    public int after(int axis, int kernel, int dilation) {
        return isSame() ? dilation * (kernel - 1) - before(axis, kernel, dilation)
                : pixels.length == 1 ? pixels[0] : pixels[2 * axis + 1];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Padding that && Arrays.equals(pixels, that.pixels);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(pixels);
    }

    /// `same`, `1`, or `[top, bottom, left, right]`.
    @Override
    public String toString() {
        return isSame() ? "same" : pixels.length == 1 ? String.valueOf(pixels[0]) : Arrays.toString(pixels);
    }
}
