package dev.sunda.nn;

import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.core.type.ShapeException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/// Which variables stand in for parameters while a call of this thread lasts, see [Layer#functionalCall].
final class Substitution {
    private static final ScopedValue<Substitution> CURRENT = ScopedValue.newInstance();

    private final Substitution outer;                                // null if there is none
    private final Map<Parameter, Variable> values = new IdentityHashMap<>();
    private final Set<Parameter> read = Collections.newSetFromMap(new IdentityHashMap<>());

    private Substitution(Substitution outer) {
        this.outer = outer;
    }

    /// What stands in for a parameter: itself, if nothing else does.
    static Variable of(Parameter parameter) {
        return CURRENT.isBound() ? CURRENT.get().valueOf(parameter) : parameter;
    }

    private Variable valueOf(Parameter parameter) {
        read.add(parameter);
        Variable value = values.get(parameter);
        return value != null ? value : outer != null ? outer.valueOf(parameter) : parameter;
    }

    /// @param model for messages
    /// @param parameters of the model by path
    static <T> T during(String model, Map<String, Parameter> parameters, Map<String, ? extends Variable> values, Supplier<T> call) {
        var substitution = new Substitution(CURRENT.isBound() ? CURRENT.get() : null);
        var names = new LinkedHashMap<String, Parameter>();
        values.forEach((name, value) -> {
            Parameter parameter = parameters.get(name);
            if (parameter == null)
                throw new IllegalArgumentException("functionalCall: " + model + " has no parameter '" + name + "'; it has "
                        + String.join(", ", parameters.keySet()));
            if (value == null)
                throw new IllegalArgumentException("functionalCall: '" + name + "' is null; leave out what stands for itself");
            if (!value.shape().equals(parameter.shape()))
                throw new ShapeException("functionalCall", "what stands in for '" + name + "' must have its shape", parameter.shape(),
                        value.shape());
            Variable other = substitution.values.put(parameter, value);
            if (other != null && other != value)
                throw new IllegalArgumentException("functionalCall: '" + nameOf(parameter, names) + "' and '" + name
                        + "' are one shared parameter, for which one variable can stand in (got two); give it under one name");
            names.put(name, parameter);
        });
        T result = ScopedValue.where(CURRENT, substitution).call(call::get);
        var unread = new ArrayList<String>();
        names.forEach((name, parameter) -> {
            if (!substitution.read.contains(parameter))
                unread.add(name);
        });
        if (!unread.isEmpty())
            throw new IllegalStateException("functionalCall: no layer of " + model + " asked for " + String.join(", ", unread)
                    + ", so what was given had no effect; leave out what the call does not use, and let a layer of your own read its "
                    + "parameters with current(parameter)");
        return result;
    }

    private static String nameOf(Parameter parameter, Map<String, Parameter> names) {
        return names.entrySet().stream().filter(named -> named.getValue() == parameter).findFirst().orElseThrow().getKey();
    }
}
