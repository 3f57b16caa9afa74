package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import java.util.Objects;
import java.util.function.UnaryOperator;

/// A function without state as a layer, for a place among others: `new Lambda(x -> x.mean(Dims.of(1)))`. No parameters.
public final class Lambda extends Layer {
    private final UnaryOperator<Variable> function;

    /// @param function of the input alone
    public Lambda(UnaryOperator<Variable> function) {
        Objects.requireNonNull(function, "Lambda: function is null");
        this.function = function;
    }

    @Override
    protected Variable compute(Variable x) {
        return function.apply(x);
    }
}
