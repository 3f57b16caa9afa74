package dev.sunda.nn.functional;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;

/// What losses share: the reduction, checks of arguments, and two functions.
final class LossTerms {
    private LossTerms() {
    }

    static Variable reduce(String loss, Variable losses, Reduction reduction) {
        present(loss, reduction);
        return switch (reduction) {
            case NONE -> losses;
            case SUM -> losses.sum();
            case MEAN -> losses.mean();
            case BATCH_MEAN -> throw notForThisLoss(loss, reduction);
        };
    }

    /// For losses that look at their operands before they reduce.
    static void present(String loss, Reduction reduction) {
        if (reduction == null)
            throw notForThisLoss(loss, null);
    }

    static IllegalArgumentException notForThisLoss(String loss, Reduction reduction) {
        return new IllegalArgumentException(loss + ": the reduction must be MEAN, SUM or NONE (got " + reduction + ")");
    }

    // ---------------------------------------------------------------------------------------------------------- functions

    /// `max(x, 0)` with slope 1 at 0, where [Variable#relu] has 0: a margin that is just met still counts, as in PyTorch.
    static Variable positivePart(Variable x) {
        return x.clamp(0, Double.POSITIVE_INFINITY);
    }

    /// `log(1 + exp(x))`, which neither overflows nor loses small values: with relative error of a few units in the last place for every
    /// `x`, while [UnaryOp#LOG_SIGMOID] does the work.
    static Variable softplus(Variable x) {
        return x.neg().apply(UnaryOp.LOG_SIGMOID).neg();
    }

    /// A number of the type and on the device of `x`.
    static Variable constant(Variable x, double value) {
        return Variable.of(Tensor.scalar(value, x.dtype(), x.device()));
    }

    // ---------------------------------------------------------------------------------------------------------- checks

    /// The common shape; at least one of both must be floating.
    static Shape broadcast(String loss, Variable a, Variable b) {
        Tensor.checkSameDevice(loss, a.data(), b.data());
        if (!a.dtype().isFloating() && !b.dtype().isFloating())
            throw new DTypeException(loss + ": needs a floating type (got " + a.data().describe() + ", " + b.data().describe()
                    + "); convert with to(DType.F32)");
        return Shape.broadcast(loss, a.shape(), b.shape());
    }

    static void sameShape(String loss, Variable input, Variable target) {
        broadcast(loss, input, target);
        if (!input.shape().equals(target.shape()))
            throw new ShapeException(loss, "input and target must have one shape", input.shape(), target.shape());
    }

    static void floating(String loss, Variable x) {
        if (!x.dtype().isFloating())
            throw new DTypeException(loss + ": needs a floating type (got " + x.data().describe() + "); convert with to(DType.F32)");
    }

    /// `losses * weight`; the weight, which may be null, must not make the losses larger than they are.
    static Variable weighted(String loss, Variable losses, Tensor weight) {
        if (weight == null)
            return losses;
        fits(loss, "weight", weight, losses.shape());
        return losses.mul(Variable.of(weight));
    }

    static void fits(String loss, String name, Tensor weight, Shape shape) {
        if (!Shape.broadcast(loss, shape, weight.shape()).equals(shape))
            throw new ShapeException(loss, "the " + name + " must be of a shape that broadcasts to " + shape, shape, weight.shape());
    }

    /// Every element is 1 or -1. The labels as constants of the type of `x`.
    static Variable signs(String loss, Variable x, Tensor labels) {
        Tensor.checkSameDevice(loss, x.data(), labels);
        all(loss, "labels must be 1 or -1", labels, labels.eq(1).logicalOr(labels.eq(-1)));
        return Variable.of(labels.to(x.dtype()));
    }

    /// Throws, naming the first element that does not hold.
    static void all(String loss, String demand, Tensor x, Tensor holds) {
        if (holds.all(Dims.all()).item() != 0)
            return;
        int first = (int) holds.reshape(holds.numel()).to(DType.I32).argmin(0, false).item();
        double value = x.expand(holds.shape()).reshape(holds.numel()).get(first);
        throw new IllegalArgumentException(loss + ": " + demand + " (got " + (x.dtype().isFloating() ? "" + value : "" + (long) value)
                + " as element " + first + " of " + x.describe() + ")");
    }
}
