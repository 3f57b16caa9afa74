package dev.sunda.core;

import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.op.ParametricOp;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;

/// Element-wise operations made of several functions.
final class Pointwise {
    private Pointwise() {
    }

    /// `a + alpha b` for any sign of `alpha`.
    static Tensor add(String operation, Tensor a, Tensor b, double alpha) {
        DType type = Elementwise.resultType(a, b);
        if (!type.isFloating() && alpha != Math.rint(alpha))
            throw new DTypeException(operation + ": integers take a whole alpha (got " + alpha + ", " + a.describe() + ", " + b.describe()
                    + "); convert with to(DType.F32)");
        if (alpha == 1 || type == DType.BOOL && alpha != 0)
            return a.add(b);
        return type == DType.BOOL ? a.add(b.logicalXor(b)) : a.add(b.to(type).mul(alpha));
    }

    static Tensor sub(Tensor a, Tensor b, double alpha) {
        boolean plain = alpha == 1 || a.dtype() == DType.BOOL || b.dtype() == DType.BOOL;   // which refuses booleans
        return plain ? a.sub(b) : add("sub", a, b, -alpha);
    }

    /// Scaled by the power of ten, rounded and scaled back; the power is always whole, so that it is exact.
    static Tensor round(Tensor x, int decimals) {
        if (!x.dtype().isFloating())
            throw new DTypeException("round: integers have no decimals (got " + x.describe() + ", decimals " + decimals
                    + "); convert with to(DType.F32)");
        double power = StrictMath.pow(10, Math.abs(decimals));
        return decimals >= 0 ? x.mul(power).round().div(power) : x.div(power).round().mul(power);
    }

    /// The larger number; NaN only if both are NaN.
    static Tensor fmax(Tensor a, Tensor b) {
        Shape.broadcast("fmax", a.shape(), b.shape());
        return a.where(a.ge(b).logicalOr(isNan(b)), b);
    }

    /// The smaller number; NaN only if both are NaN.
    static Tensor fmin(Tensor a, Tensor b) {
        Shape.broadcast("fmin", a.shape(), b.shape());
        return a.where(a.le(b).logicalOr(isNan(b)), b);
    }

    static Tensor pow(Tensor x, double exponent) {
        if (x.dtype().isInteger() && exponent < 0 && exponent == Math.rint(exponent))
            throw new DTypeException("pow: an integer has no integer powers with a negative exponent (got " + x.describe() + ", exponent "
                    + exponent + "); convert with to(DType.F32)");
        if (Math.abs(exponent) == 0.5)                               // a root, also where powers see no sign or an infinity
            return exponent > 0 ? x.sqrt() : x.rsqrt();
        return Elementwise.binary(BinaryOp.POW, x, exponent);
    }

    /// In one pass for floating types; integers stay integers where the bounds are whole.
    static Tensor clamp(Tensor x, double min, double max) {
        if (x.dtype().isFloating())
            return x.apply(ParametricOp.clamp(min, max));
        boolean wholeMin = Double.isInfinite(min) || min == Math.rint(min);
        boolean wholeMax = Double.isInfinite(max) || max == Math.rint(max);
        if (!wholeMin || !wholeMax)
            return x.to(DType.F32).apply(ParametricOp.clamp(min, max));
        Tensor whole = x.dtype() == DType.BOOL ? x.to(DType.I64) : x;
        Tensor raised = min == Double.NEGATIVE_INFINITY ? whole : whole.maximum(min);
        return max == Double.POSITIVE_INFINITY ? raised : raised.minimum(max);
    }

    static Tensor clamp(Tensor x, Tensor min, Tensor max) {
        if (min == null && max == null)
            throw new IllegalArgumentException("clamp: at least one bound must be there (got none)");
        Tensor raised = min == null ? x : x.maximum(min);
        return max == null ? raised : raised.minimum(max);
    }

    static Tensor addcmul(Tensor x, Tensor a, Tensor b, double value) {
        return add("addcmul", x, a.mul(b), value);
    }

    static Tensor addcdiv(Tensor x, Tensor a, Tensor b, double value) {
        if (!Elementwise.resultType(a, b).isFloating())
            throw new DTypeException("addcdiv: integers are not divided (got " + a.describe() + ", " + b.describe()
                    + "); convert one with to(DType.F32)");
        return add("addcdiv", x, a.div(b), value);
    }

    /// From the nearer end, so that a weight of 0 or 1 gives that end exactly.
    static Tensor lerp(Tensor start, Tensor end, double weight) {
        checkLerp(start, end);
        Tensor span = end.sub(start);
        return Math.abs(weight) < 0.5 ? start.add(span.mul(weight)) : end.sub(span.mul(1 - weight));
    }

    static Tensor lerp(Tensor start, Tensor end, Tensor weight) {
        checkLerp(start, end);
        if (!weight.dtype().isFloating())
            throw new DTypeException("lerp: the weight must be floating (got " + weight.describe() + "); convert with to(DType.F32)");
        Tensor w = weight.to(start.dtype());
        Tensor span = end.sub(start);
        return start.add(span.mul(w)).where(w.abs().lt(0.5), end.sub(span.mul(w.neg().add(1))));
    }

