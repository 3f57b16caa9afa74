package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.DistributionLosses;
import dev.sunda.nn.functional.DistributionLosses.PoissonOptions;

/// Negative log-likelihood of counts. See [DistributionLosses#poissonNllLoss].
///
/// @param options kind of input, constant term, eps and reduction
public record PoissonNllLoss(PoissonOptions options) implements Loss {
    /// Checks the options.
    public PoissonNllLoss {
        Require.notNegative("PoissonNllLoss", "eps", options.eps());
        Require.reduction("PoissonNllLoss", options.reduction());
    }

    /// With the default options.
    public PoissonNllLoss() {
        this(PoissonOptions.DEFAULT);
    }

    @Override
    public Variable forward(Variable input, Variable target) {
        return DistributionLosses.poissonNllLoss(input, target, options);
    }
}
