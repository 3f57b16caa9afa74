package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.nn.functional.MetricLosses;
import dev.sunda.nn.functional.Reduction;

/// Which of two scores should be larger. See [MetricLosses#marginRankingLoss].
///
/// @param margin by how much
/// @param reduction mean, sum or none
public record MarginRankingLoss(double margin, Reduction reduction) {
    /// Checks the options.
    public MarginRankingLoss {
        Require.reduction("MarginRankingLoss", reduction);
    }

    /// The mean with margin 0.
    public MarginRankingLoss() {
        this(0, Reduction.MEAN);
    }

    /// The loss of pairs with labels 1 and -1.
    public Variable forward(Variable input1, Variable input2, Tensor labels) {
        return MetricLosses.marginRankingLoss(input1, input2, labels, margin, reduction);
    }
}
