package dev.sunda.nn;

import dev.sunda.nn.functional.PaddingMode;

/// A sequence that begins anew where it ends. Shapes: `[N, C, L]` to
/// `[N, C, left + L + right]`, or the same without `N`. No parameters.
public final class CircularPad1d extends PadNd {
    /// @param pads one number for all sides, or `left, right`; at most the size; negative ones crop
    public CircularPad1d(int... pads) {
        super(1, PaddingMode.CIRCULAR, 0, pads);
    }
}
