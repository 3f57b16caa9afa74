package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Losses;
import dev.sunda.nn.functional.Losses.CrossEntropyOptions;

/// Softmax and cross-entropy in one step. See [Losses#crossEntropy(Variable, Variable, CrossEntropyOptions)].
///
/// @param options weights, ignored index, smoothing and reduction
public record CrossEntropyLoss(CrossEntropyOptions options) implements Loss {
    /// Checks the options.
    public CrossEntropyLoss {
        Require.between("CrossEntropyLoss", "label smoothing", options.labelSmoothing(), 0, 1);
        Require.reduction("CrossEntropyLoss", options.reduction());
    }

    /// With the default options.
    public CrossEntropyLoss() {
        this(CrossEntropyOptions.DEFAULT);
    }

    @Override
    public Variable forward(Variable input, Variable target) {
        return Losses.crossEntropy(input, target, options);
    }
}
