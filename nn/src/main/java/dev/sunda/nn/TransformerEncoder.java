package dev.sunda.nn;

import dev.sunda.autograd.GradMode;
import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.MultiheadAttentions.Masks;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/// Encoder layers one behind the other, and a norm. Shapes: those of the layers.
///
/// Layers: `layers.0`, `layers.1`, ... and `norm`, if there is one.
public final class TransformerEncoder extends Layer {
    private final List<TransformerEncoderLayer> layers;
    private final LayerNorm norm;

    /// @param layers at least one
    /// @param norm of the result; null for none
    public TransformerEncoder(List<TransformerEncoderLayer> layers, LayerNorm norm) {
        Objects.requireNonNull(layers, "TransformerEncoder: layers is null");
        layers.forEach(layer -> Objects.requireNonNull(layer, "TransformerEncoder: a layer is null"));
        Require.atLeast("TransformerEncoder", "number of layers", layers.size(), 1);
        this.layers = List.copyOf(layers);
        child("layers", new Sequential(layers));
        this.norm = norm == null ? null : child("norm", norm);
    }

    @Override
    protected Variable compute(Variable x) {
        return run(x, Masks.NONE);
    }

    /// @param masks what a position must not see, in every layer
    public Variable forward(Variable x, Masks masks) {
        return call(x, _ -> run(x, masks));
    }

    private Variable run(Variable x, Masks masks) {
        Variable y = x;
        for (TransformerEncoderLayer layer : layers)
            y = layer.forward(y, masks);
        return normed(y);
    }

    /// The next positions of a sequence, each seeing those before it and itself: what a causal pass over the whole sequence gives for them.
    /// Nothing is recorded.
    ///
    /// @param cache for as many layers as there are; gets these positions as well
    public Variable decode(Variable x, DecodingCache cache) {
        Objects.requireNonNull(cache, "TransformerEncoder.decode: cache is null");
        UnaryOperator<Variable> run = _ -> {
            cache.check("decode", layers.size());
            Variable y = x;
            for (int i = 0; i < layers.size(); i++)
                y = layers.get(i).decode(y, cache.own(i));
            return normed(y);
        };
        return call(x, y -> GradMode.noGrad(() -> run.apply(y)));
    }

    private Variable normed(Variable x) {
        return norm == null ? x : norm.forward(x);
    }
}
