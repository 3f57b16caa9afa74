package dev.sunda.nn;

import dev.sunda.nn.functional.PaddingMode;

/// An image mirrored at its border, which is not repeated. Shapes: `[N, C, H, W]` to
/// `[N, C, top + H + bottom, left + W + right]`, or the same without `N`. No parameters.
public final class ReflectionPad2d extends PadNd {
    /// @param pads one number for all sides, or `left, right, top, bottom`; less than the size; negative ones crop
    public ReflectionPad2d(int... pads) {
        super(2, PaddingMode.REFLECT, 0, pads);
    }
}
