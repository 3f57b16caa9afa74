package dev.sunda.nn.functional;

import static dev.sunda.autograd.Operation.fused;
import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.wrt;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.LossKernels;
import dev.sunda.core.op.CrossEntropySpec;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// Cross-entropy, the loss of most classifiers. The other losses are in classes by subject: [RegressionLosses], [DistributionLosses],
/// [BinaryLosses], [ClassificationLosses], [MetricLosses], [SequenceLosses] and [SegmentationLosses].
public final class Losses {
    private Losses() {
    }

    /// Options of [Losses#crossEntropy(Variable, Tensor, CrossEntropyOptions)].
    ///
    /// @param classWeights `[C]`, of the logits' type, or null for ones
    /// @param ignoreIndex elements whose class index equals this have no loss and no gradient; without meaning for probabilities
    /// @param labelSmoothing share of the target that is spread evenly over all classes, from 0 to 1
    /// @param reduction mean, sum or none
    public record CrossEntropyOptions(Tensor classWeights, long ignoreIndex, double labelSmoothing, Reduction reduction) {
        /// No weights, index -100 ignored, no smoothing, mean.
        public static final CrossEntropyOptions DEFAULT = new CrossEntropyOptions(null, -100, 0, Reduction.MEAN);

        /// Refuses null.
        public CrossEntropyOptions {
            Objects.requireNonNull(reduction, "Losses.CrossEntropyOptions: reduction is null; use Reduction.MEAN, SUM or NONE");
        }

        /// These options with class weights.
        public CrossEntropyOptions withClassWeights(Tensor weights) {
            return new CrossEntropyOptions(weights, ignoreIndex, labelSmoothing, reduction);
        }

        /// These options with another ignored class index.
        public CrossEntropyOptions withIgnoreIndex(long index) {
            return new CrossEntropyOptions(classWeights, index, labelSmoothing, reduction);
        }

        /// These options with label smoothing, from 0 to 1.
        public CrossEntropyOptions withLabelSmoothing(double smoothing) {
            return new CrossEntropyOptions(classWeights, ignoreIndex, smoothing, reduction);
        }

        /// These options with another reduction.
        public CrossEntropyOptions withReduction(Reduction other) {
            return new CrossEntropyOptions(classWeights, ignoreIndex, labelSmoothing, other);
        }
    }

    /// The mean cross-entropy of logits and class indices or probabilities.
    public static Variable crossEntropy(Variable logits, Tensor target) {
        return crossEntropy(logits, target, CrossEntropyOptions.DEFAULT);
    }

    /// The mean cross-entropy of logits and probabilities that may be differentiated.
    public static Variable crossEntropy(Variable logits, Variable target) {
        return crossEntropy(logits, target, CrossEntropyOptions.DEFAULT);
    }

    /// [#crossEntropy(Variable, Variable, CrossEntropyOptions)] with a target that is not differentiated.
    public static Variable crossEntropy(Variable logits, Tensor target, CrossEntropyOptions options) {
        return crossEntropy(logits, Variable.of(target), options);
    }

