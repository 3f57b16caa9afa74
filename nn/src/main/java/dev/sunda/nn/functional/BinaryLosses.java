package dev.sunda.nn.functional;

import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.wrt;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.ShapeException;

/// Losses of yes-or-no answers, each element being one.
///
/// Targets that are probabilities have the input's shape and may be differentiated; labels 1 and -1 are tensors.
public final class BinaryLosses {
    /// Smallest value of a focal loss's modulating factor before its power: keeps the slope of `q^gamma` finite where `q` underflows.
    private static final double TINY = 0x1p-126;

    private BinaryLosses() {
    }

    // ---------------------------------------------------------------------------------------------------------- cross-entropy

    /// The mean of [#binaryCrossEntropy(Variable, Variable, Tensor, Reduction)].
    public static Variable binaryCrossEntropy(Variable input, Variable target) {
        return binaryCrossEntropy(input, target, null, Reduction.MEAN);
    }

    /// The mean of [#binaryCrossEntropy(Variable, Variable, Tensor, Reduction)].
    public static Variable binaryCrossEntropy(Variable input, Tensor target) {
        return binaryCrossEntropy(input, Variable.of(target));
    }

    /// `-weight * (t * log x + (1 - t) * log(1 - x))` of probabilities `x`, each logarithm being -100 at least. The second one is
    /// computed as `log1p(-x)`, exact for every `x`. Where the logits are at hand, [#binaryCrossEntropyWithLogits] is the better choice:
    /// a probability next to 1 cannot tell how close it is.
    ///
    /// The derivative is `(x - t) / max(x * (1 - x), 1e-12)`, with respect to the target `log(1 - x) - log x`.
    ///
    /// @param input from 0 to 1
    /// @param target from 0 to 1, of the input's shape and type
    /// @param weight of a shape that broadcasts to the input's, or null for ones
    /// @throws IllegalArgumentException if a number is not a probability
    public static Variable binaryCrossEntropy(Variable input, Variable target, Tensor weight, Reduction reduction) {
        LossTerms.sameShape("binaryCrossEntropy", input, target);
        if (input.dtype() != target.dtype())
            throw new DTypeException("binaryCrossEntropy: input and target must have one type (got " + input.data().describe() + ", "
                    + target.data().describe() + ")");
        probabilities("input", input.data());
        probabilities("target", target.data());
        Variable losses = LossTerms.weighted("binaryCrossEntropy", elements(input, target), weight);
        return LossTerms.reduce("binaryCrossEntropy", losses, reduction);
    }

    private static Variable elements(Variable x, Variable t) {
        Tensor least = Tensor.scalar(-100, x.dtype(), x.device());
        Tensor yes = x.data().log().maximum(least);
        Tensor no = x.data().neg().apply(UnaryOp.LOG1P).maximum(least);
        return output("binaryCrossEntropy", t.data().sub(1).mul(no).sub(t.data().mul(yes)),
                wrt(x, dy -> dy.mul(x.sub(t)).div(x.mul(x.neg().add(1)).maximum(LossTerms.constant(x, 1e-12)))),
                wrt(t, dy -> dy.mul(x.neg().apply(UnaryOp.LOG1P).sub(x.log()))));
    }

    private static void probabilities(String name, Tensor x) {
        LossTerms.all("binaryCrossEntropy", "every " + name + " must be a probability, from 0 to 1", x, x.ge(0).logicalAnd(x.le(1)));
    }

    /// The mean of [#binaryCrossEntropyWithLogits(Variable, Variable, Tensor, Tensor, Reduction)].
    public static Variable binaryCrossEntropyWithLogits(Variable input, Variable target) {
        return binaryCrossEntropyWithLogits(input, target, null, null, Reduction.MEAN);
    }

    /// The mean of [#binaryCrossEntropyWithLogits(Variable, Variable, Tensor, Tensor, Reduction)].
    public static Variable binaryCrossEntropyWithLogits(Variable input, Tensor target) {
        return binaryCrossEntropyWithLogits(input, Variable.of(target));
    }

    /// Cross-entropy of `sigmoid(x)`: `weight * (posWeight * t * softplus(-x) + (1 - t) * softplus(x))` with
    /// `softplus(x) = log(1 + exp(x))`. Both terms are at least 0 and nothing is subtracted, so that for `t` from 0 to 1 the relative error
    /// is a few units in the last place for every logit, also where the loss is as small as `exp(-80)` or `x` is 10^4.
    ///
    /// The derivative is `(1 - t) * sigmoid(x) - posWeight * t * sigmoid(-x)`.
    ///
    /// @param input logits, any finite numbers
    /// @param target from 0 to 1, of the input's shape
    /// @param weight of a shape that broadcasts to the input's, or null for ones
    /// @param posWeight likewise, weight of the yes-answers; usually one number for each class in the last dimension
    public static Variable binaryCrossEntropyWithLogits(Variable input, Variable target, Tensor weight, Tensor posWeight,
            Reduction reduction) {
        String name = "binaryCrossEntropyWithLogits";
        LossTerms.sameShape(name, input, target);
        if (posWeight != null)
            LossTerms.fits(name, "posWeight", posWeight, input.shape());
        return LossTerms.reduce(name, LossTerms.weighted(name, logitElements(input, target, posWeight), weight), reduction);
    }

