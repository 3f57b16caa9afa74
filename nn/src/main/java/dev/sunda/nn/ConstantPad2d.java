package dev.sunda.nn;

import dev.sunda.nn.functional.PaddingMode;

/// A number around an image. Shapes: `[N, C, H, W]` to
/// `[N, C, top + H + bottom, left + W + right]`, or the same without `N`. No parameters.
public final class ConstantPad2d extends PadNd {
    /// @param value what stands around
    /// @param pads one number for all sides, or `left, right, top, bottom`; negative ones crop
    public ConstantPad2d(double value, int... pads) {
        super(2, PaddingMode.CONSTANT, value, pads);
    }
}
