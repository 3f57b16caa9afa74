package dev.sunda.nn;

import dev.sunda.nn.functional.PaddingMode;

/// Zeros around a sequence. Shapes: `[N, C, L]` to
/// `[N, C, left + L + right]`, or the same without `N`. No parameters.
public final class ZeroPad1d extends PadNd {
    /// @param pads one number for all sides, or `left, right`; negative ones crop
    public ZeroPad1d(int... pads) {
        super(1, PaddingMode.CONSTANT, 0, pads);
    }
}
