package dev.sunda.autograd;

import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.wrt;

import dev.sunda.core.Tensor;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;

/// Functions of `torch.special` that [Variable] does not have; all of them element by element.
public final class SpecialFunctions {
    private static final double ROOT_HALF = Math.sqrt(0.5);

    private SpecialFunctions() {
    }

    /// `sin(pi x) / (pi x)`, 1 at 0, where the gradient is 0.
    public static Variable sinc(Variable x) {
        Tensor zero = x.data().eq(0);
        Variable one = one(x);
        Variable angle = one.where(zero, x.mul(Math.PI));
        return one.where(zero, angle.sin().div(angle));
    }

    /// `-x log x`, 0 at 0 and minus infinity below; `dx = -dy (1 + log x)`.
    public static Variable entr(Variable x) {
        Tensor below = Tensor.full(x.shape(), Double.NEGATIVE_INFINITY, x.dtype(), x.device());
        return output("entr", below.where(x.data().lt(0), x.data().xlogy(x.data()).neg()), wrt(x, dy -> dy.mul(x.log().add(1)).neg()));
    }

    /// `x log(1 + y)`, 0 where `x` is 0 and `y` a number.
    public static Variable xlog1py(Variable x, Variable y) {
        Shape.broadcast("xlog1py", x.shape(), y.shape());
        Tensor zero = x.data().eq(0).logicalAnd(y.data().isNan().logicalNot());
        Variable safe = Variable.zerosLike(y).where(zero.logicalAnd(y.data().le(-1).logicalOr(y.data().isInf())), y);
        return x.mul(safe.log1p());
    }

    /// `e^(x^2) erfc(x)`, which does not vanish early.
    public static Variable erfcx(Variable x) {
        return x.apply(UnaryOp.ERFCX);
    }

    /// The distribution function of the standard normal distribution.
    public static Variable ndtr(Variable x) {
        return x.mul(-ROOT_HALF).erfc().mul(0.5);
    }

    /// The inverse of [#ndtr]: infinite at 0 and 1, NaN beyond.
    public static Variable ndtri(Variable p) {
        return p.apply(UnaryOp.NDTRI);
    }

    /// `log(ndtr(x))` without loss where that is near 0.
    public static Variable logNdtr(Variable x) {
        Tensor low = x.data().lt(1);
        Variable zero = Variable.zerosLike(x);
        Variable below = x.where(low, zero).mul(-ROOT_HALF);
        Variable above = zero.where(low, x).mul(ROOT_HALF);
        return erfcx(below).mul(0.5).log().sub(below.square()).where(low, above.erfc().mul(-0.5).log1p());
    }

    /// The modified Bessel function of the first kind and order 0.
    public static Variable i0(Variable x) {
        return x.apply(UnaryOp.I0);
    }

    /// `e^-|x| i0(x)`.
    public static Variable i0e(Variable x) {
        return x.apply(UnaryOp.I0E);
    }

    /// The modified Bessel function of the first kind and order 1.
    public static Variable i1(Variable x) {
        return x.apply(UnaryOp.I1);
    }

    /// `e^-|x| i1(x)`.
    public static Variable i1e(Variable x) {
        return x.apply(UnaryOp.I1E);
    }

    /// The logarithm of the gamma function of `p` dimensions: `p (p - 1) / 4 log(pi)` plus the sum of `lgamma(x - i / 2)`, `i` below `p`.
    ///
    /// @param p at least 1
    /// @throws IllegalArgumentException if an element is not larger than `(p - 1) / 2`
    public static Variable mvlgamma(Variable x, int p) {
        if (p < 1)
            throw new IllegalArgumentException("mvlgamma: the number of dimensions must be at least 1 (got " + p + ")");
        double least = (p - 1) / 2.0;
        if (x.data().le(least).any(Dims.all()).item() != 0)
            throw new IllegalArgumentException("mvlgamma: elements must be larger than " + least + " (got " + x.data().describe() + ")");
        Variable sum = x.lgamma();
        for (int i = 1; i < p; i++)
            sum = sum.add(x.sub(i / 2.0).lgamma());
        return sum.add(p * (p - 1) / 4.0 * Math.log(Math.PI));
    }

    private static Variable one(Variable x) {
        return Variable.of(Tensor.onesLike(x.data()));
    }
}
