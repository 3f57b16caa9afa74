package dev.sunda.nn.functional;

import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.wrt;

import dev.sunda.autograd.Variable;
import dev.sunda.core.kernel.AxisKernels;
import dev.sunda.core.op.AxisMap;

/// Linear maps along one dimension, the operation behind padding by reflection, resizing, adaptive averages, unfolding and folding.
final class AxisMaps {
    private AxisMaps() {
    }

    /// `y[.., i, ..] = sum over the taps t of i of weight(t) * x[.., index(t), ..]`.
    ///
    /// The loss changes by `sum over i,t of dy[i] * weight(t) * dx[index(t)]`; collecting what one `x[j]` gets gives
    /// `dx[j] = sum over the taps with index(t) = j of weight(t) * dy[i]`, which is the transposed map. Transposing twice gives the map
    /// back, so the operation can be differentiated as often as one likes.
    static Variable map(Variable x, int dim, AxisMap map) {
        return output("mapAxis", AxisKernels.map(map, x.data(), dim), wrt(x, dy -> map(dy, dim, map.transposed())));
    }
}
