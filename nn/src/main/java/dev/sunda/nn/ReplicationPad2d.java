package dev.sunda.nn;

import dev.sunda.nn.functional.PaddingMode;

/// An image with its border repeated. Shapes: `[N, C, H, W]` to
/// `[N, C, top + H + bottom, left + W + right]`, or the same without `N`. No parameters.
public final class ReplicationPad2d extends PadNd {
    /// @param pads one number for all sides, or `left, right, top, bottom`; negative ones crop
    public ReplicationPad2d(int... pads) {
        super(2, PaddingMode.REPLICATE, 0, pads);
    }
}
