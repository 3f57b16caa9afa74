package dev.sunda.core.op;

/// What a quantile between two neighbouring elements is.
public enum QuantileInterpolation {
    /// On the straight line between them.
    LINEAR,
    /// The lower one.
    LOWER,
    /// The higher one.
    HIGHER,
    /// Their mean.
    MIDPOINT,
    /// The nearer one; half-way between them the one with the even rank.
    NEAREST
}
