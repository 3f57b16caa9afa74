package dev.sunda.autograd;

import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.wrt;

import dev.sunda.core.Tensor;
import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.op.ParametricOp;
import dev.sunda.core.op.UnaryFunction;
import dev.sunda.core.op.UnaryOp;

/// Derivatives of element-wise functions.
final class ElementwiseRules {
    private static final double LN2 = Math.log(2);
    private static final double LN10 = Math.log(10);

    private ElementwiseRules() {
    }

    static Variable apply(UnaryFunction function, Variable x) {
        if (function == UnaryOp.NEG)
            return x.neg();
        Tensor y = x.data().apply(function);
        return switch (function.keeps()) {
            case NOTHING -> output(function.label(), y, wrt(x, dy -> function == UnaryOp.FRAC ? dy : Variable.zerosLike(dy)));
            case INPUT -> output(function.label(), y, wrt(x, dy -> chain(function, x, dy)));
            case OUTPUT -> output(function.label(), y, wrt(x, (dy, kept) -> chain(function, kept, dy)));
        };
    }

    /// `dy * function'(kept)`: by the kernel where nothing is recorded, by [#derivative] where the result is to be differentiated again.
    private static Variable chain(UnaryFunction function, Variable kept, Variable dy) {
        if (!GradMode.isRecording())
            return Variable.of(dy.data().unaryBackward(function, kept.data()));
        return dy.mul(switch (function) {
            case UnaryOp op -> derivative(op, kept);
            case ParametricOp op -> ParametricRules.derivative(op, kept);
        });
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
            case EXP2 -> kept.mul(LN2);
            case LOG2 -> kept.mul(LN2).reciprocal();
            case LOG10 -> kept.mul(LN10).reciprocal();
            case SIN -> kept.cos();
            case COS -> kept.sin().neg();
            case TAN -> kept.square().add(1);
            case ASIN -> betweenOnes(kept).rsqrt();
            case ACOS -> betweenOnes(kept).rsqrt().neg();
            case ATAN -> kept.square().add(1).reciprocal();
            case SINH -> kept.cosh();
            case COSH -> kept.sinh();
            case ASINH -> kept.square().add(1).rsqrt();
            case ACOSH -> betweenOnes(kept).neg().rsqrt();
            case ATANH -> betweenOnes(kept).reciprocal();
            case TANH -> kept.square().neg().add(1);
            case SIGMOID -> kept.sub(kept.square());
            case RELU -> Variable.of(kept.data().le(0).logicalNot().to(kept.dtype()));
            case ERF -> kept.square().neg().exp().mul(2 / Math.sqrt(Math.PI));
            case ERFC -> kept.square().neg().exp().mul(-2 / Math.sqrt(Math.PI));
            case ERFINV -> kept.square().exp().mul(Math.sqrt(Math.PI) / 2);
            case LGAMMA -> kept.digamma();
            case ERFCX -> kept.apply(UnaryOp.ERFCX).mul(kept).mul(2).sub(2 / Math.sqrt(Math.PI));
            case NDTRI -> kept.square().mul(0.5).exp().mul(Math.sqrt(2 * Math.PI));
            case I0 -> kept.apply(UnaryOp.I1);
            case I0E -> kept.apply(UnaryOp.I1E).sub(kept.apply(UnaryOp.SIGN).mul(kept.apply(UnaryOp.I0E)));
            case I1 -> kept.apply(UnaryOp.I0).sub(overItself(kept.apply(UnaryOp.I1), kept));
            case I1E -> {
                Variable y = kept.apply(UnaryOp.I1E);
                yield kept.apply(UnaryOp.I0E).sub(y.mul(kept.apply(UnaryOp.SIGN))).sub(overItself(y, kept));
            }
            case SILU -> siluDerivative(kept);
            case MISH -> mishDerivative(kept);
            case SOFTSIGN -> kept.abs().add(1).square().reciprocal();
            case LOG_SIGMOID -> kept.neg().sigmoid();
            case HARDSIGMOID -> Variable.of(between(kept.data(), -3, 3).mul(1.0 / 6));
            case HARDSWISH -> hardswishDerivative(kept);
            case TANHSHRINK -> kept.tanh().square();
            case GELU -> geluDerivative(kept);
            case GELU_TANH -> geluTanhDerivative(kept);
            case NEG, SIGN, FLOOR, CEIL, ROUND, TRUNC, FRAC -> throw new AssertionError(op + " keeps nothing");
        };
    }

    /// `y / x`, 1/2 where `x` is 0.
    private static Variable overItself(Variable y, Variable x) {
        Tensor zero = x.data().eq(0);
        Variable one = Variable.of(Tensor.onesLike(x.data()));
        return one.mul(0.5).where(zero, y.div(one.where(zero, x)));
    }

    /// `1 - x^2`, from its factors.
    private static Variable betweenOnes(Variable x) {
        return x.neg().add(1).mul(x.add(1));
    }

    /// 1 where `x` lies between the bounds, elsewhere 0, in the type of `x`.
    private static Tensor between(Tensor x, double low, double high) {
        return x.gt(low).logicalAnd(x.lt(high)).to(x.dtype());
    }

    /// `s (1 + x (1 - s))` with the logistic function `s`.
    private static Variable siluDerivative(Variable x) {
        return x.sigmoid().mul(x.mul(x.neg().sigmoid()).add(1));
    }

    /// `t + x s (1 - t^2)` with `t = tanh(log(1 + e^x))` and the logistic function `s`.
    private static Variable mishDerivative(Variable x) {
        Variable t = x.neg().apply(UnaryOp.LOG_SIGMOID).neg().tanh();
        return t.add(x.mul(x.sigmoid()).mul(t.square().neg().add(1)));
    }

    /// `x / 3 + 1 / 2` between -3 and 3, 0 below and 1 above.
    private static Variable hardswishDerivative(Variable x) {
        Tensor above = x.data().le(-3).logicalNot().to(x.dtype());
        return x.div(3).add(0.5).where(x.data().abs().lt(3), Variable.of(above));
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
        return output("maximum", a.data().maximum(b.data()), wrt(a, dy -> dy.mul(share(BinaryOp.LT, a, b))),
                wrt(b, dy -> dy.mul(share(BinaryOp.LT, b, a))));
    }

    static Variable minimum(Variable a, Variable b) {
        return output("minimum", a.data().minimum(b.data()), wrt(a, dy -> dy.mul(share(BinaryOp.GT, a, b))),
                wrt(b, dy -> dy.mul(share(BinaryOp.GT, b, a))));
    }

    static Variable maximum(Variable x, double bound) {
        return output("maximum", x.data().maximum(bound), wrt(x, dy -> dy.mul(share(x.data().lt(bound), x.data().eq(bound), dy))));
    }

    static Variable minimum(Variable x, double bound) {
        return output("minimum", x.data().minimum(bound), wrt(x, dy -> dy.mul(share(x.data().gt(bound), x.data().eq(bound), dy))));
    }

    /// 0 where `a` loses, one half where both are equal, else 1: beside NaN, which loses to nothing, both sides get the gradient.
    private static Variable share(BinaryOp loses, Variable a, Variable b) {
        return share(a.data().apply(loses, b.data()), a.data().eq(b.data()), a);
    }

    /// In the type of `like`.
    private static Variable share(Tensor lost, Tensor equal, Variable like) {
        return Variable.of(lost.logicalNot().to(like.dtype()).sub(equal.to(like.dtype()).mul(0.5)));
    }

    static Variable where(Tensor condition, Variable a, Variable b) {
        return output("where", a.data().where(condition, b.data()),
                wrt(a, dy -> dy.where(condition, Variable.zerosLike(dy))),
                wrt(b, dy -> Variable.zerosLike(dy).where(condition, dy)));
    }
}
