package dev.sunda.core.kernel;

import dev.sunda.core.Tensor;
import dev.sunda.core.op.AxisMap;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.List;

/// Linear maps along neighbouring dimensions. The adjoint of a map is the transposed map, so one kernel serves all derivatives.
public final class AxisKernels {
    private AxisKernels() {
    }

    /// `out[.., i, j, ..] = sum over the taps s of i and t of j of weight(s) * weight(t) * x[.., index(s), index(t), ..]`, and likewise for
    /// any number of maps, in the memory order of `x` if their dimensions follow one another there too, else in row-major order.
    ///
    /// @param maps of the dimensions from `dim` on
    /// @param x of a floating type, with the size `in()` of each map at its dimension
    /// @return with the size `out()` of each map at its dimension
    public static Tensor map(List<AxisMap> maps, Tensor x, int dim) {
        int d = x.shape().dim("mapAxes", dim);
        if (!x.dtype().isFloating())
            throw new DTypeException("mapAxes: needs a floating type (got " + x.describe() + "); convert with to(DType.F32)");
        if (maps.isEmpty() || d + maps.size() > x.rank())
            throw new ShapeException("mapAxes", maps.size() + " maps are not for the dimensions from " + d + " on", x.shape());
        Shape shape = x.shape();
        for (int a = 0; a < maps.size(); a++) {
            if (x.size(d + a) != maps.get(a).in())
                throw new ShapeException("mapAxes", "the map needs size " + maps.get(a).in() + " at dimension " + (d + a), x.shape());
            shape = shape.with(d + a, maps.get(a).out());
        }
        Tensor dense = x.layout().isDense() && areNeighbours(x.layout().order(), d, maps.size()) ? x : x.contiguous();
        int[] order = dense.layout().order();
        Tensor out = Tensor.empty(Layout.dense(shape, order), x.dtype(), x.device());
        Layout plain = Layout.strided(x.shape(), Layout.dense(x.shape(), order).strides(), dense.layout().offset());
        x.backend().mapAxes(maps, dense.view().as(plain), d, out.view());
        return out;
    }

    private static boolean areNeighbours(int[] order, int dim, int count) {
        for (int i = 0; i <= order.length - count; i++)
            if (order[i] == dim) {
                for (int a = 1; a < count; a++)
                    if (order[i + a] != dim + a)
                        return false;
                return true;
            }
        return false;
    }
}
