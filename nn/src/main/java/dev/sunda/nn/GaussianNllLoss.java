package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.DistributionLosses;
import dev.sunda.nn.functional.Reduction;

/// Negative log-likelihood of normally distributed numbers. See [DistributionLosses#gaussianNllLoss].
///
/// @param full whether the constant term is added
/// @param eps smallest variance, greater than 0
/// @param reduction mean, sum or none
public record GaussianNllLoss(boolean full, double eps, Reduction reduction) {
    /// Checks the options.
    public GaussianNllLoss {
        Require.positive("GaussianNllLoss", "eps", eps);
        Require.reduction("GaussianNllLoss", reduction);
    }

    /// The mean without the constant term.
    public GaussianNllLoss() {
        this(false, 1e-6, Reduction.MEAN);
    }

    /// The loss of means and variances.
    public Variable forward(Variable input, Variable target, Variable variance) {
        return DistributionLosses.gaussianNllLoss(input, target, variance, full, eps, reduction);
    }
}
