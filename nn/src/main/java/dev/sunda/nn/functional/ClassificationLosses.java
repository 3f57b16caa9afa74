package dev.sunda.nn.functional;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Arrays;
import java.util.Objects;

/// Losses of a choice among classes. The most used one, cross-entropy of logits, is [Losses#crossEntropy(Variable, Tensor)].
public final class ClassificationLosses {
    private ClassificationLosses() {
    }

    // ---------------------------------------------------------------------------------------------------------- likelihood

    /// The mean of [#nllLoss(Variable, Tensor, Tensor, long, Reduction)] without weights; index -100 is ignored.
    public static Variable nllLoss(Variable logProbs, Tensor target) {
        return nllLoss(logProbs, target, null, -100, Reduction.MEAN);
    }

    /// Negative log-likelihood `-weight_k * logProbs_k` of the true class `k` of each element. The mean divides by the sum of the weights
    /// of all elements that are not ignored; it is NaN if all are.
    ///
    /// @param logProbs logarithms of probabilities, `[C]`, `[N, C]` or `[N, C, d1, ...]`
    /// @param target class indices (int64 or int32) of that shape without `C`
    /// @param classWeights `[C]`, of the input's type, or null for ones
    /// @param ignoreIndex elements whose class index equals this have no loss and no gradient
    /// @throws ShapeException if the shapes do not fit
    public static Variable nllLoss(Variable logProbs, Tensor target, Tensor classWeights, long ignoreIndex, Reduction reduction) {
        LossTerms.present("nllLoss", reduction);
        ClassLabels labels = ClassLabels.of("nllLoss", logProbs, target, ignoreIndex);
        Tensor weights = labels.weights("nllLoss", logProbs, classWeights);
        Variable losses = labels.unlessIgnored(labels.pick(logProbs).mul(Variable.of(weights)).neg());
        return reduction == Reduction.MEAN ? losses.sum().div(Variable.of(weights.sum())) : LossTerms.reduce("nllLoss", losses, reduction);
    }

    /// The mean of [#focalLoss(Variable, Tensor, Tensor, double, long, Reduction)] with `gamma` 2, without weights.
    public static Variable focalLoss(Variable logits, Tensor target) {
        return focalLoss(logits, target, null, 2, -100, Reduction.MEAN);
    }

    /// Cross-entropy that counts less the surer a right answer is: `-alpha_k * (1 - p_k)^gamma * log p_k` with `p = softmax(logits)` and
    /// the true class `k`. `1 - p` is computed as `-expm1(log p)`, exact also next to 1. The mean divides by the number of elements
    /// that are not ignored, whatever their weights.
    ///
    /// Source: Lin, Goyal, Girshick, He, Dollár 2017, Focal Loss for Dense Object Detection, arXiv:1708.02002.
    ///
    /// @param logits `[C]`, `[N, C]` or `[N, C, d1, ...]`
    /// @param target class indices (int64 or int32) of that shape without `C`
    /// @param alpha weights of the classes, `[C]`, of the logits' type, or null for ones
    /// @param gamma 0 or more; with 0 this is cross-entropy
    /// @param ignoreIndex elements whose class index equals this have no loss and no gradient
    public static Variable focalLoss(Variable logits, Tensor target, Tensor alpha, double gamma, long ignoreIndex, Reduction reduction) {
        LossTerms.present("focalLoss", reduction);
        ClassLabels labels = ClassLabels.of("focalLoss", logits, target, ignoreIndex);
        Tensor weights = labels.weights("focalLoss", logits, alpha);
        Variable logP = labels.pick(logits.logSoftmax(labels.dim()));
        Variable losses = BinaryLosses.modulated("focalLoss", logP.mul(Variable.of(weights)).neg(), logP.apply(UnaryOp.EXPM1).neg(), gamma);
        losses = labels.unlessIgnored(losses);
        if (reduction != Reduction.MEAN)
            return LossTerms.reduce("focalLoss", losses, reduction);
        return losses.sum().div(Variable.of(labels.ignored().logicalNot().to(logits.dtype()).sum()));
    }

    // ---------------------------------------------------------------------------------------------------------- margins

    /// Options of [ClassificationLosses#multiMarginLoss(Variable, Tensor, MultiMarginOptions)].
    ///
    /// @param p exponent, 1 or 2
    /// @param margin by which the true class should win
    /// @param classWeights `[C]`, of the input's type, or null for ones: every term is multiplied by the weight of the true class
    /// @param reduction mean, sum or none
    public record MultiMarginOptions(int p, double margin, Tensor classWeights, Reduction reduction) {
        /// Exponent 1, margin 1, no weights, mean.
        public static final MultiMarginOptions DEFAULT = new MultiMarginOptions(1, 1, null, Reduction.MEAN);

        public MultiMarginOptions {
            Objects.requireNonNull(reduction, "MultiMarginOptions: reduction is null; use Reduction.MEAN, SUM or NONE");
            if (p != 1 && p != 2)
                throw new IllegalArgumentException("multiMarginLoss: the exponent must be 1 or 2 (got " + p + ")");
        }

        /// These options with another exponent, 1 or 2.
        public MultiMarginOptions withP(int exponent) {
            return new MultiMarginOptions(exponent, margin, classWeights, reduction);
        }

