package dev.sunda.core;

import dev.sunda.core.op.ScatterOp;
import dev.sunda.core.op.ScatterReduction;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Shape;

/// Numbers that meet in one place, joined.
final class Scattering {
    private Scattering() {
    }

    static Tensor reduce(Tensor x, int dim, Tensor index, Tensor source, ScatterReduction how, boolean includeSelf) {
        if (x.dtype() == DType.BOOL && how == ScatterReduction.MEAN)
            throw new DTypeException("scatterReduce: booleans have no mean (got " + x.describe() + "); convert with to(DType.F32)");
        Tensor start = x;
        if (!includeSelf)
            start = Indexing.scatter("scatterReduce", ScatterOp.SET, x, dim, index, start(how, x).expand(index.shape()));
        Tensor joined = Indexing.scatter("scatterReduce", how.op(), start, dim, index, source);
        if (how != ScatterReduction.MEAN)
            return joined;
        Tensor count = counts(x, dim, index, source.shape(), includeSelf);
        return x.dtype().isFloating() ? joined.div(count) : floorDiv(joined, count);
    }

    /// How many numbers each element of the result is the mean of, at least 1; in the type of `x`.
    static Tensor counts(Tensor x, int dim, Tensor index, Shape source, boolean includeSelf) {
        Tensor one = Tensor.scalar(1, x.dtype(), x.device());
        Tensor own = includeSelf ? one : Tensor.scalar(0, x.dtype(), x.device());
        return own.expand(x.shape()).scatterAdd(dim, index, one.expand(source)).maximum(one);
    }

    /// The quotient of integers, rounded down.
    private static Tensor floorDiv(Tensor x, Tensor count) {
        long[] quotients = x.toLongArray();
        long[] divisors = count.toLongArray();
        for (int i = 0; i < quotients.length; i++)
            quotients[i] = Math.floorDiv(quotients[i], divisors[i]);
        return Tensor.of(quotients, x.shape()).to(x.dtype()).to(x.device());
    }

    private static Tensor start(ScatterReduction how, Tensor x) {
        if (x.dtype().isFloating() || !Double.isInfinite(how.start()))
            return Tensor.scalar(how.start(), x.dtype(), x.device());
        boolean largest = how == ScatterReduction.AMIN;
        long start = switch (x.dtype()) {
            case I32 -> largest ? Integer.MAX_VALUE : Integer.MIN_VALUE;
            case I64 -> largest ? Long.MAX_VALUE : Long.MIN_VALUE;
            default -> largest ? 1 : 0;
        };
        return Tensor.of(new long[] {start}, Shape.SCALAR).to(x.dtype()).to(x.device());
    }
}
