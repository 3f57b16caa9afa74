package dev.sunda.nn;

import dev.sunda.nn.functional.PaddingMode;

/// Zeros around an image. Shapes: `[N, C, H, W]` to
/// `[N, C, top + H + bottom, left + W + right]`, or the same without `N`. No parameters.
public final class ZeroPad2d extends PadNd {
    /// @param pads one number for all sides, or `left, right, top, bottom`; negative ones crop
    public ZeroPad2d(int... pads) {
        super(2, PaddingMode.CONSTANT, 0, pads);
    }
}