    /// Softmax followed by the cross-entropy with a target distribution, in one numerically safe step.
    ///
    /// With `log p_c = z_c - log(sum_j exp(z_j))` for the logits `z` of one element, target distribution `t` and class weights `w` the loss
    /// is `-sum_c w_c * t_c * log p_c`. A class index `k` stands for `t = onehot(k)`; label smoothing `s` mixes in the uniform
    /// distribution, `(1 - s) * t + s / C`. Because `d log p_c / dz_j = [c = j] - p_j`, the gradient is
    /// `dz_j = p_j * sum_c(w_c * t_c) - w_j * t_j`; for an unweighted index simply `p - onehot(k)`. A target of probabilities may be
    /// differentiated, too: `dt_c = -(1 - s) * w_c * log p_c`.
    ///
    /// The mean divides by the sum of the weights of all targets that are not ignored when classes are indices, and by the number of
    /// elements when they are probabilities, as in PyTorch. If all targets are ignored the mean is NaN. No argument is modified.
    ///
    /// @param logits `[N, C]`, `[C]` for a single element, or `[N, C, d1, ...]`
    /// @param target class indices (int64 or int32) of the logits' shape without `C`, or probabilities of the logits' shape
    /// @return a scalar, or for `NONE` one loss for each element, in the logits' shape without `C`
    /// @throws ShapeException if the shapes do not fit or an index is neither a class nor ignored
    /// @throws dev.sunda.core.type.DTypeException if class indices are not integers
    /// @throws IllegalArgumentException if an index is to be ignored but the target holds probabilities
    public static Variable crossEntropy(Variable logits, Variable target, CrossEntropyOptions options) {
        Objects.requireNonNull(options, "crossEntropy: options is null; use CrossEntropyOptions.DEFAULT");
        if (logits.rank() == 0)
            throw new ShapeException("crossEntropy", "logits must be [classes], [batch, classes] or [batch, classes, ...]", logits.shape());
        boolean indices = target.dtype().isInteger();
        Shape elements = withoutClasses(logits.shape());
        if (indices && !target.shape().equals(elements))
            throw new ShapeException("crossEntropy", "logits of this shape need class indices of shape " + elements
                    + (hasClassesLast(logits.shape(), target.shape()) ? ", the classes being dimension 1; logits.movedim(-1, 1) brings "
                            + "them there from the end" : ""),
                    logits.shape(), target.shape());
        if (!indices && options.ignoreIndex() >= 0)
            throw new IllegalArgumentException("crossEntropy: probabilities have no index to be ignored (got " + options.ignoreIndex()
                    + "); leave it at -100");
        Variable rows = logits;
        Variable targets = target;
        if (logits.rank() != 2) {
            boolean sameShape = target.shape().equals(logits.shape());
            rows = logits.rank() == 1 ? logits.unsqueeze(0)
                    : logits.permute(classesLast(logits.rank())).reshape(elements.numel(), logits.size(1));
            if (indices)
                targets = target.reshape(elements.numel());
            else if (sameShape)
                targets = target.rank() == 1 ? target.unsqueeze(0)
                        : target.permute(classesLast(target.rank())).reshape(elements.numel(), target.size(1));
        }
        Variable losses = rowLosses(rows, targets, options);
        return switch (options.reduction()) {
            case NONE -> losses.reshape(elements);
            case SUM -> losses.sum();
            case MEAN -> indices ? losses.sum().div(Variable.of(totalWeight(targets.data(), rows, options)))
                    : losses.sum().div(rows.size(0));
            case BATCH_MEAN -> throw LossTerms.notForThisLoss("crossEntropy", options.reduction());
        };
    }

    /// [#crossEntropy] of logits that are a linear map of the input:
    /// `logits[n, c, ...] = sum_i weight[c, ..., i] * x[n, i] + bias[c, ...]`.
    ///
    /// @param x `[N, in]`, or `[in]` for a single element
    /// @param weight `[C, in]`, or `[C, d1, ..., in]` for several elements of each row
    /// @param bias `[C]` or `[C, d1, ...]`; may be null
    /// @param target as in [#crossEntropy(Variable, Variable, CrossEntropyOptions)], for logits of shape `[N, C, d1, ...]`
    /// @throws ShapeException if the shapes do not fit
    public static Variable linearCrossEntropy(Variable x, Variable weight, Variable bias, Variable target, CrossEntropyOptions options) {
        Objects.requireNonNull(options, "linearCrossEntropy: options is null; use CrossEntropyOptions.DEFAULT");
        if (x.rank() != 1 && x.rank() != 2)
            throw new ShapeException("linearCrossEntropy", "the input must be [batch, features] or [features]", x.shape());
        if (weight.rank() < 2 || weight.size(-1) != x.size(-1))
            throw new ShapeException("linearCrossEntropy", "the weight must be [classes, ..., features] with the features of the input",
                    x.shape(), weight.shape());
        Shape results = Shape.of(Arrays.copyOf(weight.shape().sizes(), weight.rank() - 1));
        if (bias != null && !bias.shape().equals(results))
            throw new ShapeException("linearCrossEntropy", "the bias must have the shape of the weight without features", weight.shape(),
                    bias.shape());
        Variable logits = Linears.linear(x, weight.reshape(results.numel(), weight.size(-1)),
                bias == null ? null : bias.reshape(results.numel()));
        int[] sizes = results.sizes();
        if (x.rank() == 2) {
            sizes = new int[results.rank() + 1];
            sizes[0] = x.size(0);
            System.arraycopy(results.sizes(), 0, sizes, 1, results.rank());
        }
        return crossEntropy(logits.reshape(sizes), target, options);
    }

