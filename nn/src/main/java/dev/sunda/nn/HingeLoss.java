package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.BinaryLosses;
import dev.sunda.nn.functional.Reduction;

/// Hinge loss of labels 1 and -1. See [BinaryLosses#hingeLoss].
///
/// @param reduction mean, sum or none
public record HingeLoss(Reduction reduction) implements Loss {
    /// Checks the options.
    public HingeLoss {
        Require.reduction("HingeLoss", reduction);
    }

    /// The mean.
    public HingeLoss() {
        this(Reduction.MEAN);
    }

    @Override
    public Variable forward(Variable input, Variable target) {
        return BinaryLosses.hingeLoss(input, target.data(), reduction);
    }
}
