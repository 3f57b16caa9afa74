package dev.sunda.autograd;

import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.wrt;

import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.LossKernels;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import java.util.List;

/// Derivatives of reductions and of the softmax family.
final class ReductionRules {
    private ReductionRules() {
    }

    static Variable sum(Variable x, Dims dims) {
        Shape from = x.shape();
        Shape kept = dims.kept("sum", from);
        return output("sum", x.data().sum(dims), wrt(x, dy -> dy.reshape(kept).expand(from)));
    }

    /// `dx = dy * 2 / (n - correction) * (x - mean)`, in double, as the value.
    static Variable variance(Variable x, Dims dims, double correction) {
        if (x.dtype() == DType.F32)
            return variance(x.to(DType.F64), dims, correction).to(DType.F32);
        Shape kept = dims.kept("var", x.shape());
        double slope = 2 / (dims.count("var", x.shape()) - correction);
        return output("var", x.data().var(dims, correction),
                wrt(x, dy -> dy.reshape(kept).mul(slope).mul(x.sub(x.mean(dims.keeping())))));
    }

    /// The square root of the variance; its gradient is taken as 0 where that is 0, as in PyTorch.
    static Variable deviation(Variable x, Dims dims, double correction) {
        Variable variance = x.var(dims, correction);
        return output("std", variance.data().sqrt(), wrt(variance, (dy, y) -> {
            Tensor zero = y.data().eq(0);
            Variable divisor = Variable.of(Tensor.ones(y.shape(), y.dtype(), y.device())).where(zero, y.mul(2));
            return Variable.zerosLike(y).where(zero, dy.div(divisor));
        }));
    }

    /// `dx = dy * exp(x - y)`.
    static Variable logSumExp(Variable x, Dims dims) {
        Shape kept = dims.kept("logSumExp", x.shape());
        return output("logSumExp", x.data().logSumExp(dims),
                wrt(x, (dy, y) -> dy.reshape(kept).mul(x.sub(y.reshape(kept)).exp())));
    }

    /// `dx_i = dy * product of all x_j with j != i`, from products before and after each element, so that zeros do no harm.
    static Variable product(Variable x, Dims dims) {
        boolean[] mask = dims.mask("prod", x.shape());
        Shape kept = dims.kept("prod", x.shape());
        Shape from = x.shape();
        return output("prod", x.data().prod(dims), wrt(x, dy -> dy.reshape(kept).expand(from).mul(others(x, mask))));
    }

    /// For every element the product of the others it is reduced with. One dimension after the other: within a line by running products
    /// from both ends, between dimensions by the product of the lines.
    private static Variable others(Variable x, boolean[] mask) {
        Variable others = null;
        Variable rest = x;
        for (int d = mask.length - 1; d >= 0; d--) {
            if (!mask[d])
                continue;
            Variable here = othersAlong(rest, d);
            others = others == null ? here : others.mul(here);
            rest = rest.prod(Dims.keep(d));
        }
        return others == null ? Variable.of(Tensor.ones(x.shape(), x.dtype(), x.device())) : others;
    }

    /// Products of the elements before and after each one.
    private static Variable othersAlong(Variable x, int dim) {
        int n = x.size(dim);
        if (n == 0)
            return x;
        Variable one = Variable.of(Tensor.ones(x.shape().with(dim, 1), x.dtype(), x.device()));
        Variable before = Variable.cat(List.of(one, x.narrow(dim, 0, n - 1).cumprod(dim)), dim);
        Variable after = Variable.cat(List.of(x.narrow(dim, 1, n - 1).flip(dim).cumprod(dim).flip(dim), one), dim);
        return before.mul(after);
    }

    static Variable extreme(boolean largest, Variable x, Dims dims) {
        Shape kept = dims.kept(largest ? "amax" : "amin", x.shape());
        Shape from = x.shape();
        Tensor y = largest ? x.data().amax(dims) : x.data().amin(dims);
        return output(largest ? "amax" : "amin", y, wrt(x, dy -> {
            Tensor extreme = y.reshape(kept);
            Tensor hit = x.data().eq(extreme).logicalOr(x.data().ne(x.data())).to(x.dtype());
            return dy.reshape(kept).expand(from).mul(Variable.of(hit.div(hit.sumTo(kept))));
        }));
    }

    static Variable softmax(Variable x, int dim) {
        return output("softmax", LossKernels.softmax(x.data(), dim, false), wrt(x, (dy, y) -> {
            if (!GradMode.isRecording())
                return Variable.of(LossKernels.softmaxBackward(y.data(), dy.data(), dim, false));
            return y.mul(dy.sub(dy.mul(y).sum(Dims.keep(dim))));
        }));
    }

    static Variable logSoftmax(Variable x, int dim) {
        return output("logSoftmax", LossKernels.softmax(x.data(), dim, true), wrt(x, (dy, y) -> {
            if (!GradMode.isRecording())
                return Variable.of(LossKernels.softmaxBackward(y.data(), dy.data(), dim, true));
            return dy.sub(y.exp().mul(dy.sum(Dims.keep(dim))));
        }));
    }
}
