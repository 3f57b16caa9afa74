package dev.sunda.core;

import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Arrays;

/// Reading and adding at positions that another tensor names. A scalar counts as a vector of one element.
final class Indexing {
    private Indexing() {
    }

    static Tensor gather(Tensor x, int dim, Tensor index) {
        if (x.rank() == 0 && index.rank() == 0)
            return gather(x.reshape(1), dim, index.reshape(1)).reshape(Shape.SCALAR);
        int d = check("gather", x, dim, index);
        Tensor source = x;
        for (int e = 0; e < x.rank(); e++)                           // the index may be smaller in the other dimensions
            if (e != d)
                source = source.narrow(e, 0, index.size(e));
        Tensor out = Tensor.empty(Layout.contiguous(index.shape()), x.dtype(), x.device());
        x.backend().gather(source.view(), d, index.to(DType.I64).view(), out.view());
        return out;
    }

    static Tensor indexSelect(Tensor x, int dim, Tensor index) {
        if (x.rank() == 0)
            return indexSelect(x.reshape(1), dim, index).reshape(Shape.SCALAR);
        int d = x.shape().dim("indexSelect", dim);
        if (index.rank() != 1)
            throw new ShapeException("indexSelect", "the index must have one dimension", x.shape(), index.shape());
        int[] sizes = new int[x.rank()];
        Arrays.fill(sizes, 1);
        sizes[d] = index.numel();
        return gather(x, d, index.reshape(Shape.of(sizes)).expand(x.shape().with(d, index.numel())));
    }

    static Tensor scatterAdd(Tensor x, int dim, Tensor index, Tensor source) {
        if (x.rank() == 0 && index.rank() == 0 && source.rank() == 0)
            return scatterAdd(x.reshape(1), dim, index.reshape(1), source.reshape(1)).reshape(Shape.SCALAR);
        int d = check("scatterAdd", x, dim, index);
        Tensor.checkSameDevice("scatterAdd", x, source);
        if (source.dtype() != x.dtype())
            throw new DTypeException(
                    "scatterAdd: the source must have this tensor's type (got " + x.describe() + ", " + source.describe() + ")");
        Tensor part = source;
        for (int e = 0; e < source.rank(); e++) {
            if (source.rank() != index.rank() || index.size(e) > source.size(e))
                throw new ShapeException("scatterAdd", "the index is larger than the source", index.shape(), source.shape());
            part = part.narrow(e, 0, index.size(e));
        }
        Tensor out = x.copy();
        Tensor target = out;
        for (int e = 0; e < x.rank(); e++)
            if (e != d)
                target = target.narrow(e, 0, index.size(e));
        x.backend().scatterAdd(part.view(), d, index.to(DType.I64).view(), target.view());
        return out;
    }

    private static int check(String operation, Tensor x, int dim, Tensor index) {
        Tensor.checkSameDevice(operation, x, index);
        if (!index.dtype().isInteger())
            throw new DTypeException(operation + ": the index must be int64 or int32 (got " + index.describe() + ")");
        if (index.rank() != x.rank())
            throw new ShapeException(operation, "the index must have as many dimensions as the tensor", x.shape(), index.shape());
        int d = x.shape().dim(operation, dim);
        for (int e = 0; e < x.rank(); e++)
            if (e != d && index.size(e) > x.size(e))
                throw new ShapeException(operation, "the index is larger than the tensor in dimension " + e, x.shape(), index.shape());
        return d;
    }
}
