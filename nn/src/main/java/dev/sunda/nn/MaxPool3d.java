package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Poolings;
import java.util.Objects;

/// The largest element of each window. Shapes: `[N, C, D, H, W]` to `[N, C, D', H', W']`, or the same without `N`. No parameters.
public final class MaxPool3d extends PoolNd {
    /// @param kernel window sizes, at least 1
    /// @param stride steps between windows, at least 1
    /// @param padding pixels on both sides that never win, at most half the kernel
    /// @param dilation distances between the elements of a window, at least 1
    /// @param ceilMode whether a last, partial window counts
    public record Options(Triple kernel, Triple stride, Triple padding, Triple dilation, boolean ceilMode) {
        /// Refuses null.
        public Options {
            Objects.requireNonNull(kernel, "MaxPool3d: kernel is null; use Triple.of");
            Objects.requireNonNull(stride, "MaxPool3d: stride is null; use Triple.of");
            Objects.requireNonNull(padding, "MaxPool3d: padding is null; use Triple.of(0) for none");
            Objects.requireNonNull(dilation, "MaxPool3d: dilation is null; use Triple.of");
        }

        /// Cubic windows side by side: stride as large as the kernel, no padding, dilation 1.
        public static Options of(int kernel) {
            return new Options(Triple.of(kernel), Triple.of(kernel), Triple.of(0), Triple.ONE, false);
        }

        /// These options with another stride.
        public Options withStride(int stride) {
            return new Options(kernel, Triple.of(stride), padding, dilation, ceilMode);
        }

        /// These options with another padding.
        public Options withPadding(int pixels) {
            return new Options(kernel, stride, Triple.of(pixels), dilation, ceilMode);
        }

        /// These options with another dilation.
        public Options withDilation(int dilation) {
            return new Options(kernel, stride, padding, Triple.of(dilation), ceilMode);
        }

        /// These options with or without a last, partial window.
        public Options withCeilMode(boolean ceilMode) {
            return new Options(kernel, stride, padding, dilation, ceilMode);
        }
    }

    /// Cubic windows side by side.
    ///
    /// @param kernel size in pixels, at least 1
    public MaxPool3d(int kernel) {
        this(Options.of(kernel));
    }

    /// With these options.
    public MaxPool3d(Options options) {
        Objects.requireNonNull(options, "MaxPool3d: options is null; use Options.of");
        super("maxPool3d", options.kernel.toArray(), options.stride.toArray(), options.padding.toArray(),
                options.dilation.toArray(), options.ceilMode, false);
    }

    /// The maxima and where they were, for [MaxUnpool3d].
    public Poolings.MaxPool forwardWithIndices(Variable x) {
        return maxima(x);
    }

    @Override
    protected Variable compute(Variable x) {
        return Poolings.maxPoolValues(x, spec(x.shape()), false);
    }
}
