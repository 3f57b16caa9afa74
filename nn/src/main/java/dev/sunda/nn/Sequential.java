package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;

/// Layers one after the other: `y = last(... second(first(x)))`.
///
/// Children are named `0`, `1`, ... or, given a map, by its keys. Some neighbours, for example a [BatchNorm2d] and a [Relu], are computed
/// together in fewer passes over memory, with the same result.
public final class Sequential extends Layer {
    /// Named `0`, `1`, ...
    public Sequential(Layer... layers) {
        Objects.requireNonNull(layers, "Sequential: layers is null");
        this(Arrays.asList(layers));
    }

    /// Named `0`, `1`, ...
    public Sequential(List<? extends Layer> layers) {
        Objects.requireNonNull(layers, "Sequential: layers is null");
        for (int i = 0; i < layers.size(); i++)
            child(String.valueOf(i), layers.get(i));
    }

    /// Named by the keys, in the order of iteration; use a `LinkedHashMap`.
    public Sequential(SequencedMap<String, ? extends Layer> layers) {
        Objects.requireNonNull(layers, "Sequential: layers is null");
        layers.forEach(this::child);
    }

    /// Puts another layer in the place of one.
    ///
    /// @param index from 0; negative numbers count from the end
    /// @param layer takes over the name of the layer that was there
    /// @throws IllegalArgumentException if there is no layer at this position
    public void set(int index, Layer layer) {
        Objects.requireNonNull(layer, "Sequential.set: layer is null");
        int count = children().size();
        if (index < -count || index >= count)
            throw new IllegalArgumentException("Sequential: there are " + count + " layers (got index " + index + ")");
        replaceChild(childNames().get(Math.floorMod(index, count)), layer);
    }

    @Override
    protected Variable compute(Variable x) {
        return Fusion.forward(children(), x);
    }
}
