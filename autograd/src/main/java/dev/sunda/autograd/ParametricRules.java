package dev.sunda.autograd;

import dev.sunda.core.Tensor;
import dev.sunda.core.op.ParametricOp;

/// Derivatives of element-wise functions with parameters, as differentiable operations. What is constant between kinks is a constant here.
final class ParametricRules {
    private ParametricRules() {
    }

    /// `op'(x)`.
    static Variable derivative(ParametricOp op, Variable x) {
        return switch (op.kind()) {
            case ELU -> eluDerivative(op, x);
            case SOFTPLUS -> softplusDerivative(op, x);
            case POLYGAMMA -> x.polygamma((int) op.a() + 1);
            case LOGIT -> logitDerivative(op, x);
            case LEAKY_RELU, CLAMP, HARDTANH, SOFTSHRINK, HARDSHRINK, THRESHOLD, NAN_TO_NUM -> steps(op, x);
        };
    }

    /// The derivative itself, which does not depend on `x` but by jumps.
    private static Variable steps(ParametricOp op, Variable x) {
        return Variable.of(Tensor.ones(x.shape(), x.dtype(), x.device()).unaryBackward(op, x.data()));
    }

    /// `b` above 0, elsewhere `a b c e^(c x)`; the exponent is kept from overflowing where it does not count.
    private static Variable eluDerivative(ParametricOp op, Variable x) {
        Tensor below = x.data().le(0);
        Variable zeros = Variable.zerosLike(x);
        Variable slope = x.where(below, zeros).mul(op.c()).exp().mul(op.a() * op.b() * op.c());
        return slope.where(below, zeros.add(op.b()));
    }

    /// `1 / (1 + e^(-a x))`, and 1 from the threshold on.
    private static Variable softplusDerivative(ParametricOp op, Variable x) {
        Variable slope = x.mul(op.a()).sigmoid();
        return Variable.of(Tensor.ones(x.shape(), x.dtype(), x.device())).where(x.data().mul(op.a()).gt(op.b()), slope);
    }

    /// `1 / (x (1 - x))` inside the bounds.
    private static Variable logitDerivative(ParametricOp op, Variable x) {
        Tensor inside = x.data().ge(Math.max(op.a(), 0)).logicalAnd(x.data().le(1 - Math.max(op.a(), 0)));
        Variable outside = op.a() < 0 ? Variable.zerosLike(x).add(Double.NaN) : Variable.zerosLike(x);
        Variable z = x.where(inside, outside.add(0.5));
        return z.sub(z.square()).reciprocal().where(inside, outside);
    }
}
