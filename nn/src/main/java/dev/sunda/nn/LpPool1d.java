package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Poolings;

/// The power average of each window, `(sum of x^p)^(1/p)`, see [Poolings#lpPool1d]. Shapes: `[N, C, L]` to `[N, C, L']`,
/// or the same without `N`. No parameters.
public final class LpPool1d extends PoolNd {
    private final double p;

    /// Windows side by side.
    ///
    /// @param p the power, not 0
    /// @param kernel size in pixels, at least 1
    public LpPool1d(double p, int kernel) {
        this(p, kernel, kernel, false);
    }

    /// @param p the power, not 0
    /// @param kernel window size, at least 1
    /// @param stride step between windows, at least 1
    /// @param ceilMode whether a last, partial window counts
    public LpPool1d(double p, int kernel, int stride, boolean ceilMode) {
        super("lpPool1d", new int[] {kernel}, new int[] {stride}, new int[1], new int[] {1}, ceilMode, true);
        if (p == 0)
            throw new IllegalArgumentException("LpPool1d: the power must not be 0 (got 0)");
        this.p = p;
    }

    @Override
    protected Variable compute(Variable x) {
        return Poolings.lpPool1d(x, p, kernel()[0], stride()[0], ceilMode());
    }

    @Override
    protected String options() {
        return "p " + p + ", " + super.options();
    }
}
