package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Poolings;
import java.util.Objects;

/// The power average of each window, `(sum of x^p)^(1/p)`, see [Poolings#lpPool3d]. Shapes: `[N, C, D, H, W]` to `[N, C, D', H', W']`,
/// or the same without `N`. No parameters.
public final class LpPool3d extends PoolNd {
    private final double p;

    /// Cubic windows side by side.
    ///
    /// @param p the power, not 0
    /// @param kernel size in pixels, at least 1
    public LpPool3d(double p, int kernel) {
        this(p, Triple.of(kernel), Triple.of(kernel), false);
    }

    /// @param p the power, not 0
    /// @param kernel window sizes, at least 1
    /// @param stride steps between windows, at least 1
    /// @param ceilMode whether a last, partial window counts
    public LpPool3d(double p, Triple kernel, Triple stride, boolean ceilMode) {
        Objects.requireNonNull(kernel, "LpPool3d: kernel is null; use Triple.of");
        Objects.requireNonNull(stride, "LpPool3d: stride is null; use Triple.of");
        super("lpPool3d", kernel.toArray(), stride.toArray(), new int[3], Triple.ONE.toArray(), ceilMode, true);
        if (p == 0)
            throw new IllegalArgumentException("LpPool3d: the power must not be 0 (got 0)");
        this.p = p;
    }

    @Override
    protected Variable compute(Variable x) {
        return Poolings.lpPool3d(x, p, kernel(), stride(), ceilMode());
    }

    @Override
    protected String options() {
        return "p " + p + ", " + super.options();
    }
}
