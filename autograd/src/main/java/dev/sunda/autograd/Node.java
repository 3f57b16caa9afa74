package dev.sunda.autograd;

import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.spi.Version;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// One recorded operation, or a leaf. Holds the nodes it depends on and the rule that turns the gradient of its result into gradients of
/// its inputs; holds numbers only as far as the rule captured them.
final class Node {
    private static final AtomicLong COUNTER = new AtomicLong();

    /// Where a gradient goes: the input's node (null if it needs no gradient), its shape and type, and the version its memory had when it
    /// was used.
    record Edge(Node target, Shape shape, DType dtype, Version memory, long version) {
        static Edge to(Variable x) {
            Version memory = x.data().view().storage().version();
            return new Edge(x.node(), x.shape(), x.dtype(), memory, memory.count());
        }

        boolean isStale() {
            return memory.count() != version;
        }
    }

    /// From the gradient of the result to the gradients of the inputs; `null` entries where `needed` is false.
    @FunctionalInterface
    interface Rule {
        List<Variable> apply(Variable dy, boolean[] needed);
    }

    private final long sequence = COUNTER.getAndIncrement();
    private final String name;
    private final List<Edge> edges;
    private final Parameter parameter;
    private final String place = AnomalyMode.place();
    private Rule rule;
    private List<UnaryOperator<Variable>> hooks = List.of();
    private boolean keepsGrad;
    private Tensor grad;

    private Node(String name, List<Edge> edges, Rule rule, Parameter parameter) {
        this.name = name;
        this.edges = edges;
        this.rule = rule;
        this.parameter = parameter;
    }

    static Node operation(String name, List<Edge> edges, Rule rule) {
        return new Node(name, edges, rule, null);
    }

    static Node leaf(Parameter parameter) {
        return new Node("leaf", List.of(), null, parameter);
    }

    /// Smaller than the number of any node made from now on.
    static long next() {
        return COUNTER.get();
    }

    /// Where in the user's code the operation was called, or null if nobody wanted to know.
    String place() {
        return place;
    }

    // ---------------------------------------------------------------------------------------------------------- hooks and gradients kept

    HookHandle addHook(UnaryOperator<Variable> hook) {
        UnaryOperator<Variable> own = dy -> hook.apply(dy);          // an object of its own, if one hook is added twice
        hooks = Stream.concat(hooks.stream(), Stream.of(own)).toList();
        return () -> hooks = hooks.stream().filter(h -> h != own).toList();
    }

    /// The gradient after all hooks. They may keep it, so it leaves its step scope.
    Variable hooked(Variable dy) {
        Variable result = dy;
        for (var hook : hooks) {
            StepScope.retain(result.data());
            Variable replacement = hook.apply(result);
            if (replacement == null)
                continue;
            Tensor.checkSameDevice("onGradient", result.data(), replacement.data());
            if (!replacement.shape().equals(dy.shape()) || replacement.dtype() != dy.dtype())
                throw new ShapeException("onGradient", "a hook must replace the gradient by one like it, " + dy.data().describe() + ", not "
                        + replacement.dtype(), replacement.shape());
            result = replacement;
        }
        return result;
    }

    void keepGrad() {
        keepsGrad = true;
    }

    /// True if backward passes add to a gradient here.
    boolean collects() {
        return keepsGrad || parameter != null;
    }

    void accumulate(Tensor dx) {
        if (parameter != null)
            parameter.accumulate(dx);
        else
            grad = StepScope.retain(grad == null ? dx : grad.add(dx));
    }

    Tensor grad() {
        return grad;
    }

    // ---------------------------------------------------------------------------------------------------------- the graph

    /// Grows with creation: a node's inputs have smaller numbers than the node.
    long sequence() {
        return sequence;
    }

    List<Edge> edges() {
        return edges;
    }

    /// The parameter whose leaf this is, or null.
    Parameter parameter() {
        return parameter;
    }

    boolean isLeaf() {
        return edges.isEmpty();
    }

    /// Gradients of the inputs.
    ///
    /// @throws IllegalStateException if the rule has been released by an earlier backward pass, or an input has been overwritten since
    List<Variable> backward(Variable dy, boolean[] needed) {
        if (rule == null)
            throw new IllegalStateException(name + ": the graph was released by an earlier backward pass; compute the value again, or keep "
                    + "the graph with retainGraph or createGraph");
        for (Edge edge : edges)
            if (edge.isStale())
                throw new IllegalStateException(name + ": an input of shape " + edge.shape()
                        + " was changed in place after it was used; run backward before the optimizer step");
        List<Variable> gradients = rule.apply(dy, needed);
        if (gradients.size() != edges.size())
            throw new IllegalStateException(name + ": the rule gives " + gradients.size() + " gradients for " + edges.size() + " inputs");
        return gradients;
    }

    /// Lets go of everything the rule had captured.
    void release() {
        rule = null;
    }

    @Override
    public String toString() {
        return name;
    }
}
