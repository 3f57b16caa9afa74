package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Poolings;
import java.util.Objects;

/// The mean of each window. Shapes: `[N, C, H, W]` to `[N, C, H', W']`, or the same without `N`. No parameters.
public final class AvgPool2d extends PoolNd {
    private final boolean countIncludePad;

    /// @param kernel window sizes, at least 1
    /// @param stride steps between windows, at least 1
    /// @param padding zeros on both sides, at most half the kernel
    /// @param ceilMode whether a last, partial window counts
    /// @param countIncludePad whether padded zeros count among the elements a sum is divided by
    public record Options(Pair kernel, Pair stride, Pair padding, boolean ceilMode, boolean countIncludePad) {
        /// Refuses null.
        public Options {
            Objects.requireNonNull(kernel, "AvgPool2d: kernel is null; use Pair.of");
            Objects.requireNonNull(stride, "AvgPool2d: stride is null; use Pair.of");
            Objects.requireNonNull(padding, "AvgPool2d: padding is null; use Pair.of(0) for none");
        }

        /// Square windows side by side: stride as large as the kernel, no padding; padding would count.
        public static Options of(int kernel) {
            return new Options(Pair.of(kernel), Pair.of(kernel), Pair.of(0), false, true);
        }

        /// These options with another stride.
        public Options withStride(int stride) {
            return new Options(kernel, Pair.of(stride), padding, ceilMode, countIncludePad);
        }

        /// These options with another padding.
        public Options withPadding(int pixels) {
            return new Options(kernel, stride, Pair.of(pixels), ceilMode, countIncludePad);
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

    /// Square windows side by side.
    ///
    /// @param kernel size in pixels, at least 1
    public AvgPool2d(int kernel) {
        this(Options.of(kernel));
    }

    /// With these options.
    public AvgPool2d(Options options) {
        Objects.requireNonNull(options, "AvgPool2d: options is null; use Options.of");
        super("avgPool2d", options.kernel.toArray(), options.stride.toArray(), options.padding.toArray(),
                Pair.ONE.toArray(), options.ceilMode, options.countIncludePad);
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
