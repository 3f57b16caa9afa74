package dev.sunda.autograd;

import dev.sunda.core.StepScope;
import dev.sunda.core.spi.Storage;
import java.util.IdentityHashMap;

/// The gradients under way in a backward pass, by the node they arrive at.
///
/// Counts how many of them lie in each memory, because rules hand on what they get, or views of it. Memory that the pass itself has made
/// goes back to the step scope when the last of its gradients has been used, so that a pass needs no more than it has under way.
final class Arriving {
    private static final String BY = "the backward pass that made it, after its last use";

    private final StepScope.Mark start;
    private final IdentityHashMap<Node, Variable> gradients = new IdentityHashMap<>();
    private final IdentityHashMap<Storage, Integer> uses = new IdentityHashMap<>();

    /// @param start when the pass began; null if what it makes must stay, because the pass is recorded
    Arriving(StepScope.Mark start) {
        this.start = start;
    }

    /// Adds a gradient to what has arrived at a node.
    void add(Node target, Variable dx) {
        hold(dx);
        Variable before = gradients.remove(target);
        if (before == null) {
            gradients.put(target, dx);
            return;
        }
        Variable sum = before.add(dx);
        hold(sum);
        gradients.put(target, sum);
        drop(before);
        drop(dx);
    }

    /// Removes what has arrived at a node; the caller drops it after use. Null if nothing has.
    Variable take(Node node) {
        return gradients.remove(node);
    }

    /// One more user of the memory of `x`.
    void hold(Variable x) {
        uses.merge(x.data().view().storage(), 1, Integer::sum);
    }

    /// One user less; the last one's memory is recycled if it was made in this pass.
    void drop(Variable x) {
        Storage storage = x.data().view().storage();
        if (uses.merge(storage, -1, Integer::sum) > 0)
            return;
        uses.remove(storage);
        if (start != null)
            start.recycle(x.data(), BY);
    }
}
