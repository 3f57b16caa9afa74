package dev.sunda.core;

import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.op.UnaryFunction;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Locale;
import java.util.function.Supplier;

/// Element-wise operations: type promotion, broadcasting and the memory order of results.
final class Elementwise {
    private Elementwise() {
    }

    static Tensor unary(UnaryFunction function, Tensor x) {
        if (x.dtype() == DType.BOOL && function.isIntegral())
            return ofBooleans(function, x);
        if (!x.dtype().isFloating() && !function.isIntegral())
            x = x.to(DType.F32);
        Tensor out = Tensor.empty(like(x), x.dtype(), x.device());
        x.backend().unary(function, x.view(), out.view());
        return out;
    }

    private static Tensor ofBooleans(UnaryFunction function, Tensor x) {
        if (function == UnaryOp.SIGN)
            return x;
        if (function == UnaryOp.SQUARE)
            return x.to(DType.I64);
        throw new DTypeException(function.label() + ": not defined for bool (got " + x.describe()
                + "); use logicalNot, or convert with to(DType.I32)");
    }

    /// `dy * function'(kept)`, in one pass.
    static Tensor unaryBackward(UnaryFunction function, Tensor kept, Tensor dy) {
        boolean keeps = function.keeps() != UnaryFunction.Keeps.NOTHING;
        if (keeps && kept == null)
            throw new IllegalArgumentException(
                    "unaryBackward: " + function.label() + " needs its " + function.keeps().name().toLowerCase(Locale.ROOT));
        if (!dy.dtype().isFloating() || keeps && kept.dtype() != dy.dtype())
            throw new DTypeException("unaryBackward: gradient and kept tensor must have one floating type (got " + dy.describe()
                    + (keeps ? ", " + kept.describe() : "") + ")");
        if (keeps) {
            Tensor.checkSameDevice("unaryBackward", dy, kept);
            if (!kept.shape().equals(dy.shape()))
                throw new ShapeException("unaryBackward", "gradient and kept tensor differ in shape", dy.shape(), kept.shape());
        }
        Tensor dx = Tensor.empty(like(keeps ? kept : dy), dy.dtype(), dy.device());   // the order a value had on the way here
        dy.backend().unaryBackward(function, keeps ? kept.view() : null, dy.view(), dx.view());
        return dx;
    }

    static Tensor binary(BinaryOp op, Tensor a, Tensor b) {
        Tensor.checkSameDevice(op.label(), a, b);
        Shape shape = Shape.broadcast(op.label(), a.shape(), b.shape());
        DType type = typeOf(op, a.dtype(), b.dtype(), resultType(a, b), () -> a.describe() + ", " + b.describe());
        if (op.isDivision() && type.isInteger() && shape.numel() > 0 && b.eq(0).any(Dims.all()).item() != 0)
            throw dividedBy0(op, a.describe() + ", " + b.describe());
        Layout layout = a.shape().equals(shape) ? like(a) : b.shape().equals(shape) ? like(b) : Layout.contiguous(shape);
        Tensor out = result(op, layout, type, a);
        a.backend().binary(op, a.to(type).expand(shape).view(), b.to(type).expand(shape).view(), out.view());
        return out;
    }

    /// With a Java number on the right, of the type that [#numberType] says.
    static Tensor binary(BinaryOp op, Tensor a, double number) {
        DType type = typeBeside(op, a, number, () -> a.describe() + ", " + scalarFor(a, number).describe());
        if (op.isDivision() && type.isInteger() && number == 0 && a.numel() > 0)
            throw dividedBy0(op, a.describe() + ", " + scalarFor(a, number).describe());
        Tensor out = result(op, like(a), type, a);
        a.backend().binary(op, a.to(type).view(), number, out.view());
        return out;
    }

    /// With a Java number on the left, of the type that [#numberType] says. No division.
    static Tensor binary(BinaryOp op, double number, Tensor b) {
        DType type = typeBeside(op, b, number, () -> scalarFor(b, number).describe() + ", " + b.describe());
        Tensor out = result(op, like(b), type, b);
        b.backend().binary(op, number, b.to(type).view(), out.view());
        return out;
    }

