package dev.sunda.examples.conformance;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.optim.Schedule;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// Operations by name, with the short forms in which families add theirs: one line for each.
final class OperationTable {
    private final Map<String, Function<Args, List<Variable>>> table = new TreeMap<>();

    /// @throws UnsupportedCase if there is no such operation
    Function<Args, List<Variable>> named(String op) {
        var operation = table.get(op);
        if (operation == null)
            throw new UnsupportedCase("operation " + op);
        return operation;
    }

    /// An operation with any number of outputs.
    void put(String name, Function<Args, List<Variable>> operation) {
        if (table.put(name, operation) != null)
            throw new IllegalStateException("operation " + name + " is there twice");
    }

    /// An operation with one output.
    void one(String name, Function<Args, Variable> operation) {
        put(name, a -> List.of(operation.apply(a)));
    }

    /// A function of the argument `input`.
    void unary(String name, UnaryOperator<Variable> operation) {
        one(name, a -> operation.apply(a.variable("input")));
    }

    /// A function of `input` and `other`, which is a tensor or a number.
    void binary(String name, BinaryOperator<Variable> tensors, ScalarOperation scalar) {
        one(name, a -> a.isTensor("other") ? tensors.apply(a.variable("input"), a.variable("other"))
                : scalar.apply(a.variable("input"), a.number("other")));
    }

    /// A function to indices, along `dim` or over all elements.
    void index(String name, IndexOperation along, UnaryOperator<Tensor> ofVector) {
        one(name, a -> Variable.of(a.has("dim") ? along.apply(a.variable("input").data(), a)
                : ofVector.apply(a.variable("input").data().reshape(-1))));
    }

    /// A schedule relative to the base rate `lr`.
    void schedule(String name, Function<Args, Schedule> make) {
        put(name, a -> Training.rates(a, make.apply(a), a.number("lr")));
    }

    interface ScalarOperation {
        Variable apply(Variable x, double y);
    }

    interface IndexOperation {
        Tensor apply(Tensor x, Args args);
    }
}
