package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Reduction;
import dev.sunda.nn.functional.RegressionLosses;

/// Squared error near 0, absolute error beyond. See [RegressionLosses#huberLoss].
///
/// @param delta where the parabola ends, greater than 0
/// @param reduction mean, sum or none
public record HuberLoss(double delta, Reduction reduction) implements Loss {
    /// Checks the options.
    public HuberLoss {
        Require.positive("HuberLoss", "delta", delta);
        Require.reduction("HuberLoss", reduction);
    }

    /// The mean with `delta` 1.
    public HuberLoss() {
        this(1, Reduction.MEAN);
    }

    @Override
    public Variable forward(Variable input, Variable target) {
        return RegressionLosses.huberLoss(input, target, delta, reduction);
    }
}
