package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Reduction;
import dev.sunda.nn.functional.SegmentationLosses;

/// One minus the F1 score of pixels. See [SegmentationLosses#diceLoss].
///
/// @param smooth added to both parts of the quotient, 0 or more
/// @param reduction mean, sum or none
public record DiceLoss(double smooth, Reduction reduction) implements Loss {
    /// Checks the options.
    public DiceLoss {
        Require.notNegative("DiceLoss", "smoothing", smooth);
        Require.reduction("DiceLoss", reduction);
    }

    /// The mean with a smoothing of 1.
    public DiceLoss() {
        this(1, Reduction.MEAN);
    }

    @Override
    public Variable forward(Variable input, Variable target) {
        return SegmentationLosses.diceLoss(input, target, smooth, reduction);
    }
}
