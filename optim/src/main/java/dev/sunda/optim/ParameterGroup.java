package dev.sunda.optim;

import dev.sunda.autograd.Parameter;
import java.util.List;

/// Parameters that are trained with the same learning rate and the same options.
///
/// @param <O> options of the optimizer, for example [Sgd.Options]
/// @param parameters in a fixed order: saved state belongs to positions
/// @param learningRate base rate, 0 or more; schedules are relative to it
public record ParameterGroup<O>(List<Parameter> parameters, double learningRate, O options) {
    /// Copies the list.
    public ParameterGroup {
        parameters = List.copyOf(parameters);
    }
}
