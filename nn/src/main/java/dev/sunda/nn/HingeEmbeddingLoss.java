package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.MetricLosses;
import dev.sunda.nn.functional.Reduction;

/// Distances that should be small or large. See [MetricLosses#hingeEmbeddingLoss].
///
/// @param margin how large the others should be
/// @param reduction mean, sum or none
public record HingeEmbeddingLoss(double margin, Reduction reduction) implements Loss {
    /// Checks the options.
    public HingeEmbeddingLoss {
        Require.reduction("HingeEmbeddingLoss", reduction);
    }

    /// The mean with margin 1.
    public HingeEmbeddingLoss() {
        this(1, Reduction.MEAN);
    }

    @Override
    public Variable forward(Variable input, Variable target) {
        return MetricLosses.hingeEmbeddingLoss(input, target.data(), margin, reduction);
    }
}
