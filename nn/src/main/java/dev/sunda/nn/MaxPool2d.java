package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Poolings;
import java.util.Objects;

/// The largest element of each window. Shapes: `[N, C, H, W]` to `[N, C, H', W']`, or the same without `N`. No parameters.
public final class MaxPool2d extends PoolNd {
    /// @param kernel window sizes, at least 1
    /// @param stride steps between windows, at least 1
    /// @param padding pixels on both sides that never win, at most half the kernel
    /// @param dilation distances between the elements of a window, at least 1
    /// @param ceilMode whether a last, partial window counts
    public record Options(Pair kernel, Pair stride, Pair padding, Pair dilation, boolean ceilMode) {
        /// Refuses null.
        public Options {
            Objects.requireNonNull(kernel, "MaxPool2d: kernel is null; use Pair.of");
            Objects.requireNonNull(stride, "MaxPool2d: stride is null; use Pair.of");
            Objects.requireNonNull(padding, "MaxPool2d: padding is null; use Pair.of(0) for none");
            Objects.requireNonNull(dilation, "MaxPool2d: dilation is null; use Pair.of");
        }

        /// Square windows side by side: stride as large as the kernel, no padding, dilation 1.
        public static Options of(int kernel) {
            return new Options(Pair.of(kernel), Pair.of(kernel), Pair.of(0), Pair.ONE, false);
        }

        /// These options with another stride.
        public Options withStride(int stride) {
            return new Options(kernel, Pair.of(stride), padding, dilation, ceilMode);
        }

        /// These options with another padding.
        public Options withPadding(int pixels) {
            return new Options(kernel, stride, Pair.of(pixels), dilation, ceilMode);
        }

        /// These options with another dilation.
        public Options withDilation(int dilation) {
            return new Options(kernel, stride, padding, Pair.of(dilation), ceilMode);
        }

        /// These options with or without a last, partial window.
        public Options withCeilMode(boolean ceilMode) {
            return new Options(kernel, stride, padding, dilation, ceilMode);
        }
    }

    /// Square windows side by side.
    ///
    /// @param kernel size in pixels, at least 1
    public MaxPool2d(int kernel) {
        this(Options.of(kernel));
    }

    /// With these options.
    public MaxPool2d(Options options) {
        Objects.requireNonNull(options, "MaxPool2d: options is null; use Options.of");
        super("maxPool2d", options.kernel.toArray(), options.stride.toArray(), options.padding.toArray(),
                options.dilation.toArray(), options.ceilMode, false);
    }

    /// The maxima and where they were, for [MaxUnpool2d].
    public Poolings.MaxPool forwardWithIndices(Variable x) {
        return maxima(x);
    }

    @Override
    protected Variable compute(Variable x) {
        return Poolings.maxPoolValues(x, spec(x.shape()), false);
    }

    /// The largest elements of a relu of `x`, found before the relu: the largest stays the largest, and relu has fewer pixels to do.
    Variable computeAfterRelu(Variable x) {
        return Poolings.maxPoolValues(x, spec(x.shape()), true);
    }

    /// Whether every window has a pixel of the image, so that none gives minus infinity.
    boolean seesAnImageEverywhere() {
        return !isPadded();
    }
}
