package dev.sunda.core.op;

/// How the quotient of a division is made whole.
public enum Rounding {
    /// Towards 0, as Java divides integers.
    TRUNC(BinaryOp.TRUNC_DIVIDE),
    /// Down, as Python's `//`.
    FLOOR(BinaryOp.FLOOR_DIVIDE);

    private final BinaryOp op;

    Rounding(BinaryOp op) {
        this.op = op;
    }

    /// The division that rounds so.
    public BinaryOp op() {
        return op;
    }
}
