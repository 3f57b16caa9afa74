package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Reduction;
import dev.sunda.nn.functional.RegressionLosses;

/// Squared error. See [RegressionLosses#mseLoss].
///
/// @param reduction mean, sum or none
public record MseLoss(Reduction reduction) implements Loss {
    /// Checks the options.
    public MseLoss {
        Require.reduction("MseLoss", reduction);
    }

    /// The mean.
    public MseLoss() {
        this(Reduction.MEAN);
    }

    @Override
    public Variable forward(Variable input, Variable target) {
        return RegressionLosses.mseLoss(input, target, reduction);
    }
}
