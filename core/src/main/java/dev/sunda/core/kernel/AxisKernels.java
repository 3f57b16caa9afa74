package dev.sunda.core.kernel;

import dev.sunda.core.Tensor;
import dev.sunda.core.op.AxisMap;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;

/// Linear maps along one dimension. The adjoint of a map is the transposed map, so one kernel serves all derivatives.
public final class AxisKernels {
    private AxisKernels() {
    }

    /// `out[.., i, ..] = sum over the taps t of i of weight(t) * x[.., index(t), ..]`, in the memory order of `x`.
    ///
    /// @param x of a floating type, with size `map.in()` at `dim`
    /// @return with size `map.out()` at `dim`
    public static Tensor map(AxisMap map, Tensor x, int dim) {
        int d = x.shape().dim("mapAxis", dim);
        if (!x.dtype().isFloating())
            throw new DTypeException("mapAxis: needs a floating type (got " + x.describe() + "); convert with to(DType.F32)");
        if (x.size(d) != map.in())
            throw new ShapeException("mapAxis", "the map needs size " + map.in() + " at dimension " + d, x.shape());
        Tensor dense = x.layout().isDense() ? x : x.contiguous();
        int[] order = dense.layout().order();
        Shape shape = x.shape().with(d, map.out());
        Tensor out = Tensor.empty(Layout.dense(shape, order), x.dtype(), x.device());
        Layout plain = Layout.strided(x.shape(), Layout.dense(x.shape(), order).strides(), dense.layout().offset());
        x.backend().mapAxis(map, dense.view().as(plain), d, out.view());
        return out;
    }
}
