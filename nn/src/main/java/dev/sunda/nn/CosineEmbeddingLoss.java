package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.nn.functional.MetricLosses;
import dev.sunda.nn.functional.Reduction;

/// Pairs that should point the same way or not. See [MetricLosses#cosineEmbeddingLoss].
///
/// @param margin from -1 to 1
/// @param reduction mean, sum or none
public record CosineEmbeddingLoss(double margin, Reduction reduction) {
    /// Checks the options.
    public CosineEmbeddingLoss {
        Require.reduction("CosineEmbeddingLoss", reduction);
    }

    /// The mean with margin 0.
    public CosineEmbeddingLoss() {
        this(0, Reduction.MEAN);
    }

    /// The loss of pairs with labels 1 and -1.
    public Variable forward(Variable input1, Variable input2, Tensor labels) {
        return MetricLosses.cosineEmbeddingLoss(input1, input2, labels, margin, reduction);
    }
}
