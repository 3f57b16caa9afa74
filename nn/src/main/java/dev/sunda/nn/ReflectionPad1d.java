package dev.sunda.nn;

import dev.sunda.nn.functional.PaddingMode;

/// A sequence mirrored at its border, which is not repeated. Shapes: `[N, C, L]` to
/// `[N, C, left + L + right]`, or the same without `N`. No parameters.
public final class ReflectionPad1d extends PadNd {
    /// @param pads one number for all sides, or `left, right`; less than the size; negative ones crop
    public ReflectionPad1d(int... pads) {
        super(1, PaddingMode.REFLECT, 0, pads);
    }
}
