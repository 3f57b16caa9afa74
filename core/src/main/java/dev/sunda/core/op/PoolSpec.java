package dev.sunda.core.op;

import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Sizes and options of a pooling operation: input `[N, C, in...]`, output `[N, C, out...]`, one [Window] for each spatial axis.
///
/// @param batch `N`
/// @param channels `C`
/// @param axes the spatial axes, outermost first
/// @param countPadding whether an average counts padded zeros among its elements; maxima ignore it
public record PoolSpec(int batch, int channels, List<Window> axes, boolean countPadding) {
    public PoolSpec {
        axes = List.copyOf(axes);
    }

    /// Checks a pooling of `input` and works out its sizes.
    ///
    /// @param operation name for messages
    /// @param kernel window sizes, at least 1; one for each spatial axis, like the other arrays
    /// @param stride steps, at least 1
    /// @param padding pixels on both sides, at most half the kernel
    /// @param dilation distances between taps, at least 1
    /// @param ceilMode whether a last, partial window counts
    /// @throws ShapeException if the window is larger than the padded input, or the input has no channels or pixels
    /// @throws IllegalArgumentException if an option is out of range
    public static PoolSpec of(String operation, Shape input, int[] kernel, int[] stride, int[] padding, int[] dilation, boolean ceilMode,
            boolean countPadding) {
        Objects.requireNonNull(kernel, () -> operation + ": kernel is null; give a size for each axis");
        Objects.requireNonNull(stride, () -> operation + ": stride is null; give one for each axis");
        Objects.requireNonNull(padding, () -> operation + ": padding is null; give 0 for each axis for none");
        Objects.requireNonNull(dilation, () -> operation + ": dilation is null; give one for each axis");
        int spatial = kernel.length;
        for (int[] option : new int[][] {stride, padding, dilation})
            if (option.length != spatial)
                throw new IllegalArgumentException(
                        operation + ": kernel, stride, padding and dilation must be given for the same axes (got "
                                + spatial + ", " + stride.length + ", " + padding.length + ", " + dilation.length + " numbers)");
        if (input.rank() != spatial + 2)
            throw new ShapeException(operation, "the input must have " + (spatial + 2) + " dimensions, batch and channels first", input);
        for (int d = 1; d < input.rank(); d++)
            if (input.size(d) < 1)
                throw new ShapeException(operation, "only the batch may be empty, dimension " + d + " has size 0", input);
        var axes = new ArrayList<Window>();
        for (int a = 0; a < spatial; a++)
            axes.add(window(operation, input, a, kernel[a], stride[a], padding[a], dilation[a], ceilMode));
        return new PoolSpec(input.size(0), input.size(1), axes, countPadding);
    }

    private static Window window(String operation, Shape input, int axis, int kernel, int stride, int padding, int dilation,
            boolean ceilMode) {
        check(operation, "kernel size", kernel, 1);
        check(operation, "stride", stride, 1);
        check(operation, "padding", padding, 0);
        check(operation, "dilation", dilation, 1);
        if (padding > kernel / 2)
            throw new IllegalArgumentException(operation + ": padding must be at most half the kernel, " + kernel / 2 + " (got " + padding
                    + ")");
        int in = input.size(axis + 2);
        Window window = ceilMode ? Window.slidingCeil(in, kernel, stride, dilation, padding, padding)
                : Window.sliding(in, kernel, stride, dilation, padding, padding);
        if (window.out() < 1)
            throw new ShapeException(operation, "a window that spans " + window.span() + " pixels does not fit into "
                    + (in + 2 * padding) + " (" + in + " + padding 2 * " + padding + "); use a smaller window or more padding", input);
        return window;
    }

    private static void check(String operation, String what, int value, int least) {
        if (value < least)
            throw new IllegalArgumentException(operation + ": " + what + " must be at least " + least + " (got " + value + ")");
    }

    /// Shape of the input, `[N, C, in...]`.
    public Shape inputShape() {
        int[] sizes = new int[axes.size() + 2];
        sizes[0] = batch;
        sizes[1] = channels;
        for (int a = 0; a < axes.size(); a++)
            sizes[a + 2] = axes.get(a).in();
        return Shape.of(sizes);
    }

    /// Shape of the output, `[N, C, out...]`.
    public Shape outputShape() {
        int[] sizes = new int[axes.size() + 2];
        sizes[0] = batch;
        sizes[1] = channels;
        for (int a = 0; a < axes.size(); a++)
            sizes[a + 2] = axes.get(a).out();
        return Shape.of(sizes);
    }

    /// Number of elements an average divides by for the output at `y` along `axis`: the taps inside the input, with counted
    /// padding those inside the padded input (a partial last window is cut off at its end). The product over the axes is the divisor.
    public int count(int axis, int y) {
        Window w = axes.get(axis);
        int count = 0;
        for (int k = 0; k < w.kernel(); k++) {
            int at = w.at(y, k);
            if (countPadding ? at < w.in() + w.padAfter() : at >= 0 && at < w.in())
                count++;
        }
        return count;
    }
}
