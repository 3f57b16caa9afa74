package dev.sunda.core;

import dev.sunda.core.op.ReduceOp;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Arrays;

/// Reductions: which type they give, which shape, and what happens over nothing.
final class Reductions {
    private Reductions() {
    }

    static Tensor reduce(ReduceOp op, Tensor x, Dims dims) {
        Shape kept = dims.kept(op.label(), x.shape());
        if (op.needsElements() && x.numel() == 0 && kept.numel() > 0)
            throw new ShapeException(op.label(), "there is no value over zero elements", x.shape());
        DType type = switch (op) {
            case SUM, PROD -> x.dtype().isFloating() ? x.dtype() : DType.I64;
            case MAX, MIN -> x.dtype();
            case ANY, ALL -> DType.BOOL;
        };
        Tensor out = Tensor.empty(Layout.dense(kept, x.layout().order()), type, x.device());
        x.backend().reduce(op, x.view(), out.view());
        return dims.keepDim() ? out : out.reshape(dims.reduce(op.label(), x.shape()));
    }

    static Tensor mean(Tensor x, Dims dims) {
        int count = dims.count("mean", x.shape());
        Tensor floating = x.to(x.dtype().orFloating());
        return reduce(ReduceOp.SUM, floating, dims).div(count);
    }

    /// Two passes, so that a large mean costs no digits.
    static Tensor variance(Tensor x, Dims dims, int correction) {
        int count = dims.count("var", x.shape());
        Tensor floating = x.to(x.dtype().orFloating());
        Tensor centred = floating.sub(reduce(ReduceOp.SUM, floating, keep(dims, x.shape())).div(count));
        return reduce(ReduceOp.SUM, centred.square(), dims).div(Math.max(0, count - correction));
    }

    private static Dims keep(Dims dims, Shape shape) {
        boolean[] mask = dims.mask("var", shape);
        int[] reduced = new int[mask.length];
        int n = 0;
        for (int d = 0; d < mask.length; d++)
            if (mask[d])
                reduced[n++] = d;
        return n == 0 ? Dims.keepAll() : Dims.keep(Arrays.copyOf(reduced, n));
    }

    static Tensor argReduce(boolean largest, Tensor x, int dim, boolean keepDim) {
        String name = largest ? "argmax" : "argmin";
        int d = x.rank() == 0 && (dim == 0 || dim == -1) ? 0 : x.shape().dim(name, dim);
        Tensor source = x.rank() == 0 ? x.reshape(1) : x;
        if (source.size(d) == 0)
            throw new ShapeException(name, "there is no value over zero elements", x.shape());
        Shape kept = source.shape().with(d, 1);
        Tensor out = Tensor.empty(Layout.contiguous(kept), DType.I64, x.device());
        x.backend().argReduce(largest, source.view(), d, out.view());
        return x.rank() == 0 ? out.reshape(Shape.SCALAR) : keepDim ? out : out.squeeze(d);
    }
}
