package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Poolings;
import java.util.Objects;

/// The largest element of each window. Shapes: `[N, C, L]` to `[N, C, L']`, or the same without `N`. No parameters.
public final class MaxPool1d extends PoolNd {
    /// @param kernel window size, at least 1
    /// @param stride step between windows, at least 1
    /// @param padding pixels on both sides that never win, at most half the kernel
    /// @param dilation distance between the elements of a window, at least 1
    /// @param ceilMode whether a last, partial window counts
    public record Options(int kernel, int stride, int padding, int dilation, boolean ceilMode) {
        /// Windows side by side: stride as large as the kernel, no padding, dilation 1.
        public static Options of(int kernel) {
            return new Options(kernel, kernel, 0, 1, false);
        }

        /// These options with another stride.
        public Options withStride(int stride) {
            return new Options(kernel, stride, padding, dilation, ceilMode);
        }

        /// These options with another padding.
        public Options withPadding(int pixels) {
            return new Options(kernel, stride, pixels, dilation, ceilMode);
        }

        /// These options with another dilation.
        public Options withDilation(int dilation) {
            return new Options(kernel, stride, padding, dilation, ceilMode);
        }

        /// These options with or without a last, partial window.
        public Options withCeilMode(boolean ceilMode) {
            return new Options(kernel, stride, padding, dilation, ceilMode);
        }
    }

    /// Windows side by side.
    ///
    /// @param kernel size in pixels, at least 1
    public MaxPool1d(int kernel) {
        this(Options.of(kernel));
    }

    /// With these options.
    public MaxPool1d(Options options) {
        Objects.requireNonNull(options, "MaxPool1d: options is null; use Options.of");
        super("maxPool1d", new int[] {options.kernel}, new int[] {options.stride}, new int[] {options.padding},
                new int[] {options.dilation}, options.ceilMode, false);
    }

    /// The maxima and where they were, for [MaxUnpool1d].
    public Poolings.MaxPool forwardWithIndices(Variable x) {
        return maxima(x);
    }

    @Override
    protected Variable compute(Variable x) {
        return Poolings.maxPoolValues(x, spec(x.shape()), false);
    }
}
