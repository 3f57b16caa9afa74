package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Reduction;
import dev.sunda.nn.functional.RegressionLosses;

/// Absolute error. See [RegressionLosses#l1Loss].
///
/// @param reduction mean, sum or none
public record L1Loss(Reduction reduction) implements Loss {
    /// Checks the options.
    public L1Loss {
        Require.reduction("L1Loss", reduction);
    }

    /// The mean.
    public L1Loss() {
        this(Reduction.MEAN);
    }

    @Override
    public Variable forward(Variable input, Variable target) {
        return RegressionLosses.l1Loss(input, target, reduction);
    }
}
