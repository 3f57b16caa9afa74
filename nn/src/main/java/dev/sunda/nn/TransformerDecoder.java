package dev.sunda.nn;

import dev.sunda.autograd.GradMode;
import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.MultiheadAttentions.Masks;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/// Decoder layers one behind the other, and a norm. Shapes: those of the layers.
///
/// Layers: `layers.0`, `layers.1`, ... and `norm`, if there is one.
public final class TransformerDecoder extends Layer {
    private final List<TransformerDecoderLayer> layers;
    private final LayerNorm norm;

    /// @param layers at least one
    /// @param norm of the result; null for none
    public TransformerDecoder(List<TransformerDecoderLayer> layers, LayerNorm norm) {
        Objects.requireNonNull(layers, "TransformerDecoder: layers is null");
        layers.forEach(layer -> Objects.requireNonNull(layer, "TransformerDecoder: a layer is null"));
        Require.atLeast("TransformerDecoder", "number of layers", layers.size(), 1);
        this.layers = List.copyOf(layers);
        child("layers", new Sequential(layers));
        this.norm = norm == null ? null : child("norm", norm);
    }

    /// The sequence is its own memory.
    @Override
    protected Variable compute(Variable x) {
        return run(x, x, Masks.NONE, Masks.NONE);
    }

    /// @param memory what an encoder has made of another sequence
    /// @param masks what a position must not see of its own sequence, in every layer
    /// @param memoryMasks what it must not see of the memory
    public Variable forward(Variable x, Variable memory, Masks masks, Masks memoryMasks) {
        Objects.requireNonNull(memoryMasks, "TransformerDecoder.forward: memoryMasks is null; use Masks.NONE");
        return call(x, _ -> run(x, memory, masks, memoryMasks));
    }

    private Variable run(Variable x, Variable memory, Masks masks, Masks memoryMasks) {
        Variable y = x;
        for (TransformerDecoderLayer layer : layers)
            y = layer.forward(y, memory, masks, memoryMasks);
        return normed(y);
    }

    /// The next positions of a sequence, each seeing those before it, itself, and all of the memory: what a causal pass over the whole
    /// sequence gives for them. Nothing is recorded.
    ///
    /// @param cache for as many layers as there are; gets these positions as well
    public Variable decode(Variable x, Variable memory, DecodingCache cache) {
        Objects.requireNonNull(cache, "TransformerDecoder.decode: cache is null");
        UnaryOperator<Variable> run = _ -> {
            cache.check("decode", layers.size());
            Variable y = x;
            for (int i = 0; i < layers.size(); i++)
                y = layers.get(i).decode(y, memory, cache.own(i), cache.memory(i));
            return normed(y);
        };
        return call(x, y -> GradMode.noGrad(() -> run.apply(y)));
    }

    private Variable normed(Variable x) {
        return norm == null ? x : norm.forward(x);
    }
}
