package dev.sunda.nn;

import dev.sunda.nn.functional.PaddingMode;

/// Zeros around a volume. Shapes: `[N, C, D, H, W]` to
/// `[N, C, front + D + back, top + H + bottom, left + W + right]`, or the same without `N`. No parameters.
public final class ZeroPad3d extends PadNd {
    /// @param pads one number for all sides, or `left, right, top, bottom, front, back`; negative ones crop
    public ZeroPad3d(int... pads) {
        super(3, PaddingMode.CONSTANT, 0, pads);
    }
}
