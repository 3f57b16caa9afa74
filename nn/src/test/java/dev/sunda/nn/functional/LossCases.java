package dev.sunda.nn.functional;

import static dev.sunda.autograd.check.OpCase.zeros;

import dev.sunda.autograd.Variable;
import dev.sunda.autograd.check.OpCase;
import dev.sunda.core.Tensor;
import dev.sunda.nn.functional.Losses.CrossEntropyOptions;
import java.util.List;

/// Cross-entropy.
final class LossCases {
    private LossCases() {
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of("crossEntropy", "3,4", x -> Losses.crossEntropy(x.get(0), classes(x.get(0), 2, 0, 3)))
                        .refusing(d -> Losses.crossEntropy(zeros(d, 3, 4), classes(zeros(d, 1), 2, 0)))
                        .refusing(d -> Losses.crossEntropy(zeros(d, 2, 4), classes(zeros(d, 1), 2, 4))),
                OpCase.of("linearCrossEntropy", "3,a 4,a 4", x -> Losses.linearCrossEntropy(x.get(0), x.get(1), x.get(2),
                        Variable.of(classes(x.get(0), 2, 0, 3)), CrossEntropyOptions.DEFAULT))
                        .refusing(d -> Losses.linearCrossEntropy(zeros(d, 1, 2, 3), zeros(d, 4, 3), null, zeros(d, 2, 4),
                                CrossEntropyOptions.DEFAULT))
                        .refusing(d -> Losses.linearCrossEntropy(zeros(d, 2, 3), zeros(d, 4, 2), null, zeros(d, 2, 4),
                                CrossEntropyOptions.DEFAULT))
                        .refusing(d -> Losses.linearCrossEntropy(zeros(d, 2, 3), zeros(d, 4, 3), zeros(d, 3), zeros(d, 2, 4),
                                CrossEntropyOptions.DEFAULT)),
                OpCase.of("linearCrossEntropy", "2,a 3,b,a 2,3,b", x -> Losses.linearCrossEntropy(x.get(0), x.get(1), null, x.get(2),
                        CrossEntropyOptions.DEFAULT.withLabelSmoothing(0.1))),
                OpCase.of("crossEntropy", "2,4,3", x -> Losses.crossEntropy(x.get(0), classes(x.get(0), 2, 0, 3, 1, -100, 2).reshape(2, 3),
                        CrossEntropyOptions.DEFAULT.withLabelSmoothing(0.1).withReduction(Reduction.NONE))),
                OpCase.of("crossEntropy", "2,3,a 2,3,a", x -> Losses.crossEntropy(x.get(0), x.get(1), CrossEntropyOptions.DEFAULT
                        .withLabelSmoothing(0.1).withClassWeights(Tensor.of(1.0, 2.0, 0.5).to(x.get(0).dtype()).to(x.get(0).device()))))
                        .refusing(d -> Losses.crossEntropy(zeros(d, 2, 3), zeros(d, 2, 4)))
                        .refusing(d -> Losses.crossEntropy(zeros(d, 2, 3), zeros(d, 2, 3), CrossEntropyOptions.DEFAULT.withIgnoreIndex(0)))
                        .refusing(d -> Losses.crossEntropy(zeros(d, 2, 3), zeros(d, 2, 3),
                                CrossEntropyOptions.DEFAULT.withReduction(Reduction.BATCH_MEAN))));
    }

    /// Class indices on the device of `like`.
    private static Tensor classes(Variable like, long... classes) {
        return Tensor.of(classes).to(like.device());
    }
}
