package dev.sunda.core;

import dev.sunda.core.op.ReduceOp;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;

/// Reductions: which type they give, which shape, and what happens over nothing.
final class Reductions {
    private Reductions() {
    }

    static Tensor reduce(ReduceOp op, Tensor x, Dims dims) {
        Shape kept = dims.kept(op.label(), x.shape());
        if (op.needsElements() && x.numel() == 0 && (kept.numel() > 0 || dims.count(op.label(), x.shape()) == 0))
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
        floating("mean", x);
        return reduce(ReduceOp.SUM, x, dims).div(dims.count("mean", x.shape()));
    }

    /// In double, in two passes: the mean is refined by the mean of what is left, so that equal elements have the variance 0 and a large
    /// mean costs no digits.
    static Tensor.Moments moments(String operation, Tensor x, Dims dims, double correction) {
        floating(operation, x);
        if (Double.isNaN(correction))
            throw new IllegalArgumentException(operation + ": the correction must be a number (got NaN)");
        int count = dims.count(operation, x.shape());
        Tensor exact = x.to(DType.F64);
        Tensor rough = reduce(ReduceOp.SUM, exact, dims.keeping()).div(count);
        Tensor mean = rough.add(reduce(ReduceOp.SUM, exact.sub(rough), dims.keeping()).div(count));
        Tensor variance = reduce(ReduceOp.SUM, exact.sub(mean).square(), dims).div(Math.max(0, count - correction));
        return new Tensor.Moments(variance.to(x.dtype()), mean.reshape(variance.shape()).to(x.dtype()));
    }

    private static void floating(String operation, Tensor x) {
        if (!x.dtype().isFloating())
            throw new DTypeException(operation + ": needs a floating type (got " + x.describe() + "); convert with to(DType.F32)");
    }

    /// `(sum of |x|^p)^(1/p)`, with the limits at 0 and at both infinities.
    static Tensor norm(Tensor x, double p, Dims dims) {
        floating("norm", x);
        if (Double.isNaN(p))
            throw new IllegalArgumentException("norm: the order must be a number (got NaN)");
        boolean nothing = x.numel() == 0 && (dims.kept("norm", x.shape()).numel() > 0 || dims.count("norm", x.shape()) == 0);
        if (nothing && (p < 0 || Double.isInfinite(p)))
            throw new ShapeException("norm", "of order " + p + " has no value over zero elements", x.shape());
        if (p == 0)
            return x.ne(0).to(x.dtype()).sum(dims);
        if (p == 1)
            return x.abs().sum(dims);
        if (p == 2)
            return x.square().sum(dims).sqrt();
        if (Double.isInfinite(p))
            return p > 0 ? x.abs().amax(dims) : x.abs().amin(dims);
        return x.abs().pow(p).sum(dims).pow(1 / p);
    }

    /// Shifted by the maximum where that is finite, so that nothing overflows; over zero elements minus infinity.
    static Tensor logSumExp(Tensor x, Dims dims) {
        Tensor floating = x.to(x.dtype().orFloating());
        Shape kept = dims.kept("logSumExp", x.shape());
        Tensor shift = Tensor.zeros(kept, floating.dtype(), x.device());
        if (x.numel() > 0) {
            Tensor largest = floating.amax(dims.keeping());
            shift = shift.where(largest.abs().eq(Double.POSITIVE_INFINITY), largest);
        }
        Tensor sums = floating.sub(shift).exp().sum(dims);
        return sums.log().add(shift.reshape(sums.shape()));
    }

    static Tensor.Indexed extreme(boolean largest, Tensor x, int dim, boolean keepDim) {
        Tensor index = argReduce(largest, x, dim, true, largest ? "max" : "min");
        return Sorting.dropped(new Tensor.Indexed(x.gather(dim, index), index), dim, keepDim);
    }

    static Tensor argReduce(boolean largest, Tensor x, int dim, boolean keepDim) {
        return argReduce(largest, x, dim, keepDim, largest ? "argmax" : "argmin");
    }

    private static Tensor argReduce(boolean largest, Tensor x, int dim, boolean keepDim, String name) {
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
