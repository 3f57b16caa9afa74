package dev.sunda.core.op;

import java.util.Objects;

/// A number for each element, made of the elements of some tensors: the expressions a [Formula] is written in.
///
/// ```java
/// Term p = Term.tensor(0), g = Term.tensor(1);
/// Term moved = p.sub(g.mul(0.1));
/// ```
///
/// A term that is used several times is computed once. The meaning of the functions is that of [UnaryOp] and [BinaryOp].
public sealed interface Term {
    /// The element of the tensor with this number, as it was before the formula.
    record Element(int tensor) implements Term {
    }

    /// The same number everywhere.
    record Constant(double value) implements Term {
    }

    /// A function of one term.
    record Unary(UnaryOp op, Term x) implements Term {
        /// Refuses null.
        public Unary {
            Objects.requireNonNull(op, "Term: the operation is null");
            Objects.requireNonNull(x, "Term: the term is null");
        }
    }

    /// A function of two terms; comparisons give 1 and 0.
    record Binary(BinaryOp op, Term a, Term b) implements Term {
        /// Refuses null.
        public Binary {
            Objects.requireNonNull(op, "Term: the operation is null");
            Objects.requireNonNull(a, "Term: the first term is null");
            Objects.requireNonNull(b, "Term: the second term is null");
        }
    }

    /// `a` where `condition` is not 0, else `b`.
    record Choice(Term condition, Term a, Term b) implements Term {
        /// Refuses null.
        public Choice {
            Objects.requireNonNull(a, "Term: the first term is null");
            Objects.requireNonNull(b, "Term: the second term is null");
        }
    }

    /// `dy` times the derivative of a function at which it has this value.
    record Slope(UnaryOp op, Term value, Term dy) implements Term {
        /// Refuses null and functions that formulas have no derivative of.
        public Slope {
            if (op != UnaryOp.TANH && op != UnaryOp.SIGMOID)
                throw new IllegalArgumentException("Term: formulas know the slopes of tanh and sigmoid (got " + op + ")");
            Objects.requireNonNull(value, "Term: the value is null");
            Objects.requireNonNull(dy, "Term: the gradient is null");
        }
    }

    /// The element of the tensor with this number, as it was before the formula.
    ///
    /// @param index 0 or more
    static Term tensor(int index) {
        return new Element(index);
    }

    /// The same number everywhere.
    static Term of(double value) {
        return new Constant(value);
    }

    default Term apply(UnaryOp op) {
        return new Unary(op, this);
    }

    default Term apply(BinaryOp op, Term other) {
        return new Binary(op, this, other);
    }

    default Term add(Term other) {
        return apply(BinaryOp.ADD, other);
    }

    default Term add(double other) {
        return add(of(other));
    }

    default Term sub(Term other) {
        return apply(BinaryOp.SUB, other);
    }

    default Term mul(Term other) {
        return apply(BinaryOp.MUL, other);
    }

    default Term mul(double other) {
        return mul(of(other));
    }

    default Term div(Term other) {
        return apply(BinaryOp.DIV, other);
    }

    default Term div(double other) {
        return div(of(other));
    }

    default Term maximum(Term other) {
        return apply(BinaryOp.MAXIMUM, other);
    }

    default Term minimum(Term other) {
        return apply(BinaryOp.MINIMUM, other);
    }

    default Term neg() {
        return apply(UnaryOp.NEG);
    }

    default Term abs() {
        return apply(UnaryOp.ABS);
    }

    default Term sign() {
        return apply(UnaryOp.SIGN);
    }

    default Term square() {
        return apply(UnaryOp.SQUARE);
    }

    default Term sqrt() {
        return apply(UnaryOp.SQRT);
    }

    /// This gradient passed back through a function that gave `value`: times its derivative there, as a backward pass computes it.
    ///
    /// @param op `TANH` or `SIGMOID`
    default Term through(UnaryOp op, Term value) {
        return new Slope(op, value, this);
    }

    /// 1 where this is greater than `other`, else 0.
    default Term gt(double other) {
        return apply(BinaryOp.GT, of(other));
    }

    /// 1 where this is less than `other`, else 0.
    default Term lt(double other) {
        return apply(BinaryOp.LT, of(other));
    }

    /// `a` where this is not 0, else `b`.
    default Term choose(Term a, Term b) {
        return new Choice(this, a, b);
    }

    /// `this + weight * (end - this)`: a decaying mean that takes in `end`. From the nearer end, so that a weight of 1 gives `end` exactly.
    default Term lerp(Term end, double weight) {
        return weight < 0.5 ? add(end.sub(this).mul(weight)) : end.sub(end.sub(this).mul(1 - weight));
    }
}