    private static DType typeBeside(BinaryOp op, Tensor x, double number, Supplier<String> got) {
        DType beside = numberType(x, number);
        return typeOf(op, x.dtype(), beside, DType.promote(x.dtype(), beside), got);
    }

    /// What operands are converted to.
    ///
    /// @param got the operands, for messages
    private static DType typeOf(BinaryOp op, DType a, DType b, DType type, Supplier<String> got) {
        boolean bools = a == DType.BOOL || b == DType.BOOL;
        if (bools && op == BinaryOp.SUB || type == DType.BOOL && op == BinaryOp.POW)
            throw new DTypeException(op.label() + ": not defined for bool (got " + got.get()
                    + "); use logicalXor, or convert with to(DType.I32)");
        if (op.isDivision() && type == DType.BOOL || op.isBitwise() && type.isFloating())
            throw new DTypeException(
                    op.label() + ": not defined for " + type + " (got " + got.get() + "); convert with to(DType.I64)");
        return op.isFloating() ? type.orFloating() : type;
    }

    private static IllegalArgumentException dividedBy0(BinaryOp op, String got) {
        return new IllegalArgumentException(op.label() + ": an integer divisor is 0 (got " + got + "); convert with to(DType.F32)");
    }

    private static Tensor result(BinaryOp op, Layout layout, DType type, Tensor like) {
        return Tensor.empty(layout, op.isComparison() ? DType.BOOL : type, like.device());
    }

    static Tensor where(Tensor condition, Tensor a, Tensor b) {
        Tensor.checkSameDevice("where", condition, a);
        Tensor.checkSameDevice("where", a, b);
        if (condition.dtype() != DType.BOOL)
            throw new DTypeException("where: the condition must be bool (got " + condition.describe() + "); compare it with ne(0)");
        Shape shape = Shape.broadcast("where", condition.shape(), Shape.broadcast("where", a.shape(), b.shape()));
        DType type = resultType(a, b);
        Layout layout = a.shape().equals(shape) ? like(a) : b.shape().equals(shape) ? like(b) : Layout.contiguous(shape);
        Tensor out = Tensor.empty(layout, type, a.device());
        a.backend().where(condition.expand(shape).view(), a.to(type).expand(shape).view(), b.to(type).expand(shape).view(), out.view());
        return out;
    }

    /// A tensor of no dimensions that stands for a Java number beside `x`, see [#numberType].
    private static Tensor scalarFor(Tensor x, double value) {
        return Tensor.scalar(value, numberType(x, value), x.device());
    }

    /// The type of a Java number beside `x`: that of `x`, except that booleans take int64 and integers meet a fraction as float32.
    ///
    /// @throws DTypeException if the number is an integer that `x`'s type cannot hold
    private static DType numberType(Tensor x, double value) {
        boolean whole = value == Math.rint(value) && Math.abs(value) < 0x1p63;
        if (x.dtype() == DType.I32 && whole && value != (int) value)
            throw new DTypeException(
                    String.format(Locale.ROOT, "number: %.0f does not fit the tensor's type (got %s); convert with to(DType.I64)",
                            value, x.describe()));
        return x.dtype().isFloating() ? x.dtype() : !whole ? DType.F32 : x.dtype() == DType.BOOL ? DType.I64 : x.dtype();
    }

    /// The type of a result: a tensor without dimensions counts only if it is of a higher kind (bool, integer, floating).
    static DType resultType(Tensor a, Tensor b) {
        boolean scalarA = a.rank() == 0 && b.rank() > 0;
        boolean scalarB = b.rank() == 0 && a.rank() > 0;
        if (scalarA && kind(a.dtype()) <= kind(b.dtype()))
            return b.dtype();
        if (scalarB && kind(b.dtype()) <= kind(a.dtype()))
            return a.dtype();
        return DType.promote(a.dtype(), b.dtype());
    }

    private static int kind(DType type) {
        return type.isFloating() ? 2 : type.isInteger() ? 1 : 0;
    }

    /// A dense layout in the memory order of `x`.
    static Layout like(Tensor x) {
        return Layout.dense(x.shape(), x.layout().order());
    }
}
