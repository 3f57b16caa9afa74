package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.nn.functional.Reduction;
import dev.sunda.nn.functional.SequenceLosses;
import java.util.Objects;

/// Connectionist temporal classification. See [SequenceLosses#ctcLoss].
///
/// @param blank the class that stands for no label
/// @param reduction mean, sum or none
/// @param zeroInfinity whether infinite losses become 0
public record CtcLoss(int blank, Reduction reduction, boolean zeroInfinity) {
    /// Checks the options.
    public CtcLoss {
        Require.atLeast("CtcLoss", "blank", blank, 0);
        Require.reduction("CtcLoss", reduction);
    }

    /// The mean; class 0 is the blank.
    public CtcLoss() {
        this(0, Reduction.MEAN, false);
    }

    /// The loss of sequences.
    public Variable forward(Variable logProbs, Tensor targets, int[] inputLengths, int[] targetLengths) {
        Objects.requireNonNull(inputLengths, "CtcLoss.forward: inputLengths is null");
        Objects.requireNonNull(targetLengths, "CtcLoss.forward: targetLengths is null");
        return SequenceLosses.ctcLoss(logProbs, targets, inputLengths, targetLengths, blank, reduction, zeroInfinity);
    }
}
