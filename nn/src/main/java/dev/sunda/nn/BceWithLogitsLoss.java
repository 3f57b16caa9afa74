package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.nn.functional.BinaryLosses;
import dev.sunda.nn.functional.Reduction;

/// Binary cross-entropy of logits. See [BinaryLosses#binaryCrossEntropyWithLogits].
///
/// @param weight of a shape that broadcasts to the input's, or null for ones
/// @param posWeight likewise, weight of the yes-answers
/// @param reduction mean, sum or none
public record BceWithLogitsLoss(Tensor weight, Tensor posWeight, Reduction reduction) implements Loss {
    /// Checks the options.
    public BceWithLogitsLoss {
        Require.reduction("BceWithLogitsLoss", reduction);
    }

    /// The mean, without weights.
    public BceWithLogitsLoss() {
        this(null, null, Reduction.MEAN);
    }

    @Override
    public Variable forward(Variable input, Variable target) {
        return BinaryLosses.binaryCrossEntropyWithLogits(input, target, weight, posWeight, reduction);
    }
}
