package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Poolings;
import java.util.Objects;

/// The mean of each window. Shapes: `[N, C, L]` to `[N, C, L']`, or the same without `N`. No parameters.
public final class AvgPool1d extends PoolNd {
    private final boolean countIncludePad;

    /// @param kernel window size, at least 1
    /// @param stride step between windows, at least 1
    /// @param padding zeros on both sides, at most half the kernel
    /// @param ceilMode whether a last, partial window counts
    /// @param countIncludePad whether padded zeros count among the elements a sum is divided by
    public record Options(int kernel, int stride, int padding, boolean ceilMode, boolean countIncludePad) {
        /// Windows side by side: stride as large as the kernel, no padding; padding would count.
        public static Options of(int kernel) {
            return new Options(kernel, kernel, 0, false, true);
        }

        /// These options with another stride.
        public Options withStride(int stride) {
            return new Options(kernel, stride, padding, ceilMode, countIncludePad);
        }

        /// These options with another padding.
        public Options withPadding(int pixels) {
            return new Options(kernel, stride, pixels, ceilMode, countIncludePad);
        }

        /// These options with or without a last, partial window.
        public Options withCeilMode(boolean ceilMode) {
            return new Options(kernel, stride, padding, ceilMode, countIncludePad);
        }

        /// These options with or without padded zeros in the count.
        public Options withCountIncludePad(boolean countIncludePad) {
            return new Options(kernel, stride, padding, ceilMode, countIncludePad);
        }
    }

    /// Windows side by side.
    ///
    /// @param kernel size in pixels, at least 1
    public AvgPool1d(int kernel) {
        this(Options.of(kernel));
    }

    /// With these options.
    public AvgPool1d(Options options) {
        Objects.requireNonNull(options, "AvgPool1d: options is null; use Options.of");
        super("avgPool1d", new int[] {options.kernel}, new int[] {options.stride}, new int[] {options.padding},
                new int[] {1}, options.ceilMode, options.countIncludePad);
        this.countIncludePad = options.countIncludePad;
    }

    @Override
    protected Variable compute(Variable x) {
        return Poolings.avgPool(x, spec(x.shape()));
    }

    @Override
    protected String options() {
        return super.options() + (countIncludePad ? "" : ", padding not counted");
    }
}
