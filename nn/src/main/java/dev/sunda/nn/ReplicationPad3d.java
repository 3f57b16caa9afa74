package dev.sunda.nn;

import dev.sunda.nn.functional.PaddingMode;

/// A volume with its border repeated. Shapes: `[N, C, D, H, W]` to
/// `[N, C, front + D + back, top + H + bottom, left + W + right]`, or the same without `N`. No parameters.
public final class ReplicationPad3d extends PadNd {
    /// @param pads one number for all sides, or `left, right, top, bottom, front, back`; negative ones crop
    public ReplicationPad3d(int... pads) {
        super(3, PaddingMode.REPLICATE, 0, pads);
    }
}
