package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import java.util.List;
import java.util.SequencedMap;

/// Layers one after the other: `y = last(... second(first(x)))`.
///
/// Children are named `0`, `1`, ... or, given a map, by its keys. Some neighbours, for example a [BatchNorm2d] and a [Relu], are computed
/// together in fewer passes over memory, with the same result.
public final class Sequential extends Layer {
    /// Named `0`, `1`, ...
    public Sequential(Layer... layers) {
        this(List.of(layers));
    }

    /// Named `0`, `1`, ...
    public Sequential(List<? extends Layer> layers) {
        for (int i = 0; i < layers.size(); i++)
            child(String.valueOf(i), layers.get(i));
    }

    /// Named by the keys, in the order of iteration; use a `LinkedHashMap`.
    public Sequential(SequencedMap<String, ? extends Layer> layers) {
        layers.forEach(this::child);
    }

    @Override
    protected Variable compute(Variable x) {
        return Fusion.forward(children(), x);
    }
}
