package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.nn.functional.BinaryLosses;
import dev.sunda.nn.functional.Reduction;

/// Binary cross-entropy of logits, averaged over classes. See [BinaryLosses#multilabelSoftMarginLoss].
///
/// @param weight of a shape that broadcasts to the input's, or null for ones
/// @param reduction mean, sum or none
public record MultilabelSoftMarginLoss(Tensor weight, Reduction reduction) implements Loss {
    /// Checks the options.
    public MultilabelSoftMarginLoss {
        Require.reduction("MultilabelSoftMarginLoss", reduction);
    }

    /// The mean, without weights.
    public MultilabelSoftMarginLoss() {
        this(null, Reduction.MEAN);
    }

    @Override
    public Variable forward(Variable input, Variable target) {
        return BinaryLosses.multilabelSoftMarginLoss(input, target, weight, reduction);
    }
}
