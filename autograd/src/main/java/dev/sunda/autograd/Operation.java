package dev.sunda.autograd;

import dev.sunda.core.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// How an operation is declared, ours and an application's own alike: its value, and a rule for the gradient of each input.
///
/// ```java
/// static Variable cube(Variable x) {
///     return output("cube", x.data().mul(x.data()).mul(x.data()), wrt(x, dy -> dy.mul(x.square()).mul(3)));
/// }
/// ```
///
/// Rules are written with `Variable` operations, so they can be differentiated again. The engine owns the chores: it sums gradients back
/// over broadcast dimensions and to the input's type, skips rules nobody asked for, and releases what rules captured once they have run.
/// Capture only what the rule needs: a lambda that mentions `x` keeps its numbers alive, one that needs a shape should capture the shape.
public final class Operation {
    private Operation() {
    }

    /// The gradient rule of one input. Made by `wrt`.
    public static final class Wrt {
        private final Variable input;
        private final BinaryOperator<Variable> rule;
        private final boolean wantsOutput;

        private Wrt(Variable input, BinaryOperator<Variable> rule, boolean wantsOutput) {
            this.input = input;
            this.rule = rule;
            this.wantsOutput = wantsOutput;
        }
    }

    /// The rule of one input, from the gradient of the output to that of the input.
    public static Wrt wrt(Variable input, UnaryOperator<Variable> rule) {
        Objects.requireNonNull(input, "Operation.wrt: input is null; leave its rule out");
        Objects.requireNonNull(rule, "Operation.wrt: rule is null");
        return new Wrt(input, (dy, _) -> rule.apply(dy), false);
    }

    /// The rule of one input, written with the gradient and the value of the output; the output stays alive, the input need not.
    public static Wrt wrt(Variable input, BinaryOperator<Variable> rule) {
        Objects.requireNonNull(input, "Operation.wrt: input is null; leave its rule out");
        Objects.requireNonNull(rule, "Operation.wrt: rule is null");
        return new Wrt(input, rule, true);
    }

    /// Declares an operation with one formula for each input.
    ///
    /// @param name for messages
    /// @param value the result, already computed
    /// @param inputs rules of all inputs that may need a gradient
    public static Variable output(String name, Tensor value, Wrt... inputs) {
        Objects.requireNonNull(name, "Operation.output: name is null");
        Objects.requireNonNull(inputs, "Operation.output: inputs is null");
        for (Wrt input : inputs)
            Objects.requireNonNull(input, "Operation.output: the rule of an input is null");
        List<Variable> all = Arrays.stream(inputs).map(w -> w.input).toList();
        AnomalyMode.checkResult(name, value, all);
        if (!isRecorded(all))
            return Variable.of(value);
        var edges = Arrays.stream(inputs).map(w -> Node.Edge.to(w.input)).toList();
        boolean wantsOutput = Arrays.stream(inputs).anyMatch(w -> w.wantsOutput && w.input.requiresGrad());
        var y = new Variable[1];                                     // filled below: the rule refers to the result it belongs to
        var rules = Arrays.stream(inputs).map(w -> w.input.requiresGrad() ? w.rule : null).toList();   // a constant's rule is not kept
        var node = Node.operation(name, edges, (dy, needed) -> {
            var gradients = new ArrayList<Variable>();
            for (int i = 0; i < rules.size(); i++)
                gradients.add(needed[i] ? rules.get(i).apply(dy, y[0]) : null);
            return gradients;
        });
        var result = new Variable(value, node);
        if (wantsOutput)
            y[0] = result;
        return result;
    }

    /// Declares an operation whose gradients share work: one rule gives them all, in the order of the inputs.
    ///
    /// @param joint from the gradient of the output to the gradients of all inputs; null entries mean no gradient
    public static Variable output(String name, Tensor value, List<Variable> inputs, Function<Variable, List<Variable>> joint) {
        Objects.requireNonNull(name, "Operation.output: name is null");
        Objects.requireNonNull(inputs, "Operation.output: inputs is null");
        Objects.requireNonNull(joint, "Operation.output: joint is null");
        AnomalyMode.checkResult(name, value, inputs);
        if (!isRecorded(inputs))
            return Variable.of(value);
        var edges = inputs.stream().map(Node.Edge::to).toList();
        return new Variable(value, Node.operation(name, edges, (dy, _) -> joint.apply(dy)));
    }

    /// Joins a fast backward kernel, which cannot be differentiated, and the same formulas as differentiable operations. The grad mode
    /// picks: the kernel runs in an ordinary backward pass, the formulas where the pass itself is recorded. The kernel maps tensors to
    /// tensors, so an unrecorded result cannot slip into a recorded graph.
    public static Function<Variable, List<Variable>> fused(Function<Tensor, List<Tensor>> kernel,
            Function<Variable, List<Variable>> composite) {
        Objects.requireNonNull(kernel, "Operation.fused: kernel is null");
        Objects.requireNonNull(composite, "Operation.fused: composite is null");
        return dy -> {
            if (GradMode.isRecording())
                return composite.apply(dy);
            var gradients = new ArrayList<Variable>();
            for (Tensor gradient : kernel.apply(dy.data()))
                gradients.add(gradient == null ? null : Variable.of(gradient));
            return gradients;
        };
    }

    /// The second form of [#fused] for an operation that is a composition of others: records the composition and differentiates that. The
    /// gradient with respect to one input does not go through the history of another.
    ///
    /// @param composition the operation by recorded operations, as a function of its inputs
    public static Function<Variable, List<Variable>> recorded(List<Variable> inputs, Function<List<Variable>, Variable> composition) {
        Objects.requireNonNull(inputs, "Operation.recorded: inputs is null");
        inputs.forEach(input -> Objects.requireNonNull(input, "Operation.recorded: an input is null"));
        Objects.requireNonNull(composition, "Operation.recorded: composition is null");
        return dy -> {
            var again = inputs.stream().map(x -> x.requiresGrad() ? output("alias", x.data(), wrt(x, d -> d)) : x).toList();
            var tracked = again.stream().filter(Variable::requiresGrad).toList();
            var found = Gradients.gradients(List.of(composition.apply(again)), List.of(dy), tracked, true).iterator();
            var gradients = new ArrayList<Variable>();
            for (Variable x : again)
                gradients.add(x.requiresGrad() ? found.next() : null);
            return gradients;
        };
    }

    private static boolean isRecorded(List<Variable> inputs) {
        return GradMode.isRecording() && inputs.stream().anyMatch(Variable::requiresGrad);
    }
}
