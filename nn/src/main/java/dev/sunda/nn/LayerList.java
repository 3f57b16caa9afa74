package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;

/// Layers in a list that the surrounding layer calls one by one: what to hold blocks in whose number is an option. Named `0`, `1`, ...
///
/// The list itself computes nothing; for layers one after the other see [Sequential].
public final class LayerList<L extends Layer> extends Layer implements Iterable<L> {
    private final List<L> layers;

    /// @param layers in their order
    public LayerList(List<? extends L> layers) {
        Objects.requireNonNull(layers, "LayerList: layers is null");
        for (int i = 0; i < layers.size(); i++)
            child(String.valueOf(i), layers.get(i));
        this.layers = List.copyOf(layers);
    }

    /// The layer at this position.
    ///
    /// @param index from 0; negative numbers count from the end
    public L get(int index) {
        if (index < -layers.size() || index >= layers.size())
            throw new IllegalArgumentException("LayerList: there are " + layers.size() + " layers (got index " + index + ")");
        return layers.get(Math.floorMod(index, layers.size()));
    }

    /// Number of layers.
    public int size() {
        return layers.size();
    }

    @Override
    public Iterator<L> iterator() {
        return layers.iterator();
    }

    /// @throws UnsupportedOperationException always
    @Override
    protected Variable compute(Variable x) {
        throw new UnsupportedOperationException("LayerList: a list computes nothing; call its layers, or use Sequential");
    }
}
