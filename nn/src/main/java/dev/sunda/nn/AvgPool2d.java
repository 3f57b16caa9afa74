package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.op.PoolSpec;
import dev.sunda.core.op.Window;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.Poolings;
import java.util.List;

/// The mean of each window. Shapes: `[N, C, H, W]` to `[N, C, H', W']`, or the same without `N`. No parameters.
public final class AvgPool2d extends Layer {
    private final Options options;

    /// @param kernel window sizes, at least 1
    /// @param stride steps between windows, at least 1
    /// @param padding zeros on both sides, at most half the window
    /// @param ceilMode whether a last, partial window counts
    /// @param countIncludePad whether padded zeros count among the elements a sum is divided by
    public record Options(Pair kernel, Pair stride, Pair padding, boolean ceilMode, boolean countIncludePad) {
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
        Require.atLeast("AvgPool2d", "kernel size", options.kernel, 1);
        Require.atLeast("AvgPool2d", "stride", options.stride, 1);
        Require.atLeast("AvgPool2d", "padding", options.padding, 0);
        this.options = options;
    }

    @Override
    protected Variable compute(Variable x) {
        return Poolings.avgPool(x, spec(x.shape()));
    }

    private PoolSpec spec(Shape input) {
        return PoolSpec.of("avgPool2d", Images.batched(input), options.kernel.toArray(), options.stride.toArray(),
                options.padding.toArray(),
                new int[] {1, 1}, options.ceilMode, options.countIncludePad);
    }

    @Override
    protected String options() {
        return "kernel " + options.kernel + ", stride " + options.stride
                + (options.padding.equals(Pair.of(0)) ? "" : ", padding " + options.padding)
                + (options.ceilMode ? ", ceil mode" : "") + (options.countIncludePad ? "" : ", padding not counted");
    }

    @Override
    protected List<Window> windows(Shape input) {
        return spec(input).axes();
    }
}
