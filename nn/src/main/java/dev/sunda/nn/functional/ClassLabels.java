package dev.sunda.nn.functional;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;

/// Checked class indices beside scores `[N, C, d1, ...]` or, for a single element, `[C]`.
///
/// @param dim of the classes in the scores
/// @param index int64, of the scores' shape without classes; 0 where ignored
/// @param ignored of the same shape, `BOOL`
record ClassLabels(int dim, Tensor index, Tensor ignored) {

    /// With an index that is ignored.
    ///
    /// @throws ShapeException if the shapes do not fit
    /// @throws DTypeException if the scores are not floating or the indices not integers
    /// @throws IllegalArgumentException if an index is neither a class nor ignored
    static ClassLabels of(String loss, Variable scores, Tensor target, long ignoreIndex) {
        int dim = check(loss, scores, target);
        Tensor labels = target.to(DType.I64);
        Tensor ignored = labels.eq(ignoreIndex);
        LossTerms.all(loss, "class indices must be below the " + scores.size(dim) + " classes, or the ignored index " + ignoreIndex, labels,
                isClass(labels, scores.size(dim)).logicalOr(ignored));
        return new ClassLabels(dim, labels.mul(ignored.logicalNot().to(DType.I64)), ignored);
    }

    /// Without ignored indices.
    static ClassLabels of(String loss, Variable scores, Tensor target) {
        int dim = check(loss, scores, target);
        Tensor labels = target.to(DType.I64);
        Tensor valid = isClass(labels, scores.size(dim));
        LossTerms.all(loss, "class indices must be below the " + scores.size(dim) + " classes", labels, valid);
        return new ClassLabels(dim, labels, valid.logicalNot());
    }

    private static Tensor isClass(Tensor labels, int classes) {
        return labels.ge(0).logicalAnd(labels.lt(classes));
    }

    /// The dimension of the classes.
    private static int check(String loss, Variable scores, Tensor target) {
        LossTerms.floating(loss, scores);
        Tensor.checkSameDevice(loss, scores.data(), target);
        if (scores.rank() == 0)
            throw new ShapeException(loss, "the input must be [classes], [batch, classes] or [batch, classes, ...]", scores.shape());
        if (!target.dtype().isInteger())
            throw new DTypeException(loss + ": class indices must be int64 or int32 (got " + target.describe()
                    + "); convert with to(DType.I64)");
        int dim = scores.rank() == 1 ? 0 : 1;
        Shape elements = Dims.of(dim).reduce(loss, scores.shape());
        if (!target.shape().equals(elements))
            throw new ShapeException(loss, "an input of this shape needs class indices of shape " + elements, scores.shape(),
                    target.shape());
        return dim;
    }

    /// The score of each element's class.
    Variable pick(Variable scores) {
        return scores.gather(dim, index.unsqueeze(dim)).squeeze(dim);
    }

    /// 1 or the weight of its class for each element, 0 where ignored.
    ///
    /// @param classWeights `[C]` or null
    Tensor weights(String loss, Variable scores, Tensor classWeights) {
        Tensor counted = ignored.logicalNot().to(scores.dtype());
        if (classWeights == null)
            return counted;
        Tensor.checkSameDevice(loss, scores.data(), classWeights);
        if (!classWeights.shape().equals(Shape.of(scores.size(dim))))
            throw new ShapeException(loss, "there must be one weight for each of the " + scores.size(dim) + " classes", scores.shape(),
                    classWeights.shape());
        if (classWeights.dtype() != scores.dtype())
            throw new DTypeException(loss + ": class weights must be " + scores.dtype() + " like the scores (got "
                    + classWeights.describe() + "); convert them with to(DType." + scores.dtype().name() + ")");
        return classWeights.indexSelect(0, index.reshape(index.numel())).reshape(index.shape()).mul(counted);
    }

    /// `losses`, but 0 without a gradient where ignored, whatever they are there.
    Variable unlessIgnored(Variable losses) {
        return Variable.zerosLike(losses).where(ignored, losses);
    }
}
