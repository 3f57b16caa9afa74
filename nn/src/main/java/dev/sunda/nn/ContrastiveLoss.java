package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.nn.functional.MetricLosses;
import dev.sunda.nn.functional.Reduction;

/// Pairs that should be near each other or not. See [MetricLosses#contrastiveLoss].
///
/// @param margin greater than 0
/// @param reduction mean, sum or none
public record ContrastiveLoss(double margin, Reduction reduction) {
    /// Checks the options.
    public ContrastiveLoss {
        Require.positive("ContrastiveLoss", "margin", margin);
        Require.reduction("ContrastiveLoss", reduction);
    }

    /// The mean with margin 1.
    public ContrastiveLoss() {
        this(1, Reduction.MEAN);
    }

    /// The loss of pairs with labels 1 and -1.
    public Variable forward(Variable input1, Variable input2, Tensor labels) {
        return MetricLosses.contrastiveLoss(input1, input2, labels, margin, reduction);
    }
}
