package dev.sunda.core.op;

/// What the elements of several tensors together come to, whatever their signs; what norms are made of. NaN gives NaN, except that
/// `COUNT` counts it.
public enum Magnitude {
    /// Number of elements that are not 0.
    COUNT,
    /// Sum of `|x|`.
    SUM,
    /// Sum of `x^2`.
    SQUARES,
    /// The largest `|x|`; 0 if there are no elements.
    LARGEST;

    /// What one element comes to.
    public double of(double x) {
        return switch (this) {
            case COUNT -> x == 0 ? 0 : 1;
            case SUM, LARGEST -> Math.abs(x);
            case SQUARES -> x * x;
        };
    }

    /// What two parts come to.
    public double join(double a, double b) {
        return this == LARGEST ? Math.max(a, b) : a + b;
    }
}
