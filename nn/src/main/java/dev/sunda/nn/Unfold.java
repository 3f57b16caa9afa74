package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Unfoldings;
import java.util.Objects;

/// The windows of a convolution as columns, see [Unfoldings#unfold]. Shapes: `[N, C, H, W]` to `[N, C * kernel elements, windows]`, or the
/// same without `N`. No parameters.
public final class Unfold extends Layer {
    private final Pair kernel;
    private final Pair dilation;
    private final Pair padding;
    private final Pair stride;

    /// @param kernel window sizes, at least 1
    /// @param dilation distances between the elements of a window, at least 1
    /// @param padding zeros on both sides, 0 or more
    /// @param stride steps between windows, at least 1
    public Unfold(Pair kernel, Pair dilation, Pair padding, Pair stride) {
        Objects.requireNonNull(kernel, "Unfold: kernel is null; use Pair.of");
        Objects.requireNonNull(dilation, "Unfold: dilation is null; use Pair.of");
        Objects.requireNonNull(padding, "Unfold: padding is null; use Pair.of(0) for none");
        Objects.requireNonNull(stride, "Unfold: stride is null; use Pair.of");
        Require.atLeast("Unfold", "kernel size", kernel, 1);
        Require.atLeast("Unfold", "dilation", dilation, 1);
        Require.atLeast("Unfold", "padding", padding, 0);
        Require.atLeast("Unfold", "stride", stride, 1);
        this.kernel = kernel;
        this.dilation = dilation;
        this.padding = padding;
        this.stride = stride;
    }

    @Override
    protected Variable compute(Variable x) {
        return Unfoldings.unfold(x, kernel.toArray(), dilation.toArray(), padding.toArray(), stride.toArray());
    }

    @Override
    protected String options() {
        return "kernel " + kernel + ", dilation " + dilation + ", padding " + padding + ", stride " + stride;
    }
}
