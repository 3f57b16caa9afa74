package dev.sunda.core;

import dev.sunda.core.op.ScanOp;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;

/// Running folds along one dimension: which type they give. A scalar counts as a vector of one element.
final class Scans {
    private Scans() {
    }

    static Tensor scan(ScanOp op, Tensor x, int dim) {
        if (x.rank() == 0 && (dim == 0 || dim == -1))
            return scan(op, x.reshape(1), 0).reshape(Shape.SCALAR);
        int d = x.shape().dim(op.label(), dim);
        if (op == ScanOp.LOG_SUM_EXP && !x.dtype().isFloating())
            throw new DTypeException(op.label() + ": needs a floating type (got " + x.describe() + "); convert with to(DType.F32)");
        DType type = op.isIndex() || !x.dtype().isFloating() ? DType.I64 : x.dtype();
        Tensor out = Tensor.empty(Layout.dense(x.shape(), x.layout().order()), type, x.device());
        x.backend().scan(op, x.view(), d, out.view());
        return out;
    }

    /// Values beside their places.
    static Tensor.Indexed extreme(ScanOp op, Tensor x, int dim) {
        Tensor places = scan(op, x, dim);
        return new Tensor.Indexed(x.gather(dim, places), places);
    }
}
