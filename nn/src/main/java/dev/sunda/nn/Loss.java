package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;

/// A loss with its options, to be made once and called for every batch: `var loss = new CrossEntropyLoss(); ... loss.forward(y, target)`.
///
/// Losses hold no parameters, so they are records and no layers. Each calls the function of [dev.sunda.nn.functional] that its text names,
/// where formulas, shapes and errors stand; invalid options are refused by that call. Losses that compare more than two tensors have a
/// `forward` of their own and do not implement this interface.
@FunctionalInterface
public interface Loss {
    /// The loss of predictions beside a target that may be differentiated, too.
    Variable forward(Variable input, Variable target);

    /// The loss of predictions.
    default Variable forward(Variable input, Tensor target) {
        return forward(input, Variable.of(target));
    }
}
