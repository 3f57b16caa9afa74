package dev.sunda.nn;

import dev.sunda.nn.functional.PaddingMode;

/// An image that begins anew where it ends. Shapes: `[N, C, H, W]` to
/// `[N, C, top + H + bottom, left + W + right]`, or the same without `N`. No parameters.
public final class CircularPad2d extends PadNd {
    /// @param pads one number for all sides, or `left, right, top, bottom`; at most the size; negative ones crop
    public CircularPad2d(int... pads) {
        super(2, PaddingMode.CIRCULAR, 0, pads);
    }
}
