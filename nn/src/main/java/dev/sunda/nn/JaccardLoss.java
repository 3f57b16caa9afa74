package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Reduction;
import dev.sunda.nn.functional.SegmentationLosses;

/// One minus intersection over union. See [SegmentationLosses#jaccardLoss].
///
/// @param smooth added to both parts of the quotient, 0 or more
/// @param reduction mean, sum or none
public record JaccardLoss(double smooth, Reduction reduction) implements Loss {
    /// Checks the options.
    public JaccardLoss {
        Require.notNegative("JaccardLoss", "smoothing", smooth);
        Require.reduction("JaccardLoss", reduction);
    }

    /// The mean with a smoothing of 1.
    public JaccardLoss() {
        this(1, Reduction.MEAN);
    }

    @Override
    public Variable forward(Variable input, Variable target) {
        return SegmentationLosses.jaccardLoss(input, target, smooth, reduction);
    }
}
