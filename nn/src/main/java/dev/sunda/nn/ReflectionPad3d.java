package dev.sunda.nn;

import dev.sunda.nn.functional.PaddingMode;

/// A volume mirrored at its border, which is not repeated. Shapes: `[N, C, D, H, W]` to
/// `[N, C, front + D + back, top + H + bottom, left + W + right]`, or the same without `N`. No parameters.
public final class ReflectionPad3d extends PadNd {
    /// @param pads one number for all sides, or `left, right, top, bottom, front, back`; less than the size; negative ones crop
    public ReflectionPad3d(int... pads) {
        super(3, PaddingMode.REFLECT, 0, pads);
    }
}
