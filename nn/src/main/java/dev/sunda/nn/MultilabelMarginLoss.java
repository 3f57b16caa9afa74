package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.ClassificationLosses;
import dev.sunda.nn.functional.Reduction;

/// Hinge loss of several true classes. See [ClassificationLosses#multilabelMarginLoss].
///
/// @param reduction mean, sum or none
public record MultilabelMarginLoss(Reduction reduction) implements Loss {
    /// Checks the options.
    public MultilabelMarginLoss {
        Require.reduction("MultilabelMarginLoss", reduction);
    }

    /// The mean.
    public MultilabelMarginLoss() {
        this(Reduction.MEAN);
    }

    @Override
    public Variable forward(Variable input, Variable target) {
        return ClassificationLosses.multilabelMarginLoss(input, target.data(), reduction);
    }
}
