package dev.sunda.autograd;

import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.wrt;

import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.LossKernels;
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

    static Variable variance(Variable x, Dims dims, int correction) {
        int count = dims.count("var", x.shape());
        Shape kept = dims.kept("var", x.shape());
        Variable centred = x.sub(x.mean(dims).reshape(kept));
        return centred.square().sum(dims).div(Math.max(0, count - correction));
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

    private static Variable othersAlong(Variable x, int dim) {
        int n = x.size(dim);
        Variable ones = Variable.of(Tensor.ones(x.shape().with(dim, 1), x.dtype(), x.device()));
        var before = new Variable[n];
        var after = new Variable[n];
        for (int i = 0; i < n; i++)
            before[i] = i == 0 ? ones : before[i - 1].mul(x.narrow(dim, i - 1, 1));
        for (int i = n - 1; i >= 0; i--)
            after[i] = i == n - 1 ? ones : after[i + 1].mul(x.narrow(dim, i + 1, 1));
        for (int i = 0; i < n; i++)
            before[i] = before[i].mul(after[i]);
        return n == 0 ? x : Variable.cat(List.of(before), dim);
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
