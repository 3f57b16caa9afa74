package dev.sunda.nn.functional;

import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.wrt;

import dev.sunda.autograd.Variable;
import dev.sunda.core.kernel.AxisKernels;
import dev.sunda.core.op.AxisMap;
import java.util.List;

/// Linear maps along neighbouring dimensions, the operation behind padding by reflection, resizing, adaptive averages, unfolding and
/// folding.
final class AxisMaps {
    private AxisMaps() {
    }

    /// `y[.., i, j, ..] = sum over the taps s of i and t of j of weight(s) * weight(t) * x[.., index(s), index(t), ..]`, and likewise for
    /// any number of maps, which are those of the dimensions from `dim` on.
    ///
    /// Of one map: the loss changes by `sum over i,t of dy[i] * weight(t) * dx[index(t)]`; collecting what one `x[j]` gets gives
    /// `dx[j] = sum over the taps with index(t) = j of weight(t) * dy[i]`, which is the transposed map. Of several it is that of each.
    /// Transposing twice gives the maps back, so the operation can be differentiated as often as one likes.
    static Variable map(Variable x, int dim, List<AxisMap> maps) {
        return output("mapAxes", AxisKernels.map(maps, x.data(), dim),
                wrt(x, dy -> map(dy, dim, maps.stream().map(AxisMap::transposed).toList())));
    }
}
