package dev.sunda.nn;

import dev.sunda.nn.functional.PaddingMode;

/// A volume that begins anew where it ends. Shapes: `[N, C, D, H, W]` to
/// `[N, C, front + D + back, top + H + bottom, left + W + right]`, or the same without `N`. No parameters.
public final class CircularPad3d extends PadNd {
    /// @param pads one number for all sides, or `left, right, top, bottom, front, back`; at most the size; negative ones crop
    public CircularPad3d(int... pads) {
        super(3, PaddingMode.CIRCULAR, 0, pads);
    }
}
