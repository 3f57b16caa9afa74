package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Shuffles;

/// Channels become pixels, see [Shuffles#pixelShuffle]. Shapes: `[..., C * r * r, H, W]` to `[..., C, H * r, W * r]`. No parameters.
public final class PixelShuffle extends Layer {
    private final int factor;

    /// @param factor by how much the image grows, at least 1
    public PixelShuffle(int factor) {
        Require.atLeast("PixelShuffle", "factor", factor, 1);
        this.factor = factor;
    }

    @Override
    protected Variable compute(Variable x) {
        return Shuffles.pixelShuffle(x, factor);
    }

    @Override
    protected String options() {
        return "factor " + factor;
    }
}
