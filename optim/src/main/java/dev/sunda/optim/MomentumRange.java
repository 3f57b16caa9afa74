package dev.sunda.optim;

/// Between which bounds a schedule moves the momentum.
///
/// @param least in `[0, 1)`, not above `most`
/// @param most in `[0, 1)`
public record MomentumRange(double least, double most) {
    /// Checks the ranges.
    public MomentumRange {
        Checks.fraction("MomentumRange", "least", least);
        Checks.fraction("MomentumRange", "most", most);
        if (least > most)
            throw new IllegalArgumentException("MomentumRange: least must not be above most (got " + least + ", " + most + ")");
    }
}
