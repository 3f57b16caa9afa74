package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.nn.functional.BinaryLosses;
import dev.sunda.nn.functional.Reduction;

/// Binary cross-entropy of probabilities. See [BinaryLosses#binaryCrossEntropy].
///
/// @param weight of a shape that broadcasts to the input's, or null for ones
/// @param reduction mean, sum or none
public record BceLoss(Tensor weight, Reduction reduction) implements Loss {
    /// Checks the options.
    public BceLoss {
        Require.reduction("BceLoss", reduction);
    }

    /// The mean, without weights.
    public BceLoss() {
        this(null, Reduction.MEAN);
    }

    @Override
    public Variable forward(Variable input, Variable target) {
        return BinaryLosses.binaryCrossEntropy(input, target, weight, reduction);
    }
}
