package dev.sunda.autograd;

import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.wrt;

import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.ScanKernels;
import java.util.List;

/// Derivatives of running folds. All of them are linear recurrences, which form a closed family.
final class ScanRules {
    private ScanRules() {
    }

    /// `y_i = x_0 + ... + x_i`, so `dx_j` is the sum of all `dy_i` with `i >= j`.
    static Variable sum(Variable x, int dim) {
        return output("cumsum", x.data().cumsum(dim), wrt(x, dy -> backwards(backwards(dy, dim).cumsum(dim), dim)));
    }

    /// With `p_j` the product of the elements before `j`, `dx_j = p_j * s_j` where `s_j` is the sum over `i >= j` of `dy_i` times the
    /// product of the elements from `j + 1` to `i`; so `s_j = dy_j + x_{j+1} * s_{j+1}`. Nothing is divided, so zeros do no harm.
    static Variable product(Variable x, int dim) {
        return output("cumprod", x.data().cumprod(dim),
                wrt(x, (dy, y) -> shifted(y, dim, 1).mul(reverseScan(x, dy, dim))));
    }

    /// `dx_j` is the sum over `i >= j` of `dy_i * exp(x_j - y_i)`. Taken as `exp(x_j - y_j) * t_j` with `t_j` the sum of
    /// `dy_i * exp(y_j - y_i)`, no exponent is positive, and `t_j = dy_j + exp(y_j - y_{j+1}) * t_{j+1}`.
    static Variable logSumExp(Variable x, int dim) {
        return output("logCumSumExp", x.data().logCumSumExp(dim), wrt(x, (dy, y) -> {
            Variable decay = shifted(y, dim, 0).sub(y).exp();         // at j + 1: exp(y_j - y_{j+1})
            return x.sub(y).exp().mul(reverseScan(decay, dy, dim));
        }));
    }

    /// `y_i = a_i * y_{i-1} + b_i` from `y_0 = b_0`. Backwards `db_i = dy_i + a_{i+1} * db_{i+1}` and `da_i = db_i * y_{i-1}`.
    static Variable linear(Variable a, Variable b, int dim) {
        return output("linearScan", ScanKernels.linearScan(a.data(), b.data(), dim),
                wrt(a, (dy, y) -> reverseScan(a, dy, dim).mul(shifted(y, dim, 0))),
                wrt(b, dy -> reverseScan(a, dy, dim)));
    }

    private static Variable backwards(Variable x, int dim) {
        return x.rank() == 0 ? x : x.flip(dim);
    }

    /// `s_j = dy_j + a_{j+1} * s_{j+1}` from the end on.
    private static Variable reverseScan(Variable a, Variable dy, int dim) {
        if (dy.rank() == 0 || dy.size(dim) < 2)
            return dy;
        int n = a.size(dim);
        Variable next = Variable.cat(List.of(a.narrow(dim, 1, n - 1), a.narrow(dim, 0, 1)), dim);   // the last one does not matter
        return linear(next.flip(dim), dy.flip(dim), dim).flip(dim);
    }

    /// Element `i` is element `i - 1` of `y`, the first one is `first`.
    private static Variable shifted(Variable y, int dim, double first) {
        if (y.rank() == 0 || y.size(dim) == 0)
            return Variable.of(Tensor.full(y.shape(), first, y.dtype(), y.device()));
        Tensor start = Tensor.full(y.shape().with(dim, 1), first, y.dtype(), y.device());
        return Variable.cat(List.of(Variable.of(start), y.narrow(dim, 0, y.size(dim) - 1)), dim);
    }
}
