package dev.sunda.optim;

import dev.sunda.autograd.Parameter;
import java.util.List;
import java.util.Objects;

/// Parameters that are trained with the same learning rate and the same options.
///
/// @param <O> options of the optimizer, for example [Sgd.Options]
/// @param parameters in a fixed order: saved state belongs to positions
/// @param learningRate base rate, 0 or more; schedules are relative to it
public record ParameterGroup<O>(List<Parameter> parameters, double learningRate, O options) {
    /// Copies the list.
    public ParameterGroup {
        Objects.requireNonNull(parameters, "ParameterGroup: parameters is null; pass model.parameters()");
        Objects.requireNonNull(options, "ParameterGroup: options is null; use the optimizer's Options.DEFAULT");
        parameters.forEach(parameter -> Objects.requireNonNull(parameter, "ParameterGroup: a parameter is null"));
        parameters = List.copyOf(parameters);
    }
}