        /// These options with another margin.
        public MultiMarginOptions withMargin(double other) {
            return new MultiMarginOptions(p, other, classWeights, reduction);
        }

        /// These options with class weights.
        public MultiMarginOptions withClassWeights(Tensor weights) {
            return new MultiMarginOptions(p, margin, weights, reduction);
        }

        /// These options with another reduction.
        public MultiMarginOptions withReduction(Reduction other) {
            return new MultiMarginOptions(p, margin, classWeights, other);
        }
    }

    /// The mean of [#multiMarginLoss(Variable, Tensor, MultiMarginOptions)] with the default options.
    public static Variable multiMarginLoss(Variable input, Tensor target) {
        return multiMarginLoss(input, target, MultiMarginOptions.DEFAULT);
    }

    /// `weight_k * sum over i != k of max(0, margin - x_k + x_i)^p / C` for scores `x` and the true class `k`.
    ///
    /// Source: Crammer, Singer 2001, On the Algorithmic Implementation of Multiclass Kernel-based Vector Machines.
    ///
    /// @param input scores, `[C]` or `[N, C]`
    /// @param target class indices (int64 or int32), a scalar or `[N]`
    public static Variable multiMarginLoss(Variable input, Tensor target, MultiMarginOptions options) {
        Objects.requireNonNull(options, "multiMarginLoss: options is null; use MultiMarginOptions.DEFAULT");
        String name = "multiMarginLoss";
        rows(name, input.shape());
        ClassLabels labels = ClassLabels.of(name, input, target);
        int dim = labels.dim();
        Tensor weights = labels.weights(name, input, options.classWeights()).unsqueeze(dim);
        Tensor classes = Tensor.arange(input.size(dim)).to(input.device());
        Tensor others = classes.ne(labels.index().unsqueeze(dim)).to(input.dtype());
        Variable slack = input.sub(labels.pick(input).unsqueeze(dim)).add(options.margin()).relu();
        Variable terms = options.p() == 1 ? slack : slack.square();
        Variable losses = terms.mul(Variable.of(others.mul(weights))).mean(Dims.of(dim));
        return LossTerms.reduce(name, losses, options.reduction());
    }

    /// The mean of [#multilabelMarginLoss(Variable, Tensor, Reduction)].
    public static Variable multilabelMarginLoss(Variable input, Tensor target) {
        return multilabelMarginLoss(input, target, Reduction.MEAN);
    }

    /// `sum over true classes k and other classes i of max(0, 1 - (x_k - x_i)) / C` for scores `x`.
    ///
    /// @param input scores, `[C]` or `[N, C]`
    /// @param target (int64 or int32) of the input's shape: in each row the true classes, then -1; what follows the first -1 does not count
    public static Variable multilabelMarginLoss(Variable input, Tensor target, Reduction reduction) {
        LossTerms.present("multilabelMarginLoss", reduction);
        String name = "multilabelMarginLoss";
        rows(name, input.shape());
        LossTerms.floating(name, input);
        Tensor.checkSameDevice(name, input.data(), target);
        if (!target.dtype().isInteger())
            throw new DTypeException(name + ": class indices must be int64 or int32 (got " + target.describe() + ")");
        if (!target.shape().equals(input.shape()))
            throw new ShapeException(name, "input and target must have one shape", input.shape(), target.shape());
        int classes = input.size(-1);
        LossTerms.all(name, "class indices must be below the " + classes + " classes, or -1", target,
                target.ge(-1).logicalAnd(target.lt(classes)));
        long[] listed = target.toLongArray();
        var isListed = new double[listed.length];
        var isTrue = new double[listed.length];
        for (int row = 0; row < listed.length; row += Math.max(1, classes))
            mark(listed, row, classes, isListed, isTrue);
        Tensor others = Tensor.of(isTrue, input.shape()).to(input.dtype()).to(input.device()).neg().add(1);
        Tensor chosen = Tensor.of(isListed, input.shape()).to(input.dtype()).to(input.device());
        Tensor index = Tensor.of(listed, input.shape()).to(input.device());
        Variable slack = input.unsqueeze(-2).sub(input.gather(-1, index).unsqueeze(-1)).add(1).relu();   // [..., listed, others]
        Tensor counted = chosen.unsqueeze(-1).mul(others.unsqueeze(-2));
        Variable losses = slack.mul(Variable.of(counted)).sum(Dims.of(-2, -1)).div(classes);
        return LossTerms.reduce(name, losses, reduction);
    }

    /// Marks the classes of one row up to its first -1, by place in the list and by class; the rest of the list becomes class 0.
    private static void mark(long[] listed, int row, int classes, double[] isListed, double[] isTrue) {
        int n = 0;
        while (n < classes && listed[row + n] >= 0) {
            isListed[row + n] = 1;
            isTrue[row + (int) listed[row + n]] = 1;
            n++;
        }
        Arrays.fill(listed, row + n, row + classes, 0);
    }

    private static void rows(String loss, Shape input) {
        if (input.rank() != 1 && input.rank() != 2)
            throw new ShapeException(loss, "the input must be [classes] or [batch, classes]", input);
    }
}
