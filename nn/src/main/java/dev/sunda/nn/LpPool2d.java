package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Poolings;
import java.util.Objects;

/// The power average of each window, `(sum of x^p)^(1/p)`, see [Poolings#lpPool2d]. Shapes: `[N, C, H, W]` to `[N, C, H', W']`,
/// or the same without `N`. No parameters.
public final class LpPool2d extends PoolNd {
    private final double p;

    /// Square windows side by side.
    ///
    /// @param p the power, not 0
    /// @param kernel size in pixels, at least 1
    public LpPool2d(double p, int kernel) {
        this(p, Pair.of(kernel), Pair.of(kernel), false);
    }

    /// @param p the power, not 0
    /// @param kernel window sizes, at least 1
    /// @param stride steps between windows, at least 1
    /// @param ceilMode whether a last, partial window counts
    public LpPool2d(double p, Pair kernel, Pair stride, boolean ceilMode) {
        Objects.requireNonNull(kernel, "LpPool2d: kernel is null; use Pair.of");
        Objects.requireNonNull(stride, "LpPool2d: stride is null; use Pair.of");
        super("lpPool2d", kernel.toArray(), stride.toArray(), new int[2], Pair.ONE.toArray(), ceilMode, true);
        if (p == 0)
            throw new IllegalArgumentException("LpPool2d: the power must not be 0 (got 0)");
        this.p = p;
    }

    @Override
    protected Variable compute(Variable x) {
        return Poolings.lpPool2d(x, p, kernel(), stride(), ceilMode());
    }

    @Override
    protected String options() {
        return "p " + p + ", " + super.options();
    }
}
