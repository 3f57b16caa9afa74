package dev.sunda.nn.functional;

import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.wrt;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;

/// Losses of numbers that are predicted: functions of the difference `d = input - target`.
///
/// Input and target broadcast against each other, as in PyTorch; a warning in the log says so, once for each pair of shapes, because a
/// target `[N]` beside predictions `[N, 1]` gives `[N, N]` losses, which is seldom meant. Both may be differentiated. Without a reduction
/// in the call it is the mean.
public final class RegressionLosses {
    private static final Warnings WARNINGS = new Warnings(20);

    private RegressionLosses() {
    }

    /// The mean of [#mseLoss(Variable, Variable, Reduction)].
    public static Variable mseLoss(Variable input, Variable target) {
        return mseLoss(input, target, Reduction.MEAN);
    }

    /// The mean of [#mseLoss(Variable, Variable, Reduction)].
    public static Variable mseLoss(Variable input, Tensor target) {
        return mseLoss(input, Variable.of(target));
    }

    /// The squared error `d^2`.
    public static Variable mseLoss(Variable input, Variable target, Reduction reduction) {
        return LossTerms.reduce("mseLoss", difference("mseLoss", input, target).square(), reduction);
    }

    /// The mean of [#l1Loss(Variable, Variable, Reduction)].
    public static Variable l1Loss(Variable input, Variable target) {
        return l1Loss(input, target, Reduction.MEAN);
    }

    /// The mean of [#l1Loss(Variable, Variable, Reduction)].
    public static Variable l1Loss(Variable input, Tensor target) {
        return l1Loss(input, Variable.of(target));
    }

    /// The absolute error `|d|`; its derivative at 0 is 0.
    public static Variable l1Loss(Variable input, Variable target, Reduction reduction) {
        return LossTerms.reduce("l1Loss", difference("l1Loss", input, target).abs(), reduction);
    }

    /// The mean of [#smoothL1Loss(Variable, Variable, double, Reduction)] with `beta` 1.
    public static Variable smoothL1Loss(Variable input, Variable target) {
        return smoothL1Loss(input, target, 1, Reduction.MEAN);
    }

    /// The mean of [#smoothL1Loss(Variable, Variable, double, Reduction)] with `beta` 1.
    public static Variable smoothL1Loss(Variable input, Tensor target) {
        return smoothL1Loss(input, Variable.of(target));
    }

    /// `d^2 / (2 beta)` where `|d| < beta`, else `|d| - beta / 2`: the absolute error, rounded off at 0. It is [#huberLoss] with
    /// `delta = beta`, divided by `beta`.
    ///
    /// Source: Girshick 2015, Fast R-CNN, arXiv:1504.08083.
    ///
    /// @param beta where the parabola ends, 0 or more; with 0 this is [#l1Loss]
    public static Variable smoothL1Loss(Variable input, Variable target, double beta, Reduction reduction) {
        if (!(beta >= 0))
            throw new IllegalArgumentException("smoothL1Loss: beta must not be negative (got " + beta + ")");
        Variable d = difference("smoothL1Loss", input, target);
        return LossTerms.reduce("smoothL1Loss", beta == 0 ? d.abs() : huber(d, beta).div(beta), reduction);
    }

    /// The mean of [#huberLoss(Variable, Variable, double, Reduction)] with `delta` 1.
    public static Variable huberLoss(Variable input, Variable target) {
        return huberLoss(input, target, 1, Reduction.MEAN);
    }

    /// The mean of [#huberLoss(Variable, Variable, double, Reduction)] with `delta` 1.
    public static Variable huberLoss(Variable input, Tensor target) {
        return huberLoss(input, Variable.of(target));
    }

    /// `d^2 / 2` where `|d| <= delta`, else `delta * (|d| - delta / 2)`.
    ///
    /// Source: Huber 1964, Robust Estimation of a Location Parameter.
    ///
    /// @param delta where the parabola ends, greater than 0
    public static Variable huberLoss(Variable input, Variable target, double delta, Reduction reduction) {
        if (!(delta > 0))
            throw new IllegalArgumentException("huberLoss: delta must be positive (got " + delta + ")");
        return LossTerms.reduce("huberLoss", huber(difference("huberLoss", input, target), delta), reduction);
    }

    private static Variable difference(String loss, Variable input, Variable target) {
        Shape losses = LossTerms.broadcast(loss, input, target);
        if (!input.shape().equals(target.shape()))
            WARNINGS.give(broadcasting(loss, input.shape(), target.shape(), losses));
        return input.sub(target);
    }

    static String broadcasting(String loss, Shape input, Shape target, Shape losses) {
        return loss + ": input and target differ in shape and are broadcast to " + losses + " losses (got " + input + ", " + target
                + "); if that is not meant, reshape one of them";
    }

    /// With `m = min(|d|, delta)` both cases are `m * (|d| - m / 2)`, and the derivative is `d` cut off at `-delta` and `delta`. That rule
    /// has no branch to choose, so an infinite error gives a finite gradient.
    private static Variable huber(Variable d, double delta) {
        Variable limit = LossTerms.constant(d, delta);
        Tensor size = d.data().abs();
        Tensor m = size.minimum(limit.data());
        return output("huberLoss", m.mul(size.sub(m.mul(0.5))),
                wrt(d, dy -> dy.mul(d.minimum(limit).maximum(limit.neg()))));
    }
}
