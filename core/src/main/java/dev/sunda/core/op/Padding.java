package dev.sunda.core.op;

import java.util.Arrays;

/// Zero padding around the spatial axes of an image: a number, a number for each axis, before and after separately, or a rule that keeps
/// the size at stride 1.
///
/// The rules add `dilation * (kernel - 1)` pixels to an axis. [#SAME] adds half of them before and half after; where that is odd the extra
/// pixel goes to the end, as in PyTorch. [#CAUSAL] adds all of them before, so that no output sees an input that comes later.
public final class Padding {
    /// As much as keeps the size, on both sides; needs stride 1.
    public static final Padding SAME = new Padding(Rule.SAME);
    /// As much as keeps the size at stride 1, all of it before the first pixel: for sequences whose future must not be seen.
    public static final Padding CAUSAL = new Padding(Rule.CAUSAL);
    /// None: only whole windows.
    public static final Padding VALID = new Padding(Rule.PIXELS, 0);

    private final Rule rule;
    private final int[] pixels;

    private enum Rule {
        PIXELS, SAME, CAUSAL
    }

    private Padding(Rule rule, int... pixels) {
        for (int p : pixels)
            if (p < 0)
                throw new IllegalArgumentException("Padding: pixels must not be negative (got " + Arrays.toString(pixels) + ")");
        this.rule = rule;
        this.pixels = pixels;
    }

    /// The same number of pixels on all sides, for any number of axes.
    public static Padding of(int pixels) {
        return new Padding(Rule.PIXELS, pixels);
    }

    /// For two axes: rows above and below, columns left and right.
    public static Padding of(int rows, int columns) {
        return new Padding(Rule.PIXELS, rows, rows, columns, columns);
    }

    /// For three axes: slices in front and behind, rows above and below, columns left and right.
    public static Padding of(int slices, int rows, int columns) {
        return new Padding(Rule.PIXELS, slices, slices, rows, rows, columns, columns);
    }

    /// For one axis: both ends of a sequence for themselves.
    public static Padding ends(int before, int after) {
        return new Padding(Rule.PIXELS, before, after);
    }

    /// For two axes: each side of an image for itself.
    public static Padding of(int top, int bottom, int left, int right) {
        return new Padding(Rule.PIXELS, top, bottom, left, right);
    }

    /// For three axes: each side of a volume for itself.
    public static Padding of(int front, int back, int top, int bottom, int left, int right) {
        return new Padding(Rule.PIXELS, front, back, top, bottom, left, right);
    }

    /// True for [#SAME].
    public boolean isSame() {
        return rule == Rule.SAME;
    }

    /// True if the pixels were given as numbers, so that they do not depend on the kernel.
    public boolean isNumbers() {
        return rule == Rule.PIXELS;
    }

    /// True unless the pixels were given for another number of spatial axes.
    public boolean fits(int axes) {
        return pixels.length < 2 || pixels.length == 2 * axes;
    }

    /// Pixels before the first one of spatial axis `axis`, for this kernel size and dilation.
    public int before(int axis, int kernel, int dilation) {
        return switch (rule) {
            case PIXELS -> pixels.length == 1 ? pixels[0] : pixels[2 * axis];
            case SAME -> dilation * (kernel - 1) / 2;
            case CAUSAL -> dilation * (kernel - 1);
        };
    }

    /// Pixels after the last one.
    public int after(int axis, int kernel, int dilation) {
        return rule == Rule.PIXELS ? pixels.length == 1 ? pixels[0] : pixels[2 * axis + 1]
                : dilation * (kernel - 1) - before(axis, kernel, dilation);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Padding that && rule == that.rule && Arrays.equals(pixels, that.pixels);
    }

    @Override
    public int hashCode() {
        return 31 * rule.ordinal() + Arrays.hashCode(pixels);
    }

    /// `same`, `causal`, `1`, or `[top, bottom, left, right]`.
    @Override
    public String toString() {
        return switch (rule) {
            case PIXELS -> pixels.length == 1 ? String.valueOf(pixels[0]) : Arrays.toString(pixels);
            case SAME -> "same";
            case CAUSAL -> "causal";
        };
    }
}
