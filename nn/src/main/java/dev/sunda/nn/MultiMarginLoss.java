package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.ClassificationLosses;
import dev.sunda.nn.functional.ClassificationLosses.MultiMarginOptions;

/// Hinge loss of a choice among classes. See [ClassificationLosses#multiMarginLoss].
///
/// @param options exponent, margin, weights and reduction
public record MultiMarginLoss(MultiMarginOptions options) implements Loss {
    /// Checks the options.
    public MultiMarginLoss {
        Require.between("MultiMarginLoss", "exponent", options.p(), 1, 2);
        Require.reduction("MultiMarginLoss", options.reduction());
    }

    /// With the default options.
    public MultiMarginLoss() {
        this(MultiMarginOptions.DEFAULT);
    }

    @Override
    public Variable forward(Variable input, Variable target) {
        return ClassificationLosses.multiMarginLoss(input, target.data(), options);
    }
}
