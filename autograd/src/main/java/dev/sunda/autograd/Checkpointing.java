package dev.sunda.autograd;

import dev.sunda.core.RngLog;
import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/// Trades time for memory: what a part of a model computes on the way to its result is not kept for the backward pass but computed again
/// when the pass gets there.
///
/// ```java
/// Variable y = Checkpointing.checkpoint(block::forward, x);
/// ```
///
/// Values and gradients have the same bits as without: the function must give the same for the same inputs, and random numbers are drawn
/// from where their streams stood the first time. Variables that the function uses besides its inputs, parameters above all, get their
/// gradients as usual. Checkpoints nest, and gradients can be differentiated again; then nothing is saved. What the function does besides
/// computing it does twice; [#isRecomputing] tells it the second time, as running statistics of layers need it.
///
/// Source: Chen, Xu, Zhang, Guestrin 2016, Training deep nets with sublinear memory cost, arXiv:1604.06174.
public final class Checkpointing {
    private static final ScopedValue<Boolean> RECOMPUTING = ScopedValue.newInstance();

    private final Function<List<Variable>, Variable> function;
    private final List<Variable> inputs;
    private final RngLog log = new RngLog();
    private List<Node> captured = List.of();                         // variables from outside that are not inputs

    private Checkpointing(Function<List<Variable>, Variable> function, List<Variable> inputs) {
        this.function = function;
        this.inputs = inputs;
    }

    /// `function(x)` without what it keeps for the backward pass.
    public static Variable checkpoint(UnaryOperator<Variable> function, Variable x) {
        Objects.requireNonNull(function, "checkpoint: function is null");
        return checkpoint(all -> function.apply(all.getFirst()), List.of(x));
    }

    /// `function(inputs)` without what it keeps for the backward pass.
    public static Variable checkpoint(Function<List<Variable>, Variable> function, List<Variable> inputs) {
        Objects.requireNonNull(function, "checkpoint: function is null");
        if (!GradMode.isRecording())
            return function.apply(inputs);
        return new Checkpointing(function, List.copyOf(inputs)).first();
    }

    /// True while a function is computed for the second time, in a backward pass.
    public static boolean isRecomputing() {
        return RECOMPUTING.isBound();
    }

    private Variable first() {
        List<Variable> own = inputs.stream().map(Checkpointing::own).toList();
        long oldest = Node.next();
        Variable y = inScope(true, () -> log.record(() -> function.apply(own)), v -> List.of(v.data()));
        if (y.node() == null || y.node().sequence() < oldest)
            return y;                                                // nothing was computed that could be kept
        var found = captured(y, own, oldest);
        captured = found.stream().map(Node.Edge::target).toList();
        var edges = new ArrayList<>(inputs.stream().map(Node.Edge::to).toList());
        edges.addAll(found);
        return new Variable(y.data(), Node.operation("checkpoint", edges, this::gradients));
    }

    /// A node of its own for each input, at which the inner pass ends; the outer pass goes on from there.
    private static Variable own(Variable x) {
        return Operation.output("input", x.data(), Operation.wrt(x, dy -> dy));
    }

    /// Where the graph of `y` leaves what was made since `oldest`, in a fixed order.
    private static List<Node.Edge> captured(Variable y, List<Variable> own, long oldest) {
        var seen = Collections.<Node>newSetFromMap(new IdentityHashMap<>());
        own.stream().map(Variable::node).filter(Objects::nonNull).forEach(seen::add);
        seen.add(y.node());
        var found = new ArrayList<Node.Edge>();
        var open = new ArrayDeque<>(List.of(y.node()));
        while (!open.isEmpty())
            for (Node.Edge edge : open.removeLast().edges())
                if (edge.target() != null && seen.add(edge.target()))
                    if (edge.target().sequence() < oldest)
                        found.add(edge);
                    else
                    open.add(edge.target());
        found.sort((a, b) -> Long.compare(a.target().sequence(), b.target().sequence()));
        return found;
    }

    private List<Variable> gradients(Variable dy, boolean[] needed) {
        boolean recorded = GradMode.isRecording();
        return inScope(!recorded, () -> again(dy, needed, recorded),
                all -> all.stream().filter(Objects::nonNull).map(Variable::data).toList());
    }

    private List<Variable> again(Variable dy, boolean[] needed, boolean recorded) {
        List<Variable> own = GradMode.recording(true, () -> inputs.stream().map(Checkpointing::own).toList());
        long oldest = Node.next();
        Variable y = ScopedValue.where(RECOMPUTING, true)
                .call(() -> GradMode.recording(true, () -> log.replay(() -> function.apply(own))));
        if (y.node() == null || !captured(y, own, oldest).stream().map(Node.Edge::target).toList().equals(captured))
            throw new IllegalStateException(
                    "checkpoint: the function used other variables the second time; it must compute the same again");
        var nodes = new ArrayList<>(own.stream().map(Variable::node).toList());
        nodes.addAll(captured);
        Set<Node> wanted = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < needed.length; i++)
            if (needed[i])
                wanted.add(nodes.get(i));
        var found = Gradients.within(oldest, y, dy, wanted, recorded);
        var gradients = new ArrayList<Variable>();
        for (int i = 0; i < needed.length; i++)
            gradients.add(needed[i] ? found.get(nodes.get(i)) : null);
        return gradients;
    }

    /// Inside a step scope of its own, so that all but the result goes back at once; only where the user has opened one.
    private static <T> T inScope(boolean wanted, Supplier<T> computation, Function<T, List<Tensor>> results) {
        if (!wanted || !StepScope.isOpen())
            return computation.get();
        try (var _ = StepScope.open()) {
            T result = computation.get();
            results.apply(result).forEach(StepScope::retain);
            return result;
        }
    }
}
