package dev.sunda.core.spi;

import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;

/// Statistics of channels that follow those of batches. A batch with mean `m` and biased variance `v` changes them in place:
/// `batches = batches + 1`, `mean = (1 - share) * mean + share * m`, `variance = (1 - share) * variance + share * (v * correction)`.
///
/// @param mean `[C]`, as `variance`; of the type of the batch's
/// @param batches `I64`, one element
/// @param share of the newest batch; NaN for `1 / batches`, the average of all batches
/// @param correction makes a biased variance unbiased
public record Following(View mean, View variance, View batches, double share, double correction) {

    /// Whether the share depends on the number of batches, which the device knows.
    public boolean isAverage() {
        return Double.isNaN(share);
    }

    /// In operations of any backend. Shares are computed in double and rounded once, results of operations to their type.
    void follow(Backend backend, View newMean, View newVariance) {
        View count = fresh(backend, batches.dtype(), batches.shape());
        backend.binary(BinaryOp.ADD, batches, 1, count);
        backend.copy(count, batches);
        View taken = fresh(backend, mean.dtype(), Shape.SCALAR);
        View left = fresh(backend, mean.dtype(), Shape.SCALAR);
        shares(backend, count, taken, left);
        View unbiased = fresh(backend, mean.dtype(), mean.shape());
        backend.binary(BinaryOp.MUL, newVariance, correction, unbiased);
        move(backend, mean, left, newMean, taken);
        move(backend, variance, left, unbiased, taken);
    }

    private void shares(Backend backend, View count, View taken, View left) {
        if (!isAverage()) {
            backend.fill(share, taken);
            backend.fill(1 - share, left);
            return;
        }
        View number = fresh(backend, DType.F64, Shape.SCALAR);
        View inverse = fresh(backend, DType.F64, Shape.SCALAR);
        View rest = fresh(backend, DType.F64, Shape.SCALAR);
        backend.copy(count.as(count.layout().reshape(Shape.SCALAR)), number);
        backend.binary(BinaryOp.DIV, 1, number, inverse);
        backend.binary(BinaryOp.SUB, 1, inverse, rest);
        backend.copy(inverse, taken);
        backend.copy(rest, left);
    }

    private static void move(Backend backend, View running, View left, View batch, View taken) {
        Shape shape = running.shape();
        View kept = fresh(backend, running.dtype(), shape);
        View more = fresh(backend, running.dtype(), shape);
        View sum = fresh(backend, running.dtype(), shape);
        backend.binary(BinaryOp.MUL, running, left.as(left.layout().expand(shape)), kept);
        backend.binary(BinaryOp.MUL, batch, taken.as(taken.layout().expand(shape)), more);
        backend.binary(BinaryOp.ADD, kept, more, sum);
        backend.copy(sum, running);
    }

    private static View fresh(Backend backend, DType dtype, Shape shape) {
        return new View(backend.allocate(dtype, shape.numel()), Layout.contiguous(shape));
    }
}
