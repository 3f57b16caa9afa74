package dev.sunda.autograd;

import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.wrt;

import dev.sunda.core.Tensor;
import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.op.UnaryOp;

/// Derivatives of element-wise functions.
final class ElementwiseRules {
    private ElementwiseRules() {
    }

    static Variable apply(UnaryOp op, Variable x) {
        Tensor y = x.data().apply(op);
        return switch (op.keeps()) {
            case NOTHING -> op == UnaryOp.NEG ? x.neg() : output(op.label(), y, wrt(x, Variable::zerosLike));
            case INPUT -> output(op.label(), y, wrt(x, dy -> chain(op, x, dy)));
            case OUTPUT -> output(op.label(), y, wrt(x, (dy, kept) -> chain(op, kept, dy)));
        };
    }

    /// `dy * op'(kept)`: by the kernel where nothing is recorded, by [#derivative] where the result is to be differentiated again.
    private static Variable chain(UnaryOp op, Variable kept, Variable dy) {
        return GradMode.isRecording() ? dy.mul(derivative(op, kept)) : Variable.of(dy.data().unaryBackward(op, kept.data()));
    }

    /// The derivative as differentiable operations, from the input or output, whichever the function keeps.
    private static Variable derivative(UnaryOp op, Variable kept) {
        return switch (op) {
            case ABS -> kept.apply(UnaryOp.SIGN);
            case SQUARE -> kept.mul(2);
            case SQRT -> kept.reciprocal().mul(0.5);
            case RSQRT -> kept.square().mul(kept).mul(-0.5);
            case RECIPROCAL -> kept.square().neg();
            case EXP -> kept;
            case EXPM1 -> kept.add(1);
            case LOG -> kept.reciprocal();
            case LOG1P -> kept.add(1).reciprocal();
            case SIN -> kept.cos();
            case COS -> kept.sin().neg();
            case TANH -> kept.square().neg().add(1);
            case SIGMOID -> kept.sub(kept.square());
            case RELU -> Variable.of(kept.data().le(0).logicalNot().to(kept.dtype()));
            case ERF -> kept.square().neg().exp().mul(2 / Math.sqrt(Math.PI));
            case GELU -> geluDerivative(kept);
            case GELU_TANH -> geluTanhDerivative(kept);
            case NEG, SIGN, FLOOR, CEIL, ROUND -> throw new AssertionError(op + " keeps nothing");
        };
    }

    /// `Phi(x) + x * phi(x)`.
    private static Variable geluDerivative(Variable x) {
        Variable distribution = x.mul(Math.sqrt(0.5)).erf().add(1).mul(0.5);
        Variable density = x.square().mul(-0.5).exp().mul(1 / Math.sqrt(2 * Math.PI));
        return distribution.add(x.mul(density));
    }

    /// `s + x s (1 - s) v'` with `s` the logistic function of `v = 2 sqrt(2 / pi) (x + 0.044715 x^3)`.
    private static Variable geluTanhDerivative(Variable x) {
        double slope = 2 * Math.sqrt(2 / Math.PI);
        Variable cubic = x.square().mul(0.044715);
        Variable s = x.mul(cubic.add(1)).mul(slope).sigmoid();
        return s.add(x.mul(s.sub(s.square())).mul(cubic.mul(3).add(1).mul(slope)));
    }

    static Variable pow(Variable x, double exponent) {
        return output("pow", x.data().pow(exponent),
                wrt(x, dy -> exponent == 0 ? Variable.zerosLike(dy) : dy.mul(x.pow(exponent - 1)).mul(exponent)));
    }

    static Variable pow(Variable x, Variable a) {
        return output("pow", x.data().pow(a.data()),
                wrt(x, dy -> {
                    Variable slope = dy.mul(a).mul(x.pow(a.sub(1)));
                    return Variable.zerosLike(slope).where(a.data().eq(0), slope);
                }),
                wrt(a, (dy, y) -> {
                    Tensor flat = x.data().eq(0).logicalAnd(a.data().ge(0));
                    // keeps the logarithm finite where it does not count
                    Variable base = Variable.of(x.data().mul(0).add(1)).where(flat, x);
                    return Variable.zerosLike(y).where(flat, dy.mul(y).mul(base.log()));
                }));
    }

    static Variable maximum(Variable a, Variable b) {
        return output("maximum", a.data().maximum(b.data()), wrt(a, dy -> dy.mul(share(BinaryOp.GT, a, b))),
                wrt(b, dy -> dy.mul(share(BinaryOp.GT, b, a))));
    }

    static Variable minimum(Variable a, Variable b) {
        return output("minimum", a.data().minimum(b.data()), wrt(a, dy -> dy.mul(share(BinaryOp.LT, a, b))),
                wrt(b, dy -> dy.mul(share(BinaryOp.LT, b, a))));
    }

    /// 1 where `a` wins, one half where both are equal, else 0.
    private static Variable share(BinaryOp wins, Variable a, Variable b) {
        Tensor won = a.data().apply(wins, b.data()).to(a.dtype());
        return Variable.of(won.add(a.data().eq(b.data()).to(a.dtype()).mul(0.5)));
    }

    static Variable where(Tensor condition, Variable a, Variable b) {
        return output("where", a.data().where(condition, b.data()),
                wrt(a, dy -> dy.where(condition, Variable.zerosLike(dy))),
                wrt(b, dy -> Variable.zerosLike(dy).where(condition, dy)));
    }
}
