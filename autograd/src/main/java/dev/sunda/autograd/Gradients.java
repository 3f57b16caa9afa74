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

    /// How a pass runs.
    ///
    /// @param createGraph whether it is recorded
    /// @param keepGraph whether the graph can be walked again
    /// @param oldest nodes with smaller numbers are where the pass ends: they receive gradients but hand none on
    private record Pass(boolean createGraph, boolean keepGraph, long oldest) {
        static Pass whole(boolean createGraph, boolean keepGraph) {
            return new Pass(createGraph, keepGraph, 0);
        }

        boolean reaches(Node node) {
            return node.sequence() >= oldest;
        }
    }

    /// The gradient of `sum over i of <outputs_i, upstream_i>` with respect to each input: vector-Jacobian products.
    ///
    /// @param upstream one gradient for each output, of its shape
    public static List<Variable> gradients(List<Variable> outputs, List<Variable> upstream, List<Variable> inputs, boolean createGraph) {
        return gradients(outputs, upstream, inputs, createGraph, createGraph);
    }

    /// As [#gradients(List, List, List, boolean)].
    ///
    /// @param retainGraph whether the graph is kept for another pass
    /// @param createGraph whether the pass is recorded; a recorded one needs `retainGraph` too
    public static List<Variable> gradients(List<Variable> outputs, List<Variable> upstream, List<Variable> inputs, boolean retainGraph,
            boolean createGraph) {
        if (createGraph && !retainGraph)
            throw new IllegalArgumentException("gradients: results that are to be differentiated need the graph (got retainGraph false, "
                    + "createGraph true)");
        var wanted = Collections.<Node>newSetFromMap(new IdentityHashMap<>());
        for (Variable x : inputs) {
            if (x.node() == null)
                throw new IllegalArgumentException("gradients: an input of shape " + x.shape()
                        + " is a constant; make it with Variable.tracked(tensor) or use a Parameter that is not frozen");
            wanted.add(x.node());
        }
        var found = run(outputs, upstream, wanted, Pass.whole(createGraph, retainGraph));
        var result = new ArrayList<Variable>();
        for (Variable x : inputs) {
            Variable dx = found.get(x.node());
            result.add(dx != null ? dx : Variable.zerosLike(x));
        }
        return List.copyOf(result);
    }

    /// The gradient of one output with respect to nodes, from nodes with number `oldest` on only.
    static IdentityHashMap<Node, Variable> within(long oldest, Variable output, Variable upstream, Set<Node> wanted, boolean createGraph) {
        return run(List.of(output), List.of(upstream), wanted, new Pass(createGraph, createGraph, oldest));
    }

    /// Adds the gradient of `output` to every parameter that was used and every variable that keeps its gradient.
    static void backward(Variable output, Variable upstream, boolean retainGraph) {
        if (output.node() == null)
            throw new IllegalStateException("backward: there is nothing to differentiate with respect to (got a constant, "
                    + output.data().describe() + "); all it was computed from are constants, frozen parameters or data(), or it was "
                    + "computed within GradMode.noGrad");
        var pass = Pass.whole(false, retainGraph);
        var collecting = reachable(List.of(output), pass).stream().filter(Node::collects).toList();
        var wanted = Collections.<Node>newSetFromMap(new IdentityHashMap<>());
        wanted.addAll(collecting);
        var found = run(List.of(output), List.of(upstream), wanted, pass);
        var taken = Collections.<Storage>newSetFromMap(new IdentityHashMap<>());
        taken.add(upstream.data().view().storage());
        for (Node node : collecting) {
            if (!found.containsKey(node))
                continue;
            Tensor dx = found.get(node).data();                      // an addition hands on the gradient it got: no two owners
            node.accumulate(taken.add(dx.view().storage()) ? dx : dx.copy());
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
            Pass pass) {
        check(outputs, upstream);
        List<Node> nodes = reachable(outputs, pass);
        Set<Node> useful = useful(nodes, wanted);
        return GradMode.recording(pass.createGraph(), () -> {
            var arriving = new Arriving(pass.createGraph() ? null : StepScope.mark());
            for (int i = 0; i < outputs.size(); i++)
                if (outputs.get(i).node() != null)
                    arriving.add(outputs.get(i).node(), upstream.get(i));
            var result = new IdentityHashMap<Node, Variable>();
            for (Node node : nodes.reversed()) {                     // newest first: every use of its value has been handled
                Variable dy = useful.contains(node) ? arriving.take(node) : null;
                if (dy != null) {
                    if (pass.reaches(node))
                        dy = hooked(node, dy, arriving);
                    if (wanted.contains(node)) {
                        arriving.hold(dy);
                        result.put(node, dy);
                    }
                    if (!node.isLeaf() && pass.reaches(node))
                        propagate(node, dy, useful, arriving);
                    arriving.drop(dy);
                }
                if (!pass.keepGraph() && !node.isLeaf() && pass.reaches(node))
                    node.release();
            }
            return result;
        });
    }

    private static Variable hooked(Node node, Variable dy, Arriving arriving) {
        Variable changed = node.hooked(dy);
        if (changed != dy) {
            arriving.hold(changed);
            arriving.drop(dy);
        }
        return changed;
    }

    private static void propagate(Node node, Variable dy, Set<Node> useful, Arriving arriving) {
        List<Edge> edges = node.edges();
        boolean[] needed = new boolean[edges.size()];
        boolean any = false;
        for (int i = 0; i < needed.length; i++)
            any |= needed[i] = edges.get(i).target() != null && useful.contains(edges.get(i).target());
        if (!any)
            return;
        List<Variable> gradients = AnomalyMode.pause(() -> node.backward(dy, needed));
        AnomalyMode.checkGradients(node, dy, gradients, needed);
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

    /// All nodes the outputs depend on as far as the pass reaches, and those it ends at, oldest first.
    private static List<Node> reachable(List<Variable> outputs, Pass pass) {
        var seen = Collections.<Node>newSetFromMap(new IdentityHashMap<>());
        var open = new ArrayDeque<Node>();
        var nodes = new ArrayList<Node>();
        for (Variable y : outputs)
            if (y.node() != null && seen.add(y.node()))
                open.add(y.node());
        while (!open.isEmpty()) {
            Node node = open.removeLast();
            nodes.add(node);
            if (!pass.reaches(node))
                continue;
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
