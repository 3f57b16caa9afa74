package dev.sunda.core.kernel;

import dev.sunda.core.Tensor;
import dev.sunda.core.op.CrossEntropySpec;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;

/// Softmax, its logarithm, and cross-entropy on rows of logits.
public final class LossKernels {
    private LossKernels() {
    }

    /// @param losses `[M]`
    /// @param logSumExp `[M]`, what the backward pass needs besides the arguments
    public record CrossEntropy(Tensor losses, Tensor logSumExp) {
    }

    /// `exp(x - max) / sum(exp(x - max))` along `dim`, or with `log` its logarithm `x - max - log(sum(exp(x - max)))`.
    public static Tensor softmax(Tensor x, int dim, boolean log) {
        String name = log ? "logSoftmax" : "softmax";
        floating(name, x);
        if (x.rank() == 0 && (dim == 0 || dim == -1))
            return softmax(x.reshape(1), 0, log).reshape(Shape.SCALAR);
        int d = x.shape().dim(name, dim);
        Tensor y = Tensor.empty(Layout.dense(x.shape(), x.layout().order()), x.dtype(), x.device());
        x.backend().softmax(x.view(), d, log, y.view());
        return y;
    }

    /// The gradient of [#softmax] from its output: `y * (dy - sum(dy * y))`, of the logarithm `dy - exp(y) * sum(dy)`.
    public static Tensor softmaxBackward(Tensor y, Tensor dy, int dim, boolean log) {
        same("softmaxBackward", y, dy, y.shape());
        if (y.rank() == 0)
            return softmaxBackward(y.reshape(1), dy.reshape(1), 0, log).reshape(Shape.SCALAR);
        Tensor dx = Tensor.empty(Layout.dense(y.shape(), y.layout().order()), y.dtype(), y.device());
        y.backend().softmaxBackward(y.view(), dy.view(), y.shape().dim("softmaxBackward", dim), log, dx.view());
        return dx;
    }

    /// Loss of each row; the formula stands with [CrossEntropySpec].
    ///
    /// @param logits `[M, C]`
    /// @param target class indices `[M]`, int64 or int32, or probabilities `[M, C]` of the logits' type
    /// @param weight `[C]` or null
    public static CrossEntropy crossEntropy(CrossEntropySpec spec, Tensor logits, Tensor target, Tensor weight) {
        Tensor checked = check(logits, target, weight);
        var rows = Layout.contiguous(Shape.of(logits.size(0)));
        Tensor losses = Tensor.empty(rows, logits.dtype(), logits.device());
        Tensor logSumExp = Tensor.empty(rows, logits.dtype(), logits.device());
        logits.backend().crossEntropy(spec, logits.view(), checked.view(), weight == null ? null : weight.view(), losses.view(),
                logSumExp.view());
        return new CrossEntropy(losses, logSumExp);
    }

    /// `dlosses * (softmax(logits) * sum_c(weight_c * t_c) - weight * t)`, row by row: the gradient of [#crossEntropy] with respect to the
    /// logits.
    ///
    /// @param dlosses `[M]`
    /// @return `[M, C]`
    public static Tensor crossEntropyBackward(CrossEntropySpec spec, Tensor dlosses, Tensor logits, Tensor target, Tensor weight,
            Tensor logSumExp) {
        Tensor checked = check(logits, target, weight);
        same("crossEntropyBackward", logits, dlosses, Shape.of(logits.size(0)));
        same("crossEntropyBackward", logits, logSumExp, Shape.of(logits.size(0)));
        Tensor dlogits = Tensor.empty(Layout.dense(logits.shape(), logits.layout().order()), logits.dtype(), logits.device());
        logits.backend().crossEntropyBackward(spec, dlosses.view(), logits.view(), checked.view(), weight == null ? null : weight.view(),
                logSumExp.view(), dlogits.view());
        return dlogits;
    }

    private static Tensor check(Tensor logits, Tensor target, Tensor weight) {
        floating("crossEntropy", logits);
        if (logits.rank() != 2)
            throw new ShapeException("crossEntropy", "logits must be [batch, classes]", logits.shape(), target.shape());
        Tensor.checkSameDevice("crossEntropy", logits, target);
        Shape rows = Shape.of(logits.size(0));
        if (weight != null && !weight.shape().equals(Shape.of(logits.size(1))))
            throw new ShapeException("crossEntropy", "there must be one weight for each of the " + logits.size(1) + " classes",
                    logits.shape(), weight.shape());
        if (weight != null && weight.dtype() != logits.dtype())
            throw new DTypeException("crossEntropy: class weights must be " + logits.dtype() + " like the logits (got " + weight.describe()
                    + "); convert them with to(DType." + logits.dtype().name() + ")");
        if (target.dtype().isInteger()) {
            if (!target.shape().equals(rows))
                throw new ShapeException("crossEntropy", "logits have " + logits.size(0) + " rows, so class indices must be " + rows,
                        logits.shape(), target.shape());
            return target.to(DType.I64);
        }
        if (!target.dtype().isFloating() || target.shape().equals(rows) && !target.shape().equals(logits.shape()))
            throw new DTypeException("crossEntropy: class indices must be int64 or int32 (got " + target.describe()
                    + "); convert with to(DType.I64), or pass probabilities of shape " + logits.shape());
        if (!target.shape().equals(logits.shape()))
            throw new ShapeException("crossEntropy", "probabilities must have the shape of the logits", logits.shape(), target.shape());
        return target.to(logits.dtype());
    }

    /// `x` lives beside `reference` and has its type and this shape.
    private static void same(String operation, Tensor reference, Tensor x, Shape shape) {
        floating(operation, reference);
        Tensor.checkSameDevice(operation, reference, x);
        if (x.dtype() != reference.dtype())
            throw new DTypeException(operation + ": operands must have one type (got " + reference.describe() + ", " + x.describe() + ")");
        if (!x.shape().equals(shape))
            throw new ShapeException(operation, "expected " + shape, x.shape());
    }

    private static void floating(String operation, Tensor x) {
        if (!x.dtype().isFloating())
            throw new DTypeException(operation + ": needs a floating type (got " + x.describe() + "); convert with to(DType.F32)");
    }
}
