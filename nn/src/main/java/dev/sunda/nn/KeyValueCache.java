package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import dev.sunda.nn.functional.Attentions;

/// Keys and values of the positions one attention layer has seen, so that decoding computes each only once.
///
/// Memory is taken at the first use, for as many positions as fit at all; it survives step scopes. No gradient flows into a cache.
public final class KeyValueCache {
    private final int capacity;
    private Tensor keys;
    private Tensor values;
    private int length;

    /// @param capacity positions that fit, at least 1
    public KeyValueCache(int capacity) {
        Require.atLeast("KeyValueCache", "number of positions", capacity, 1);
        this.capacity = capacity;
    }

    /// Positions seen so far.
    public int length() {
        return length;
    }

    /// Goes back to an earlier length, for example to 0 for a new sequence.
    ///
    /// @param length from 0 to the present one
    public void truncate(int length) {
        if (length < 0 || length > this.length)
            throw new IllegalArgumentException("KeyValueCache: the length must be from 0 to " + this.length + " (got " + length + ")");
        this.length = length;
    }

    /// Adds positions at the end.
    ///
    /// @param k `[N, heads, positions, width]`, as `v`
    void append(Tensor k, Tensor v) {
        int positions = k.size(2);
        if (length + positions > capacity)
            throw new ShapeException("KeyValueCache",
                    length + " of " + capacity + " positions are taken, so there is no room for " + positions,
                    k.shape());
        if (length == 0) {
            keys = memory(k);
            values = memory(v);
        } else if (!keys.shape().with(2, positions).equals(k.shape())) {
            throw new ShapeException("KeyValueCache", "batch, heads and width must stay as they were", keys.shape(), k.shape());
        }
        keys.narrow(2, length, positions).copyFrom(k);
        values.narrow(2, length, positions).copyFrom(v);
        length += positions;
    }

    private Tensor memory(Tensor like) {
        Shape shape = like.shape().with(2, capacity);
        return StepScope.retain(Tensor.empty(Layout.contiguous(shape), like.dtype(), like.device()));
    }

    /// What queries hear from the positions in the cache.
    ///
    /// @param q `[N, heads, queries, width]`, a multiple of the heads of the cache
    /// @param causal whether the queries are the last positions of the cache, and see none behind their own
    /// @return `[N, heads, queries, width]`
    Variable heard(Variable q, boolean causal) {
        Variable k = Variable.of(keys.narrow(2, 0, length));
        Variable v = Variable.of(values.narrow(2, 0, length));
        int queries = q.size(2);
        Variable mask = causal && queries > 1 ? Variable.of(past(queries).to(q.device())) : null;
        return Attentions.scaledDotProductAttention(q, k, v, mask, Attentions.Options.DEFAULT.withEnableGqa(q.size(1) != keys.size(1)));
    }

    private Tensor past(int queries) {
        var seen = new boolean[queries * length];
        for (int i = 0; i < seen.length; i++)
            seen[i] = i % length <= length - queries + i / length;
        return Tensor.of(seen, Shape.of(queries, length));
    }
}
