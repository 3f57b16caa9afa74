package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.BinaryLosses;
import dev.sunda.nn.functional.Reduction;

/// Binary cross-entropy of logits that counts less the surer a right answer is. See [BinaryLosses#sigmoidFocalLoss].
///
/// @param alpha weight of the yes-answers, from 0 to 1; negative for no weights at all
/// @param gamma 0 or more
/// @param reduction mean, sum or none
public record SigmoidFocalLoss(double alpha, double gamma, Reduction reduction) implements Loss {
    /// Checks the options.
    public SigmoidFocalLoss {
        Require.atMost("SigmoidFocalLoss", "alpha", alpha, 1);
        Require.notNegative("SigmoidFocalLoss", "gamma", gamma);
        Require.reduction("SigmoidFocalLoss", reduction);
    }

    /// The mean with `alpha` 0.25 and `gamma` 2.
    public SigmoidFocalLoss() {
        this(0.25, 2, Reduction.MEAN);
    }

    @Override
    public Variable forward(Variable input, Variable target) {
        return BinaryLosses.sigmoidFocalLoss(input, target, alpha, gamma, reduction);
    }
}
