package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Poolings;
import java.util.Objects;

/// The mean of each window. Shapes: `[N, C, D, H, W]` to `[N, C, D', H', W']`, or the same without `N`. No parameters.
public final class AvgPool3d extends PoolNd {
    private final boolean countIncludePad;

    /// @param kernel window sizes, at least 1
    /// @param stride steps between windows, at least 1
    /// @param padding zeros on both sides, at most half the kernel
    /// @param ceilMode whether a last, partial window counts
    /// @param countIncludePad whether padded zeros count among the elements a sum is divided by
    public record Options(Triple kernel, Triple stride, Triple padding, boolean ceilMode, boolean countIncludePad) {
        /// Refuses null.
        public Options {
            Objects.requireNonNull(kernel, "AvgPool3d: kernel is null; use Triple.of");
            Objects.requireNonNull(stride, "AvgPool3d: stride is null; use Triple.of");
            Objects.requireNonNull(padding, "AvgPool3d: padding is null; use Triple.of(0) for none");
        }

        /// Cubic windows side by side: stride as large as the kernel, no padding; padding would count.
        public static Options of(int kernel) {
            return new Options(Triple.of(kernel), Triple.of(kernel), Triple.of(0), false, true);
        }

        /// These options with another stride.
        public Options withStride(int stride) {
            return new Options(kernel, Triple.of(stride), padding, ceilMode, countIncludePad);
        }

        /// These options with another padding.
        public Options withPadding(int pixels) {
            return new Options(kernel, stride, Triple.of(pixels), ceilMode, countIncludePad);
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

    /// Cubic windows side by side.
    ///
    /// @param kernel size in pixels, at least 1
    public AvgPool3d(int kernel) {
        this(Options.of(kernel));
    }

    /// With these options.
    public AvgPool3d(Options options) {
        Objects.requireNonNull(options, "AvgPool3d: options is null; use Options.of");
        super("avgPool3d", options.kernel.toArray(), options.stride.toArray(), options.padding.toArray(),
                Triple.ONE.toArray(), options.ceilMode, options.countIncludePad);
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
