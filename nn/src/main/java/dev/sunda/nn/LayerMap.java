package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;

/// Layers by name that the surrounding layer calls one by one, for example a choice of heads. The names are the keys.
///
/// The map itself computes nothing; for named layers one after the other see [Sequential].
public final class LayerMap<L extends Layer> extends Layer {
    private final Map<String, L> layers;

    /// @param layers in the order of iteration; use a `LinkedHashMap`. Keys must not contain a dot.
    public LayerMap(SequencedMap<String, ? extends L> layers) {
        Objects.requireNonNull(layers, "LayerMap: layers is null");
        this.layers = Collections.unmodifiableMap(new LinkedHashMap<>(layers));
        layers.forEach(this::child);
    }

    /// The layer of this name.
    public L get(String name) {
        Objects.requireNonNull(name, "LayerMap.get: name is null");
        L layer = layers.get(name);
        if (layer == null)
            throw new IllegalArgumentException("LayerMap: the layers are " + layers.keySet() + " (got '" + name + "')");
        return layer;
    }

    /// All layers by name, in their order.
    public Map<String, L> layers() {
        return layers;
    }

    /// @throws UnsupportedOperationException always
    @Override
    protected Variable compute(Variable x) {
        throw new UnsupportedOperationException("LayerMap: a map computes nothing; call its layers, or use Sequential");
    }
}