    private static void checkLerp(Tensor start, Tensor end) {
        Tensor.checkSameDevice("lerp", start, end);
        Shape.broadcast("lerp", start.shape(), end.shape());
        if (!start.dtype().isFloating() || start.dtype() != end.dtype())
            throw new DTypeException("lerp: start and end must have one floating type (got " + start.describe() + ", " + end.describe()
                    + "); convert with to(DType.F32)");
    }

    static Tensor isNan(Tensor x) {
        return x.ne(x);
    }

    static Tensor isInf(Tensor x) {
        return x.dtype().isFloating() ? x.abs().eq(Double.POSITIVE_INFINITY) : x.ne(x);
    }

    static Tensor isFinite(Tensor x) {
        return x.dtype().isFloating() ? x.abs().lt(Double.POSITIVE_INFINITY) : x.eq(x);
    }

    static Tensor isClose(Tensor a, Tensor b, double rtol, double atol, boolean equalNan) {
        if (!(rtol >= 0) || !(atol >= 0))
            throw new IllegalArgumentException("isClose: tolerances must not be negative (got rtol " + rtol + ", atol " + atol + ")");
        if (a.dtype() != b.dtype())
            throw new DTypeException("isClose: both must have one type (got " + a.describe() + ", " + b.describe()
                    + "); convert one with to(dtype)");
        Tensor same = a.eq(b);
        if (equalNan)
            same = same.logicalOr(isNan(a).logicalAnd(isNan(b)));
        if (a.dtype() == DType.BOOL)
            return same;
        Tensor allowed = b.to(DType.F64).abs().mul(rtol).add(atol);
        Tensor difference = a.to(DType.F64).sub(b.to(DType.F64)).abs();
        return same.logicalOr(isFinite(difference).logicalAnd(difference.le(allowed)));
    }

    static boolean allClose(Tensor a, Tensor b, double rtol, double atol, boolean equalNan) {
        return isClose(a, b, rtol, atol, equalNan).all(Dims.all()).item() != 0;
    }

    static Tensor isInf(Tensor x, double which) {
        return x.dtype().isFloating() ? x.eq(which) : x.ne(x);
    }

    static Tensor signbit(Tensor x) {
        return x.dtype().isFloating() ? Elementwise.binary(BinaryOp.COPYSIGN, 1, x).lt(0) : x.lt(0);
    }

    static Tensor heaviside(Tensor x, Tensor values) {
        if (x.dtype() != values.dtype())
            throw new DTypeException("heaviside: both must have one type (got " + x.describe() + ", " + values.describe()
                    + "); convert one with to(dtype)");
        return values.where(x.eq(0), x.gt(0).to(x.dtype()));
    }

    static Tensor ofIntegers(BinaryOp op, Tensor a, Tensor b) {
        if (a.dtype() == DType.BOOL && b.dtype() == DType.BOOL)
            throw new DTypeException(op.label() + ": not defined for bool (got " + a.describe() + ", " + b.describe()
                    + "); convert with to(DType.I64)");
        return a.apply(op, b);
    }

    /// On the host: neighbours depend on the bits of a type, which are read nowhere else.
    static Tensor nextAfter(Tensor x, Tensor other) {
        Tensor.checkSameDevice("nextAfter", x, other);
        if (!x.dtype().isFloating() || x.dtype() != other.dtype())
            throw new DTypeException("nextAfter: both must have one floating type (got " + x.describe() + ", " + other.describe()
                    + "); convert with to(DType.F32)");
        Shape shape = Shape.broadcast("nextAfter", x.shape(), other.shape());
        double[] from = x.expand(shape).toDoubleArray();
        double[] to = other.expand(shape).toDoubleArray();
        boolean single = x.dtype() == DType.F32;
        for (int i = 0; i < from.length; i++)
            from[i] = single ? Math.nextAfter((float) from[i], to[i]) : Math.nextAfter(from[i], to[i]);
        return Tensor.of(from, shape).to(x.dtype()).to(x.device());
    }

    /// On the host, as [#nextAfter].
    static Tensor.Frexp frexp(Tensor x) {
        if (!x.dtype().isFloating())
            throw new DTypeException("frexp: needs a floating type (got " + x.describe() + "); convert with to(DType.F32)");
        double[] mantissa = x.toDoubleArray();
        int[] exponent = new int[mantissa.length];
        for (int i = 0; i < mantissa.length; i++) {
            double value = mantissa[i];
            if (value == 0 || !Double.isFinite(value))
                continue;
            int lift = Math.abs(value) < Double.MIN_NORMAL ? 64 : 0;
            exponent[i] = Math.getExponent(Math.scalb(value, lift)) + 1 - lift;
            mantissa[i] = Math.scalb(Math.scalb(value, lift), -exponent[i] - lift);
        }
        return new Tensor.Frexp(Tensor.of(mantissa, x.shape()).to(x.dtype()).to(x.device()),
                Tensor.of(exponent, x.shape()).to(x.device()));
    }

    static Tensor bitwiseNot(Tensor x) {
        if (x.dtype() == DType.BOOL)
            return x.logicalNot();
        if (x.dtype().isFloating())
            throw new DTypeException(
                    "bitwiseNot: not defined for " + x.dtype() + " (got " + x.describe() + "); convert with to(DType.I64)");
        return Elementwise.binary(BinaryOp.BITWISE_XOR, x, -1);
    }
}
