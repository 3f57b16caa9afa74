package dev.sunda.core.op;

import java.util.function.DoubleBinaryOperator;
import java.util.function.LongBinaryOperator;

/// An element-wise function of two tensors, with broadcasting.
///
/// Arithmetic keeps the common type of its operands, comparisons and logic give `BOOL`; functions that have no meaning for
/// integers convert them to floating point first. The scalar definitions are the
/// specification: floating types are computed in double precision and rounded once, integers in 64 bits with wrap-around.
public enum BinaryOp {
    ADD("add", Double::sum, Long::sum, Kind.ARITHMETIC),
    SUB("sub", (a, b) -> a - b, (a, b) -> a - b, Kind.ARITHMETIC),
    MUL("mul", (a, b) -> a * b, (a, b) -> a * b, Kind.ARITHMETIC),
    /// True division: integer operands are converted to floating point first.
    DIV("div", (a, b) -> a / b, Kind.FLOATING),
    /// The quotient rounded towards 0.
    TRUNC_DIVIDE("div", (a, b) -> ScalarMath.trunc(a / b), (a, b) -> a / b, Kind.DIVISION),
    /// The quotient rounded down.
    FLOOR_DIVIDE("floorDivide", ScalarMath::floorDivide, Math::floorDiv, Kind.DIVISION),
    /// What [#TRUNC_DIVIDE] leaves, with the sign of the dividend.
    FMOD("fmod", (a, b) -> a % b, (a, b) -> a % b, Kind.DIVISION),
    /// What [#FLOOR_DIVIDE] leaves, with the sign of the divisor.
    REMAINDER("remainder", ScalarMath::remainder, Math::floorMod, Kind.DIVISION),
    POW("pow", ScalarMath::pow, BinaryOp::pow, Kind.ARITHMETIC),
    /// The larger one; NaN if either is NaN.
    MAXIMUM("maximum", Math::max, Math::max, Kind.ARITHMETIC),
    /// The smaller one; NaN if either is NaN.
    MINIMUM("minimum", Math::min, Math::min, Kind.ARITHMETIC),
    /// The angle of the point with ordinate `a` and abscissa `b`, from -pi to pi.
    ATAN2("atan2", StrictMath::atan2, Kind.FLOATING),
    /// `sqrt(a^2 + b^2)` without overflow on the way.
    HYPOT("hypot", StrictMath::hypot, Kind.FLOATING),
    /// `log(e^a + e^b)` without overflow on the way.
    LOGADDEXP("logaddexp", ScalarMath::logaddexp, Kind.FLOATING),
    /// `log2(2^a + 2^b)` without overflow on the way.
    LOGADDEXP2("logaddexp2", ScalarMath::logaddexp2, Kind.FLOATING),
    /// `a log b`; 0 where `a` is 0, whatever number `b` is.
    XLOGY("xlogy", ScalarMath::xlogy, Kind.FLOATING),
    /// The magnitude of `a` with the sign of `b`.
    COPYSIGN("copysign", Math::copySign, Kind.FLOATING),
    /// The greatest common divisor, not negative; 0 of two zeros.
    GCD("gcd", BinaryOp::gcd),
    /// The least common multiple, not negative; 0 with a 0.
    LCM("lcm", (a, b) -> a == 0 || b == 0 ? 0 : Math.abs(a / gcd(a, b) * b)),
    /// Zeros come in from the right; 0 for distances that are negative or beyond the bits.
    LEFT_SHIFT("bitwiseLeftShift", (a, b) -> b < 0 || b > 63 ? 0 : a << b),
    /// The sign comes in from the left, as far as it gets for distances that are negative or beyond the bits.
    RIGHT_SHIFT("bitwiseRightShift", (a, b) -> a >> (b < 0 || b > 63 ? 63 : b)),
    BITWISE_AND("bitwiseAnd", (a, b) -> a & b),
    BITWISE_OR("bitwiseOr", (a, b) -> a | b),
    BITWISE_XOR("bitwiseXor", (a, b) -> a ^ b),
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
        ARITHMETIC, FLOATING, DIVISION, BITWISE, COMPARISON
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

    BinaryOp(String label, DoubleBinaryOperator floating, Kind kind) {
        this(label, floating, (a, b) -> (long) floating.applyAsDouble(a, b), kind);
    }

    BinaryOp(String label, LongBinaryOperator integer) {
        this(label, (a, b) -> integer.applyAsLong((long) a, (long) b), integer, Kind.BITWISE);
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

    /// True if integers are converted to floating point first.
    public boolean isFloating() {
        return kind == Kind.FLOATING;
    }

    /// True if integers are divided as such, so that a divisor must not be 0.
    public boolean isDivision() {
        return kind == Kind.DIVISION;
    }

    /// True if the function works on the bits of integers and booleans and has no meaning for other numbers.
    public boolean isBitwise() {
        return kind == Kind.BITWISE;
    }

    private static long gcd(long a, long b) {
        long x = a;
        for (long y = b, rest; y != 0; y = rest) {
            rest = x % y;
            x = y;
        }
        return Math.abs(x);
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
