package dev.sunda.autograd;

import dev.sunda.autograd.Node.Edge;
import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.spi.Storage;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.ShapeException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/// The engine: walks the recorded graph from the newest operation to the oldest. No recursion, so depth does not matter.
public final class Gradients {
    private Gradients() {
    }

    /// The gradient of a scalar `loss` with respect to each input, in their order; zeros where the loss does not depend on one.
    ///
    /// @param createGraph whether the pass is recorded, so that the results can be differentiated again; the graph of `loss` is then kept,
    ///     otherwise it is released
    /// @throws ShapeException unless `loss` has one element
    public static List<Variable> gradients(Variable loss, List<Variable> inputs, boolean createGraph) {
        return gradients(List.of(loss), List.of(seed(loss)), inputs, createGraph);
    }

    /// The gradient of `sum over i of <outputs_i, upstream_i>` with respect to each input: vector-Jacobian products.
    ///
    /// @param upstream one gradient for each output, of its shape
    public static List<Variable> gradients(List<Variable> outputs, List<Variable> upstream, List<Variable> inputs, boolean createGraph) {
        var wanted = Collections.<Node>newSetFromMap(new IdentityHashMap<>());
        for (Variable x : inputs) {
            if (x.node() == null)
                throw new IllegalArgumentException("gradients: an input of shape " + x.shape()
                        + " is a constant; make it with Variable.tracked(tensor) or use a Parameter that is not frozen");
            wanted.add(x.node());
        }
        var found = run(outputs, upstream, wanted, createGraph);
        var result = new ArrayList<Variable>();
        for (Variable x : inputs) {
            Variable dx = found.get(x.node());
            result.add(dx != null ? dx : Variable.zerosLike(x));
        }
        return List.copyOf(result);
    }

    /// Adds the gradient of `output` to every parameter that was used.
    static void backward(Variable output, Variable upstream) {
        var parameters = reachable(List.of(output)).stream().filter(node -> node.parameter() != null).toList();
        var wanted = Collections.<Node>newSetFromMap(new IdentityHashMap<>());
        wanted.addAll(parameters);
        var found = run(List.of(output), List.of(upstream), wanted, false);
        var taken = Collections.<Storage>newSetFromMap(new IdentityHashMap<>());
        taken.add(upstream.data().view().storage());
        for (Node node : parameters) {
            if (!found.containsKey(node))
                continue;
            Tensor dx = found.get(node).data();                      // an addition hands on the gradient it got: no two owners
            node.parameter().accumulate(taken.add(dx.view().storage()) ? dx : dx.copy());
        }
    }

    static Variable seed(Variable loss) {
        if (loss.data().numel() != 1)
            throw new ShapeException("backward",
                    "the loss must be a single number; reduce it with sum() or mean(), or pass the upstream gradient",
                    loss.shape());
        return Variable.of(Tensor.ones(loss.shape(), loss.dtype(), loss.device()));
    }

    private static IdentityHashMap<Node, Variable> run(List<Variable> outputs, List<Variable> upstream, Set<Node> wanted,
            boolean createGraph) {
        check(outputs, upstream);
        List<Node> nodes = reachable(outputs);
        Set<Node> useful = useful(nodes, wanted);
        return GradMode.recording(createGraph, () -> {
            var arriving = new Arriving(createGraph ? null : StepScope.mark());
            for (int i = 0; i < outputs.size(); i++)
                if (outputs.get(i).node() != null)
                    arriving.add(outputs.get(i).node(), upstream.get(i));
            var result = new IdentityHashMap<Node, Variable>();
            for (Node node : nodes.reversed()) {                     // newest first: every use of its value has been handled
                Variable dy = useful.contains(node) ? arriving.take(node) : null;
                if (dy != null) {
                    if (wanted.contains(node)) {
                        arriving.hold(dy);
                        result.put(node, dy);
                    }
                    if (!node.isLeaf())
                        propagate(node, dy, useful, arriving);
                    arriving.drop(dy);
                }
                if (!createGraph && !node.isLeaf())
                    node.release();
            }
            return result;
        });
    }

    private static void propagate(Node node, Variable dy, Set<Node> useful, Arriving arriving) {
        List<Edge> edges = node.edges();
        boolean[] needed = new boolean[edges.size()];
        boolean any = false;
        for (int i = 0; i < needed.length; i++)
            any |= needed[i] = edges.get(i).target() != null && useful.contains(edges.get(i).target());
        if (!any)
            return;
        List<Variable> gradients = node.backward(dy, needed);
        for (Variable dx : gradients)
            if (dx != null)
                arriving.hold(dx);
        for (int i = 0; i < needed.length; i++) {
            Variable dx = gradients.get(i);
            if (needed[i] && dx != null)
                arriving.add(edges.get(i).target(), dx.sumTo(edges.get(i).shape()).to(edges.get(i).dtype()));
        }
        for (Variable dx : gradients)
            if (dx != null)
                arriving.drop(dx);
    }

    private static void check(List<Variable> outputs, List<Variable> upstream) {
        if (outputs.size() != upstream.size())
            throw new IllegalArgumentException(
                    "gradients: " + outputs.size() + " outputs need as many upstream gradients (got " + upstream.size() + ")");
        for (int i = 0; i < outputs.size(); i++) {
            Tensor y = outputs.get(i).data();
            Tensor dy = upstream.get(i).data();
            if (!y.shape().equals(dy.shape()))
                throw new ShapeException("gradients", "output and upstream gradient differ in shape", y.shape(), dy.shape());
            Tensor.checkSameDevice("gradients", y, dy);
            if (y.dtype() != dy.dtype())
                throw new DTypeException(
                        "gradients: output and upstream gradient must have one type (got " + y.describe() + ", " + dy.describe()
                                + "); convert the gradient with to(dtype)");
        }
    }

    /// All nodes the outputs depend on, oldest first.
    private static List<Node> reachable(List<Variable> outputs) {
        var seen = Collections.<Node>newSetFromMap(new IdentityHashMap<>());
        var open = new ArrayDeque<Node>();
        var nodes = new ArrayList<Node>();
        for (Variable y : outputs)
            if (y.node() != null && seen.add(y.node()))
                open.add(y.node());
        while (!open.isEmpty()) {
            Node node = open.removeLast();
            nodes.add(node);
            for (Edge edge : node.edges())
                if (edge.target() != null && seen.add(edge.target()))
                    open.add(edge.target());
        }
        nodes.sort(Comparator.comparingLong(Node::sequence));
        return nodes;
    }

    /// Of `nodes`, oldest first, those on a path from a wanted node.
    private static Set<Node> useful(List<Node> nodes, Set<Node> wanted) {
        var useful = Collections.<Node>newSetFromMap(new IdentityHashMap<>());
        for (Node node : nodes)
            if (wanted.contains(node) || node.edges().stream().anyMatch(e -> e.target() != null && useful.contains(e.target())))
                useful.add(node);
        return useful;
    }
}
