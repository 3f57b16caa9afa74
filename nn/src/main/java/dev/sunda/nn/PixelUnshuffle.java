package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Shuffles;

/// Pixels become channels, see [Shuffles#pixelUnshuffle]. Shapes: `[..., C, H * r, W * r]` to `[..., C * r * r, H, W]`. No parameters.
public final class PixelUnshuffle extends Layer {
    private final int factor;

    /// @param factor by how much the image shrinks, at least 1
    public PixelUnshuffle(int factor) {
        Require.atLeast("PixelUnshuffle", "factor", factor, 1);
        this.factor = factor;
    }

    @Override
    protected Variable compute(Variable x) {
        return Shuffles.pixelUnshuffle(x, factor);
    }

    @Override
    protected String options() {
        return "factor " + factor;
    }
}
