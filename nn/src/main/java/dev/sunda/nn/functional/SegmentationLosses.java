package dev.sunda.nn.functional;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Arrays;
import java.util.stream.IntStream;

/// Losses of overlap, for classes of pixels that are much rarer than others.
///
/// Sums run over the dimensions after the second one, so that there is one loss for each class of each image. Apply softmax or sigmoid to
/// logits first.
public final class SegmentationLosses {
    private SegmentationLosses() {
    }

    /// The mean of [#diceLoss(Variable, Variable, double, Reduction)] with a smoothing of 1.
    public static Variable diceLoss(Variable input, Variable target) {
        return diceLoss(input, target, 1, Reduction.MEAN);
    }

    /// `1 - (2 sum(p t) + s) / (sum(p) + sum(t) + s)` for probabilities `p` and targets `t`: one minus the F1 score of the pixels.
    ///
    /// Source: Milletari, Navab, Ahmadi 2016, V-Net, arXiv:1606.04797.
    ///
    /// @param input probabilities, `[N, C, d1, ...]`
    /// @param target from 0 to 1, of the input's shape; [#oneHot] makes it from class indices
    /// @param smooth `s`, 0 or more; keeps the quotient defined where a class does not occur
    /// @return a scalar, or for `NONE` `[N, C]`
    public static Variable diceLoss(Variable input, Variable target, double smooth, Reduction reduction) {
        LossTerms.present("diceLoss", reduction);
        Dims pixels = check("diceLoss", input, target, smooth);
        Variable both = input.mul(target).sum(pixels);
        Variable all = input.sum(pixels).add(target.sum(pixels));
        return LossTerms.reduce("diceLoss", complement(both.mul(2), all, smooth), reduction);
    }

    /// The mean of [#jaccardLoss(Variable, Variable, double, Reduction)] with a smoothing of 1.
    public static Variable jaccardLoss(Variable input, Variable target) {
        return jaccardLoss(input, target, 1, Reduction.MEAN);
    }

    /// `1 - (I + s) / (sum(p) + sum(t) - I + s)` with the intersection `I = sum(p t)`: one minus intersection over union.
    ///
    /// @param input probabilities, `[N, C, d1, ...]`
    /// @param target from 0 to 1, of the input's shape; [#oneHot] makes it from class indices
    /// @param smooth `s`, 0 or more; keeps the quotient defined where a class does not occur
    /// @return a scalar, or for `NONE` `[N, C]`
    public static Variable jaccardLoss(Variable input, Variable target, double smooth, Reduction reduction) {
        LossTerms.present("jaccardLoss", reduction);
        Dims pixels = check("jaccardLoss", input, target, smooth);
        Variable both = input.mul(target).sum(pixels);
        Variable union = input.sum(pixels).add(target.sum(pixels)).sub(both);
        return LossTerms.reduce("jaccardLoss", complement(both, union, smooth), reduction);
    }

    private static Variable complement(Variable part, Variable whole, double smooth) {
        return part.add(smooth).div(whole.add(smooth)).neg().add(1);
    }

    /// The target that class indices `[N, d1, ...]` stand for beside `input`: 1 for the class of each pixel, 0 for the others.
    ///
    /// @param classes int64 or int32
    public static Tensor oneHot(Variable input, Tensor classes) {
        ClassLabels labels = ClassLabels.of("oneHot", input, classes);
        int[] column = new int[input.rank()];
        Arrays.fill(column, 1);
        column[labels.dim()] = input.size(labels.dim());
        Tensor all = Tensor.arange(input.size(labels.dim())).to(input.device()).reshape(Shape.of(column));
        return all.eq(labels.index().unsqueeze(labels.dim())).to(input.dtype());
    }

    /// The dimensions of the pixels.
    private static Dims check(String loss, Variable input, Variable target, double smooth) {
        LossTerms.sameShape(loss, input, target);
        LossTerms.floating(loss, input);
        if (input.rank() < 3)
            throw new ShapeException(loss, "the input must be [batch, classes, pixels...]", input.shape());
        if (!(smooth >= 0))
            throw new IllegalArgumentException(loss + ": the smoothing must not be negative (got " + smooth + ")");
        return Dims.of(IntStream.range(2, input.rank()).toArray());
    }
}
