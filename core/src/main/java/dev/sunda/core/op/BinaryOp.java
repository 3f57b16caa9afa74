package dev.sunda.core.op;

import java.util.function.DoubleBinaryOperator;
import java.util.function.LongBinaryOperator;

/// An element-wise function of two tensors, with broadcasting.
///
/// Arithmetic keeps the common type of its operands, comparisons and logic give `BOOL`. The scalar definitions are the
/// specification: floating types are computed in double precision and rounded once, integers in 64 bits with wrap-around.
public enum BinaryOp {
    ADD("add", Double::sum, Long::sum, Kind.ARITHMETIC),
    SUB("sub", (a, b) -> a - b, (a, b) -> a - b, Kind.ARITHMETIC),
    MUL("mul", (a, b) -> a * b, (a, b) -> a * b, Kind.ARITHMETIC),
    /// True division: integer operands are converted to floating point first.
    DIV("div", (a, b) -> a / b, (a, b) -> a / b, Kind.ARITHMETIC),
    POW("pow", StrictMath::pow, BinaryOp::pow, Kind.ARITHMETIC),
    /// The larger one; NaN if either is NaN.
    MAXIMUM("maximum", Math::max, Math::max, Kind.ARITHMETIC),
    /// The smaller one; NaN if either is NaN.
    MINIMUM("minimum", Math::min, Math::min, Kind.ARITHMETIC),
    EQ("eq", (a, b) -> bool(a == b), (a, b) -> bit(a == b), Kind.COMPARISON),
    NE("ne", (a, b) -> bool(a != b), (a, b) -> bit(a != b), Kind.COMPARISON),
    LT("lt", (a, b) -> bool(a < b), (a, b) -> bit(a < b), Kind.COMPARISON),
    LE("le", (a, b) -> bool(a <= b), (a, b) -> bit(a <= b), Kind.COMPARISON),
    GT("gt", (a, b) -> bool(a > b), (a, b) -> bit(a > b), Kind.COMPARISON),
    GE("ge", (a, b) -> bool(a >= b), (a, b) -> bit(a >= b), Kind.COMPARISON),
    AND("logicalAnd", (a, b) -> bool(a != 0 && b != 0), (a, b) -> bit(a != 0 && b != 0), Kind.COMPARISON),
    OR("logicalOr", (a, b) -> bool(a != 0 || b != 0), (a, b) -> bit(a != 0 || b != 0), Kind.COMPARISON),
    XOR("logicalXor", (a, b) -> bool(a != 0 ^ b != 0), (a, b) -> bit(a != 0 ^ b != 0), Kind.COMPARISON);

    private enum Kind {
        ARITHMETIC, COMPARISON
    }

    private final String label;
    private final DoubleBinaryOperator floating;
    private final LongBinaryOperator integer;
    private final Kind kind;

    BinaryOp(String label, DoubleBinaryOperator floating, LongBinaryOperator integer, Kind kind) {
        this.label = label;
        this.floating = floating;
        this.integer = integer;
        this.kind = kind;
    }

    /// The name in error messages, also the name of the fluent method.
    public String label() {
        return label;
    }

    /// The function on floating-point numbers; comparisons give 0 or 1.
    public double value(double a, double b) {
        return floating.applyAsDouble(a, b);
    }

    /// The function on integers; comparisons give 0 or 1.
    public long value(long a, long b) {
        return integer.applyAsLong(a, b);
    }

    /// True if the result is `BOOL` whatever the operands' type.
    public boolean isComparison() {
        return kind == Kind.COMPARISON;
    }

    private static double bool(boolean value) {
        return value ? 1 : 0;
    }

    private static long bit(boolean value) {
        return value ? 1 : 0;
    }

    /// `a^b` with wrap-around; a negative exponent gives the truncated quotient, as NumPy's integer division would.
    private static long pow(long a, long b) {
        if (b < 0)
            return a == 1 ? 1 : a == -1 ? (b % 2 == 0 ? 1 : -1) : 0;
        long result = 1;
        for (long base = a; b > 0; b >>= 1, base *= base)
            if ((b & 1) == 1)
                result *= base;
        return result;
    }
}
