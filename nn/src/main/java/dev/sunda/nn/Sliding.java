package dev.sunda.nn;

import dev.sunda.core.op.Padding;
import dev.sunda.nn.functional.PaddingMode;
import java.util.Arrays;
import java.util.stream.Collectors;

/// The options of a convolution layer, for any number of axes.
///
/// @param stride a number for each axis, outermost first
/// @param dilation a number for each axis, outermost first
record Sliding(int[] stride, Padding padding, int[] dilation, int groups, boolean bias, PaddingMode mode) {
    /// What differs from the default, each with a comma in front.
    String text() {
        return (isOne(stride) ? "" : ", stride " + text(stride)) + (padding.equals(Padding.VALID) ? "" : ", padding " + padding)
                + (isOne(dilation) ? "" : ", dilation " + text(dilation)) + (groups == 1 ? "" : ", groups " + groups)
                + (bias ? "" : ", no bias") + (mode == PaddingMode.CONSTANT ? "" : ", padding mode " + mode);
    }

    static boolean isOne(int[] numbers) {
        return Arrays.stream(numbers).allMatch(n -> n == 1);
    }

    /// `3`, or `3x5` if they differ.
    static String text(int[] numbers) {
        return Arrays.stream(numbers).distinct().count() == 1 ? String.valueOf(numbers[0])
                : Arrays.stream(numbers).mapToObj(String::valueOf).collect(Collectors.joining("x"));
    }
}
