package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Unfoldings;
import java.util.Objects;

/// Columns laid back into an image and added where they overlap, see [Unfoldings#fold]. Shapes: `[N, C * kernel elements, windows]` to
/// `[N, C, H, W]`, or the same without `N`. No parameters.
public final class Fold extends Layer {
    private final Pair size;
    private final Pair kernel;
    private final Pair dilation;
    private final Pair padding;
    private final Pair stride;

    /// @param size of the image, at least 1
    /// @param kernel window sizes, at least 1
    /// @param dilation distances between the elements of a window, at least 1
    /// @param padding pixels on both sides that are left out, 0 or more
    /// @param stride steps between windows, at least 1
    public Fold(Pair size, Pair kernel, Pair dilation, Pair padding, Pair stride) {
        Objects.requireNonNull(size, "Fold: size is null; use Pair.of");
        Objects.requireNonNull(kernel, "Fold: kernel is null; use Pair.of");
        Objects.requireNonNull(dilation, "Fold: dilation is null; use Pair.of");
        Objects.requireNonNull(padding, "Fold: padding is null; use Pair.of(0) for none");
        Objects.requireNonNull(stride, "Fold: stride is null; use Pair.of");
        Require.atLeast("Fold", "size", size, 1);
        Require.atLeast("Fold", "kernel size", kernel, 1);
        Require.atLeast("Fold", "dilation", dilation, 1);
        Require.atLeast("Fold", "padding", padding, 0);
        Require.atLeast("Fold", "stride", stride, 1);
        this.size = size;
        this.kernel = kernel;
        this.dilation = dilation;
        this.padding = padding;
        this.stride = stride;
    }

    @Override
    protected Variable compute(Variable x) {
        return Unfoldings.fold(x, size.toArray(), kernel.toArray(), dilation.toArray(), padding.toArray(), stride.toArray());
    }

    @Override
    protected String options() {
        return "size " + size + ", kernel " + kernel + ", dilation " + dilation + ", padding " + padding + ", stride " + stride;
    }
}
