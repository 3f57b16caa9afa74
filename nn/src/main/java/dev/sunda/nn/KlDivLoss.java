package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.DistributionLosses;
import dev.sunda.nn.functional.Reduction;

/// Kullback-Leibler divergence of a target from predicted log-probabilities. See [DistributionLosses#klDiv].
///
/// @param logTarget whether the target holds logarithms, too
/// @param reduction mean, sum, none, or the mean of the batch
public record KlDivLoss(boolean logTarget, Reduction reduction) implements Loss {
    /// The mean over all elements, for a target of probabilities.
    public KlDivLoss() {
        this(false, Reduction.MEAN);
    }

    @Override
    public Variable forward(Variable input, Variable target) {
        return DistributionLosses.klDiv(input, target, logTarget, reduction);
    }
}
