package dev.sunda.core;

import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;

/// Element-wise operations: type promotion, broadcasting and the memory order of results.
final class Elementwise {
    private Elementwise() {
    }

    static Tensor unary(UnaryOp op, Tensor x) {
        if (!x.dtype().isFloating() && (!op.isIntegral() || x.dtype() == DType.BOOL))
            x = x.to(DType.F32);
        Tensor out = Tensor.empty(like(x), x.dtype(), x.device());
        x.backend().unary(op, x.view(), out.view());
        return out;
    }

    /// `dy * op'(kept)`, in one pass.
    static Tensor unaryBackward(UnaryOp op, Tensor kept, Tensor dy) {
        Tensor dx = Tensor.empty(like(dy), dy.dtype(), dy.device());
        dy.backend().unaryBackward(op, kept == null ? null : kept.view(), dy.view(), dx.view());
        return dx;
    }

    static Tensor binary(BinaryOp op, Tensor a, Tensor b) {
        Tensor.checkSameDevice(op.label(), a, b);
        Shape shape = Shape.broadcast(op.label(), a.shape(), b.shape());
        DType type = resultType(a, b);
        if (type == DType.BOOL && (op == BinaryOp.SUB || op == BinaryOp.POW))
            throw new DTypeException(op.label() + ": not defined for bool (got " + a.describe() + ", " + b.describe()
                    + "); use logicalXor, or convert with to(DType.I32)");
        if (op == BinaryOp.DIV)
            type = type.orFloating();
        Layout layout = a.shape().equals(shape) ? like(a) : b.shape().equals(shape) ? like(b) : Layout.contiguous(shape);
        Tensor out = Tensor.empty(layout, op.isComparison() ? DType.BOOL : type, a.device());
        a.backend().binary(op, a.to(type).expand(shape).view(), b.to(type).expand(shape).view(), out.view());
        return out;
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

    /// A tensor of no dimensions that stands for a Java number beside `x`: it takes `x`'s type unless that cannot hold it.
    static Tensor scalarFor(Tensor x, double value) {
        boolean fits = x.dtype().isFloating() || x.dtype().isInteger() && value == Math.rint(value) && Math.abs(value) < 0x1p53;
        return Tensor.scalar(value, fits ? x.dtype() : x.dtype() == DType.BOOL && value == Math.rint(value) ? DType.I64 : DType.F32,
                x.device());
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
