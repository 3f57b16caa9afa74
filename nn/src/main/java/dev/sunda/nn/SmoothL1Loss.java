package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Reduction;
import dev.sunda.nn.functional.RegressionLosses;

/// Absolute error, rounded off at 0. See [RegressionLosses#smoothL1Loss].
///
/// @param beta where the parabola ends, 0 or more
/// @param reduction mean, sum or none
public record SmoothL1Loss(double beta, Reduction reduction) implements Loss {
    /// Checks the options.
    public SmoothL1Loss {
        Require.notNegative("SmoothL1Loss", "beta", beta);
        Require.reduction("SmoothL1Loss", reduction);
    }

    /// The mean with `beta` 1.
    public SmoothL1Loss() {
        this(1, Reduction.MEAN);
    }

    @Override
    public Variable forward(Variable input, Variable target) {
        return RegressionLosses.smoothL1Loss(input, target, beta, reduction);
    }
}