    private static Variable rowLosses(Variable logits, Variable target, CrossEntropyOptions options) {
        var spec = new CrossEntropySpec(options.ignoreIndex(), options.labelSmoothing());
        Tensor weights = options.classWeights();
        var forward = LossKernels.crossEntropy(spec, logits.data(), target.data(), weights);
        Tensor logSumExp = forward.logSumExp();
        var wrtLogits = fused(
                dy -> List.of(LossKernels.crossEntropyBackward(spec, dy, logits.data(), target.data(), weights, logSumExp)),
                dy -> List.of(logitsGradient(dy, logits, weightedTarget(logits, target, options))));
        return output("crossEntropy", forward.losses(), wrt(logits, dy -> wrtLogits.apply(dy).getFirst()),
                wrt(target, dy -> targetGradient(dy, logits, options)));
    }

    /// `dz = dy * (p * sum(wt) - wt)` with differentiable operations.
    private static Variable logitsGradient(Variable dy, Variable logits, Variable wt) {
        return logits.softmax(1).mul(wt.sum(Dims.keep(1))).sub(wt).mul(dy.unsqueeze(1));
    }

    /// `dt = -dy * (1 - s) * w * log p`.
    private static Variable targetGradient(Variable dy, Variable logits, CrossEntropyOptions options) {
        Variable dt = logits.logSoftmax(1).mul(dy.unsqueeze(1)).mul(options.labelSmoothing() - 1);
        return options.classWeights() == null ? dt : dt.mul(Variable.of(options.classWeights()));
    }

    /// `w_c * t_c` of each row, `[M, C]`; zeros for ignored rows.
    private static Variable weightedTarget(Variable logits, Variable target, CrossEntropyOptions options) {
        int classes = logits.size(1);
        double s = options.labelSmoothing();
        boolean indices = target.dtype().isInteger();
        Variable t = target;
        if (indices)
            t = Variable.of(Tensor.arange(classes).to(target.device()).eq(target.data().unsqueeze(1)));
        t = t.to(logits.dtype()).mul(1 - s).add(s / classes);
        if (indices)
            t = t.mul(Variable.of(target.data().ne(options.ignoreIndex()).to(logits.dtype()).unsqueeze(1)));
        return options.classWeights() == null ? t : t.mul(Variable.of(options.classWeights()));
    }

    /// The sum of the weights of all targets that are not ignored, a scalar.
    private static Tensor totalWeight(Tensor target, Variable logits, CrossEntropyOptions options) {
        Tensor counts = target.ne(options.ignoreIndex());
        if (options.classWeights() == null)
            return counts.to(logits.dtype()).sum();
        Tensor safe = target.to(DType.I64).mul(counts.to(DType.I64));        // an ignored index need not be a class
        return options.classWeights().indexSelect(0, safe).mul(counts.to(logits.dtype())).sum();
    }

    private static boolean hasClassesLast(Shape logits, Shape target) {
        int[] sizes = logits.sizes();
        return sizes.length > 2 && target.equals(Shape.of(Arrays.copyOf(sizes, sizes.length - 1)));
    }

    private static Shape withoutClasses(Shape logits) {
        if (logits.rank() == 1)
            return Shape.SCALAR;
        int[] sizes = new int[logits.rank() - 1];
        for (int d = 0; d < sizes.length; d++)
            sizes[d] = logits.size(d == 0 ? 0 : d + 1);
        return Shape.of(sizes);
    }

    /// The permutation that moves dimension 1 to the end.
    private static int[] classesLast(int rank) {
        int[] dims = new int[rank];
        for (int d = 1; d < rank - 1; d++)
            dims[d] = d + 1;
        dims[rank - 1] = 1;
        return dims;
    }
}