    private static Variable logitElements(Variable x, Variable t, Tensor posWeight) {
        Variable yes = t.mul(LossTerms.softplus(x.neg()));
        if (posWeight != null)
            yes = yes.mul(Variable.of(posWeight));
        return yes.add(t.neg().add(1).mul(LossTerms.softplus(x)));
    }

    /// The mean of [#sigmoidFocalLoss(Variable, Variable, double, double, Reduction)] with `alpha` 0.25 and `gamma` 2.
    public static Variable sigmoidFocalLoss(Variable input, Variable target) {
        return sigmoidFocalLoss(input, target, 0.25, 2, Reduction.MEAN);
    }

    /// Binary cross-entropy that counts less the surer a right answer is: `a * q^gamma * ce` with
    /// `ce = t * softplus(-x) + (1 - t) * softplus(x)`, the probability `q = t * sigmoid(-x) + (1 - t) * sigmoid(x)` of the wrong answer
    /// and `a = alpha * t + (1 - alpha) * (1 - t)`.
    ///
    /// Source: Lin, Goyal, Girshick, He, Dollár 2017, Focal Loss for Dense Object Detection, arXiv:1708.02002.
    ///
    /// @param input logits
    /// @param target from 0 to 1, of the input's shape
    /// @param alpha weight of the yes-answers, from 0 to 1; negative for no weights at all
    /// @param gamma 0 or more
    public static Variable sigmoidFocalLoss(Variable input, Variable target, double alpha, double gamma, Reduction reduction) {
        LossTerms.sameShape("sigmoidFocalLoss", input, target);
        if (!(alpha <= 1))
            throw new IllegalArgumentException("sigmoidFocalLoss: alpha must be at most 1 (got " + alpha + ")");
        Variable no = target.neg().add(1);
        Variable wrong = target.mul(input.neg().sigmoid()).add(no.mul(input.sigmoid()));
        Variable losses = modulated("sigmoidFocalLoss", logitElements(input, target, null), wrong, gamma);
        if (alpha >= 0)
            losses = losses.mul(target.mul(alpha).add(no.mul(1 - alpha)));
        return LossTerms.reduce("sigmoidFocalLoss", losses, reduction);
    }

    /// `losses * wrong^gamma`.
    static Variable modulated(String loss, Variable losses, Variable wrong, double gamma) {
        if (!(gamma >= 0))
            throw new IllegalArgumentException(loss + ": gamma must not be negative (got " + gamma + ")");
        return gamma == 0 ? losses : losses.mul(wrong.maximum(LossTerms.constant(wrong, TINY)).pow(gamma));
    }

    // ---------------------------------------------------------------------------------------------------------- several labels

    /// The mean of [#multilabelSoftMarginLoss(Variable, Variable, Tensor, Reduction)].
    public static Variable multilabelSoftMarginLoss(Variable input, Variable target) {
        return multilabelSoftMarginLoss(input, target, null, Reduction.MEAN);
    }

    /// [#binaryCrossEntropyWithLogits], averaged over the classes in the last dimension: one loss for each element of a batch.
    ///
    /// @param input logits, `[C]` or `[..., C]`
    /// @param target from 0 to 1, of the input's shape
    /// @param weight of a shape that broadcasts to the input's, or null for ones
    public static Variable multilabelSoftMarginLoss(Variable input, Variable target, Tensor weight, Reduction reduction) {
        String name = "multilabelSoftMarginLoss";
        LossTerms.sameShape(name, input, target);
        if (input.rank() == 0)
            throw new ShapeException(name, "the input must be [classes] or [..., classes]", input.shape());
        Variable losses = LossTerms.weighted(name, logitElements(input, target, null), weight).mean(Dims.of(-1));
        return LossTerms.reduce(name, losses, reduction);
    }

    // ---------------------------------------------------------------------------------------------------------- margins

    /// The mean of [#softMarginLoss(Variable, Tensor, Reduction)].
    public static Variable softMarginLoss(Variable input, Tensor labels) {
        return softMarginLoss(input, labels, Reduction.MEAN);
    }

    /// `log(1 + exp(-y * x))` for labels `y`, without overflow.
    ///
    /// @param labels 1 or -1, broadcast
    public static Variable softMarginLoss(Variable input, Tensor labels, Reduction reduction) {
        return LossTerms.reduce("softMarginLoss", LossTerms.softplus(score("softMarginLoss", input, labels).neg()), reduction);
    }

    /// The mean of [#hingeLoss(Variable, Tensor, Reduction)].
    public static Variable hingeLoss(Variable input, Tensor labels) {
        return hingeLoss(input, labels, Reduction.MEAN);
    }

    /// `max(0, 1 - y * x)` for labels `y`: the loss of support vector machines. Where the margin is just met the derivative is 0.
    ///
    /// Source: Cortes, Vapnik 1995, Support-Vector Networks.
    ///
    /// @param labels 1 or -1, broadcast
    public static Variable hingeLoss(Variable input, Tensor labels, Reduction reduction) {
        return LossTerms.reduce("hingeLoss", score("hingeLoss", input, labels).neg().add(1).relu(), reduction);
    }

    private static Variable score(String loss, Variable input, Tensor labels) {
        LossTerms.floating(loss, input);
        LossTerms.broadcast(loss, input, Variable.of(labels));
        return input.mul(LossTerms.signs(loss, input, labels));
    }
}
