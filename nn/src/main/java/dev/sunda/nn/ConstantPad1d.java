package dev.sunda.nn;

import dev.sunda.nn.functional.PaddingMode;

/// A number around a sequence. Shapes: `[N, C, L]` to
/// `[N, C, left + L + right]`, or the same without `N`. No parameters.
public final class ConstantPad1d extends PadNd {
    /// @param value what stands around
    /// @param pads one number for all sides, or `left, right`; negative ones crop
    public ConstantPad1d(double value, int... pads) {
        super(1, PaddingMode.CONSTANT, value, pads);
    }
}
