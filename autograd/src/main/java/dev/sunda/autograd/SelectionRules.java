package dev.sunda.autograd;

import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.wrt;

import dev.sunda.autograd.Variable.Indexed;
import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.QuantileKernels;
import dev.sunda.core.op.QuantileInterpolation;
import dev.sunda.core.type.Shape;

/// Derivatives of operations that pick elements by their size: the gradient goes to where each value came from.
final class SelectionRules {
    private SelectionRules() {
    }

    /// @param chosen elements of `x` along `dim` and their places, all dimensions kept
    static Indexed pick(String operation, Variable x, Tensor.Indexed chosen, int dim) {
        Shape from = x.shape();
        Tensor places = chosen.indices();
        Variable values = output(operation, chosen.values(), wrt(x,
                dy -> IndexRules.zeros(dy, from).scatterAdd(dim, places, dy)));
        return new Indexed(values, places);
    }

    /// [#pick] of one element a row, whose dimension vanishes unless it is to be kept.
    static Indexed pickOne(String operation, Variable x, Tensor.Indexed chosen, int dim, boolean keepDim) {
        Indexed kept = pick(operation, x, chosen, dim);
        return keepDim || x.rank() == 0 ? kept : new Indexed(kept.values().squeeze(dim), kept.indices().squeeze(dim));
    }

    /// One value of all elements of `x`; those that equal it, or are NaN if it is, share the gradient evenly.
    static Variable shared(String operation, Variable x, Tensor value) {
        return output(operation, value, wrt(x, dy -> {
            Tensor hit = x.data().eq(value).logicalOr(x.data().ne(x.data()).logicalAnd(value.ne(value))).to(x.dtype());
            return dy.mul(Variable.of(hit.div(hit.sum())));
        }));
    }

    /// Both neighbours of a quantile are picked and joined, so each gets its part of the gradient. The quantiles come first in the result.
    static Variable quantile(Variable x, double[] q, int dim, boolean keepDim, QuantileInterpolation interpolation, boolean ignoreNaN) {
        if (x.rank() == 0 && (dim == 0 || dim == -1))
            return quantile(x.reshape(1), q, 0, false, interpolation, ignoreNaN);
        QuantileKernels.Places places = QuantileKernels.places(x.data(), q, dim, interpolation, ignoreNaN);
        int d = Math.floorMod(dim, x.rank());
        Variable low = x.gather(d, places.low());
        Variable values = places.high() == null ? low
                : low.add(x.gather(d, places.high()).sub(low).mul(Variable.of(places.weight())));
        Variable first = values.unsqueeze(0).transpose(0, d + 1);
        return keepDim ? first : first.squeeze(d + 1);
    }
}
