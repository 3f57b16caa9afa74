package dev.sunda.autograd;

import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.wrt;

import dev.sunda.core.Tensor;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;

/// Derivatives of vector norms; where a norm has none, the subgradient that PyTorch takes.
final class NormRules {
    private NormRules() {
    }

    /// For the orders 1 and infinity those of a sum and a maximum of absolute values. Otherwise
    /// `dx = dy * sign(x) * |x|^(p-1) * y^(1-p)`, taken as 0 where the norm is 0 and, for orders below 1, where the element is.
    static Variable norm(Variable x, double p, Dims dims) {
        Tensor y = x.data().norm(p, dims);                           // checks the arguments under this operation's name
        if (p == 0)
            return Variable.of(y);
        if (p == 1)
            return x.abs().sum(dims);
        if (Double.isInfinite(p))
            return p > 0 ? x.abs().amax(dims) : x.abs().amin(dims);
        Shape kept = dims.kept("norm", x.shape());
        return output("norm", y, wrt(x, (dy, norm) -> {
            Variable scale = dy.mul(zeroSafePower(norm, 1 - p)).reshape(kept);
            return p == 2 ? x.mul(scale) : x.apply(UnaryOp.SIGN).mul(zeroSafePower(x.abs(), p - 1)).mul(scale);
        }));
    }

    /// `x^exponent`, and 0 where `x` is 0.
    private static Variable zeroSafePower(Variable x, double exponent) {
        Tensor zero = x.data().eq(0);
        Variable one = Variable.of(Tensor.ones(x.shape(), x.dtype(), x.device()));
        return Variable.zerosLike(x).where(zero, one.where(zero, x).pow(exponent));
    }
}
