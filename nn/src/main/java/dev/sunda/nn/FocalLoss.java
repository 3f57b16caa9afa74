package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.nn.functional.ClassificationLosses;
import dev.sunda.nn.functional.Reduction;

/// Cross-entropy that counts less the surer a right answer is. See [ClassificationLosses#focalLoss].
///
/// @param alpha weights of the classes, `[C]`, or null for ones
/// @param gamma 0 or more
/// @param ignoreIndex elements whose class index equals this have no loss
/// @param reduction mean, sum or none
public record FocalLoss(Tensor alpha, double gamma, long ignoreIndex, Reduction reduction) implements Loss {
    /// Checks the options.
    public FocalLoss {
        Require.notNegative("FocalLoss", "gamma", gamma);
        Require.reduction("FocalLoss", reduction);
    }

    /// The mean with `gamma` 2, without weights.
    public FocalLoss() {
        this(null, 2, -100, Reduction.MEAN);
    }

    @Override
    public Variable forward(Variable input, Variable target) {
        return ClassificationLosses.focalLoss(input, target.data(), alpha, gamma, ignoreIndex, reduction);
    }
}
