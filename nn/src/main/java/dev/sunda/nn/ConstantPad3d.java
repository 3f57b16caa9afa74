package dev.sunda.nn;

import dev.sunda.nn.functional.PaddingMode;

/// A number around a volume. Shapes: `[N, C, D, H, W]` to
/// `[N, C, front + D + back, top + H + bottom, left + W + right]`, or the same without `N`. No parameters.
public final class ConstantPad3d extends PadNd {
    /// @param value what stands around
    /// @param pads one number for all sides, or `left, right, top, bottom, front, back`; negative ones crop
    public ConstantPad3d(double value, int... pads) {
        super(3, PaddingMode.CONSTANT, value, pads);
    }
}
