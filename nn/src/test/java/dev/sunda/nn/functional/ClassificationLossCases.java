package dev.sunda.nn.functional;

import static dev.sunda.autograd.check.OpCase.zeros;

import dev.sunda.autograd.Variable;
import dev.sunda.autograd.check.OpCase;
import dev.sunda.autograd.check.OpCase.Domain;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.ClassificationLosses.MultiMarginOptions;
import java.util.List;

/// Losses of choices: among classes, and yes or no.
final class ClassificationLossCases {
    private ClassificationLossCases() {
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of("nllLoss", "3,4", x -> ClassificationLosses.nllLoss(x.get(0), classes(x.get(0), 2, 0, 3)))
                        .refusing(d -> ClassificationLosses.nllLoss(zeros(d, 2, 3), classes(zeros(d), 1)))
                        .refusing(d -> ClassificationLosses.nllLoss(zeros(d, 2, 3), classes(zeros(d), 1, 3)))
                        .refusing(d -> ClassificationLosses.nllLoss(zeros(d, 2, 3), zeros(d, 2).data()))
                        .refusing(d -> ClassificationLosses.nllLoss(zeros(d), classes(zeros(d), 1)))
                        .refusing(d -> ClassificationLosses.nllLoss(zeros(d, 1, 3), classes(zeros(d), 1), zeros(d, 2).data(), -100,
                                Reduction.MEAN)),
                OpCase.of("nllLoss", "2,4,3", x -> ClassificationLosses.nllLoss(x.get(0), grid(x.get(0)), weights(x.get(0)), 3,
                        Reduction.MEAN)),
                OpCase.of("focalLoss", "2,4,3", x -> ClassificationLosses.focalLoss(x.get(0), grid(x.get(0)), weights(x.get(0)), 2, 3,
                        Reduction.MEAN))
                        .refusing(d -> ClassificationLosses.focalLoss(zeros(d, 1, 3), classes(zeros(d), 1), null, -1, 0, Reduction.MEAN)),
                OpCase.of("focalLoss", "3,4", x -> ClassificationLosses.focalLoss(x.get(0), classes(x.get(0), 2, 0, 3), null, 0.5, -1,
                        Reduction.NONE)),
                OpCase.of("multiMarginLoss", "3,4", Domain.DISTINCT, x -> ClassificationLosses.multiMarginLoss(x.get(0),
                        classes(x.get(0), 2, 0, 3), MultiMarginOptions.DEFAULT.withMargin(0.145).withClassWeights(weights(x.get(0)))))
                        .refusing(d -> ClassificationLosses.multiMarginLoss(zeros(d, 1, 2, 3), classes(zeros(d), 1)))
                        .refusing(d -> ClassificationLosses.multiMarginLoss(zeros(d, 1, 2), classes(zeros(d), -1)))
                        .refusing(_ -> MultiMarginOptions.DEFAULT.withP(3)),
                OpCase.of("multiMarginLoss", "3,4", Domain.DISTINCT, x -> ClassificationLosses.multiMarginLoss(x.get(0),
                        classes(x.get(0), 2, 0, 3), MultiMarginOptions.DEFAULT.withMargin(0.145).withP(2).withReduction(Reduction.NONE))),
                OpCase.of("multilabelMarginLoss", "2,4", Domain.DISTINCT,
                        x -> ClassificationLosses.multilabelMarginLoss(x.get(0), classes(x.get(0), 3, 0, -1, 1, 2, -1, 0, 0).reshape(2, 4)))
                        .refusing(d -> ClassificationLosses.multilabelMarginLoss(zeros(d, 2, 2), classes(zeros(d), 0, 1)))
                        .refusing(d -> ClassificationLosses.multilabelMarginLoss(zeros(d, 2), classes(zeros(d), 0, 2)))
                        .refusing(d -> ClassificationLosses.multilabelMarginLoss(zeros(d, 2), zeros(d, 2).data())),
                OpCase.of("binaryCrossEntropy", "a,4 a,4", Domain.PROBABILITY,
                        x -> BinaryLosses.binaryCrossEntropy(x.get(0), x.get(1), weights(x.get(0)), Reduction.MEAN))
                        .refusing(d -> BinaryLosses.binaryCrossEntropy(zeros(d, 2).add(1.5), zeros(d, 2)))
                        .refusing(d -> BinaryLosses.binaryCrossEntropy(zeros(d, 2), zeros(d, 2).sub(0.5)))
                        .refusing(d -> BinaryLosses.binaryCrossEntropy(zeros(d, 2, 3), zeros(d, 3)))
                        .refusing(d -> BinaryLosses.binaryCrossEntropy(zeros(d, 2), zeros(d, 2).to(DType.F64)))
                        .refusing(d -> BinaryLosses.binaryCrossEntropy(zeros(d, 3), zeros(d, 3), zeros(d, 2, 3).data(), Reduction.SUM)),
                OpCase.of("binaryCrossEntropyWithLogits", "a,4 a,4",
                        x -> BinaryLosses.binaryCrossEntropyWithLogits(x.get(0), x.get(1), weights(x.get(0)).unsqueeze(0),
                                weights(x.get(0)), Reduction.NONE))
                        .refusing(d -> BinaryLosses.binaryCrossEntropyWithLogits(zeros(d, 2, 3), zeros(d, 2, 3), null, zeros(d, 2).data(),
                                Reduction.MEAN))
                        .refusing(d -> BinaryLosses.binaryCrossEntropyWithLogits(zeros(d, 2, 3), zeros(d, 3))),
                OpCase.of("sigmoidFocalLoss", "a,b a,b", Domain.PROBABILITY, x -> BinaryLosses.sigmoidFocalLoss(x.get(0), x.get(1)))
                        .refusing(d -> BinaryLosses.sigmoidFocalLoss(zeros(d, 2), zeros(d, 2), 2, 2, Reduction.MEAN))
                        .refusing(d -> BinaryLosses.sigmoidFocalLoss(zeros(d, 2), zeros(d, 2), 0.5, -1, Reduction.MEAN)),
                OpCase.of("sigmoidFocalLoss", "a a", Domain.PROBABILITY,
                        x -> BinaryLosses.sigmoidFocalLoss(x.get(0), x.get(1), -1, 0.5, Reduction.NONE)),
                OpCase.of("multilabelSoftMarginLoss", "a,4 a,4",
                        x -> BinaryLosses.multilabelSoftMarginLoss(x.get(0), x.get(1), weights(x.get(0)), Reduction.NONE))
                        .refusing(d -> BinaryLosses.multilabelSoftMarginLoss(zeros(d), zeros(d))),
                OpCase.of("softMarginLoss", "a,2", x -> BinaryLosses.softMarginLoss(x.get(0), classes(x.get(0), 1, -1)))
                        .refusing(d -> BinaryLosses.softMarginLoss(zeros(d, 2), classes(zeros(d), 1, 0)))
                        .refusing(d -> BinaryLosses.softMarginLoss(zeros(d, 2), classes(zeros(d), 1, 1, 1))),
                OpCase.of("hingeLoss", "a,2", x -> BinaryLosses.hingeLoss(x.get(0), classes(x.get(0), 1, -1), Reduction.SUM))
                        .refusing(d -> BinaryLosses.hingeLoss(zeros(d, 2), classes(zeros(d), 1, 2))),
                OpCase.of("diceLoss", "a,b,3 a,b,3", Domain.PROBABILITY, x -> SegmentationLosses.diceLoss(x.get(0), x.get(1)))
                        .refusing(d -> SegmentationLosses.diceLoss(zeros(d, 2, 3), zeros(d, 2, 3)))
                        .refusing(d -> SegmentationLosses.diceLoss(zeros(d, 2, 3, 1), zeros(d, 2, 3, 1), -1, Reduction.MEAN)),
                OpCase.of("jaccardLoss", "a,b,3 a,b,3", Domain.PROBABILITY,
                        x -> SegmentationLosses.jaccardLoss(x.get(0), x.get(1), 0.5, Reduction.NONE))
                        .refusing(d -> SegmentationLosses.jaccardLoss(zeros(d, 2, 3, 1), zeros(d, 2, 3, 2))),
                OpCase.of("oneHot", "2,4,3", x -> SegmentationLosses.jaccardLoss(x.get(0).softmax(1),
                        Variable.of(SegmentationLosses.oneHot(x.get(0), grid(x.get(0))))))
                        .refusing(d -> SegmentationLosses.oneHot(zeros(d, 1, 2), classes(zeros(d), 2))));
    }

    /// Class indices on the device of `like`.
    private static Tensor classes(Variable like, long... classes) {
        return Tensor.of(classes).to(like.device());
    }

    /// Class indices for an input `[2, 4, 3]`.
    private static Tensor grid(Variable like) {
        return Tensor.of(new long[] {2, 0, 3, 1, 3, 2}, Shape.of(2, 3)).to(like.device());
    }

    /// Weights of 4 classes.
    private static Tensor weights(Variable like) {
        return Tensor.of(1.0, 2.0, 0.5, 0.25).to(like.dtype()).to(like.device());
    }
}
