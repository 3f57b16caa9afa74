package dev.sunda.nn;

import dev.sunda.nn.functional.PaddingMode;

/// A sequence with its border repeated. Shapes: `[N, C, L]` to
/// `[N, C, left + L + right]`, or the same without `N`. No parameters.
public final class ReplicationPad1d extends PadNd {
    /// @param pads one number for all sides, or `left, right`; negative ones crop
    public ReplicationPad1d(int... pads) {
        super(1, PaddingMode.REPLICATE, 0, pads);
    }
}
