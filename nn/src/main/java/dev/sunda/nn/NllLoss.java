package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.nn.functional.ClassificationLosses;
import dev.sunda.nn.functional.Reduction;

/// Negative log-likelihood of class indices beside log-probabilities. See [ClassificationLosses#nllLoss].
///
/// @param classWeights weights of the classes, `[C]`, or null for ones
/// @param ignoreIndex elements whose class index equals this have no loss
/// @param reduction mean, sum or none
public record NllLoss(Tensor classWeights, long ignoreIndex, Reduction reduction) implements Loss {
    /// Checks the options.
    public NllLoss {
        Require.reduction("NllLoss", reduction);
    }

    /// The mean, without weights; index -100 is ignored.
    public NllLoss() {
        this(null, -100, Reduction.MEAN);
    }

    @Override
    public Variable forward(Variable input, Variable target) {
        return ClassificationLosses.nllLoss(input, target.data(), classWeights, ignoreIndex, reduction);
    }
}
