package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.BinaryLosses;
import dev.sunda.nn.functional.Reduction;

/// Logistic loss of labels 1 and -1. See [BinaryLosses#softMarginLoss].
///
/// @param reduction mean, sum or none
public record SoftMarginLoss(Reduction reduction) implements Loss {
    /// Checks the options.
    public SoftMarginLoss {
        Require.reduction("SoftMarginLoss", reduction);
    }

    /// The mean.
    public SoftMarginLoss() {
        this(Reduction.MEAN);
    }

    @Override
    public Variable forward(Variable input, Variable target) {
        return BinaryLosses.softMarginLoss(input, target.data(), reduction);
    }
}
