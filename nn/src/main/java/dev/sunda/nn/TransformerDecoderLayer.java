package dev.sunda.nn;

import dev.sunda.autograd.GradMode;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.MultiheadAttentions.Masks;
import java.util.Objects;
import java.util.function.UnaryOperator;

/// Attention of a sequence to itself, attention to the memory an encoder has left, and two linear layers for each position, each with a
/// path around it and a norm, as in [TransformerEncoderLayer]. Shapes: `[length, batch, width]` to the same, or as the options say.
///
/// Layers: `self_attn`, `multihead_attn`, `linear1`, `linear2`, `norm1`, `norm2`, `norm3` with PyTorch's parameters. Source: Vaswani et al.
/// 2017, arXiv:1706.03762.
public final class TransformerDecoderLayer extends Layer {
    private final int width;
    private final int heads;
    private final TransformerOptions options;
    private final MultiheadAttention selfAttention;
    private final MultiheadAttention memoryAttention;
    private final Linear linear1;
    private final Dropout dropout;
    private final Linear linear2;
    private final LayerNorm norm1;
    private final LayerNorm norm2;
    private final LayerNorm norm3;
    private final Dropout dropout1;
    private final Dropout dropout2;
    private final Dropout dropout3;

    /// With the default options.
    public TransformerDecoderLayer(int width, int heads, Rng rng) {
        this(width, heads, TransformerOptions.DEFAULT, rng);
    }

    /// @param width columns of the input, a multiple of `heads`
    /// @param heads of each attention, at least 1
    public TransformerDecoderLayer(int width, int heads, TransformerOptions options, Rng rng) {
        Objects.requireNonNull(options, "TransformerDecoderLayer: options is null; use TransformerOptions.DEFAULT");
        this.width = width;
        this.heads = heads;
        this.options = options;
        selfAttention = child("self_attn", new MultiheadAttention(width, heads, options.attention(), rng));
        memoryAttention = child("multihead_attn", new MultiheadAttention(width, heads, options.attention(), rng));
        linear1 = child("linear1", new Linear(width, options.feedForward(), options.bias(), rng));
        dropout = child("dropout", new Dropout(options.dropout(), rng));
        linear2 = child("linear2", new Linear(options.feedForward(), width, options.bias(), rng));
        norm1 = child("norm1", new LayerNorm(Shape.of(width), options.norm()));
        norm2 = child("norm2", new LayerNorm(Shape.of(width), options.norm()));
        norm3 = child("norm3", new LayerNorm(Shape.of(width), options.norm()));
        dropout1 = child("dropout1", new Dropout(options.dropout(), rng));
        dropout2 = child("dropout2", new Dropout(options.dropout(), rng));
        dropout3 = child("dropout3", new Dropout(options.dropout(), rng));
    }

    /// The sequence is its own memory.
    @Override
    protected Variable compute(Variable x) {
        return run(x, y -> selfAttention.forward(y, y, y, Masks.NONE), y -> memoryAttention.forward(y, x, x, Masks.NONE));
    }

    /// @param memory what an encoder has made of another sequence
    /// @param masks what a position must not see of its own sequence
    /// @param memoryMasks what it must not see of the memory
    public Variable forward(Variable x, Variable memory, Masks masks, Masks memoryMasks) {
        Objects.requireNonNull(memoryMasks, "TransformerDecoderLayer.forward: memoryMasks is null; use Masks.NONE");
        return call(x, _ -> run(x, y -> selfAttention.forward(y, y, y, masks),
                y -> memoryAttention.forward(y, memory, memory, memoryMasks)));
    }

    /// The next positions of a sequence, each seeing those before it, itself, and all of the memory; see
    /// [MultiheadAttention#decode(Variable, Variable, KeyValueCache)].
    ///
    /// @param cache of the sequence
    /// @param memoryCache of the memory
    public Variable decode(Variable x, Variable memory, KeyValueCache cache, KeyValueCache memoryCache) {
        Objects.requireNonNull(cache, "TransformerDecoderLayer.decode: cache is null");
        Objects.requireNonNull(memoryCache, "TransformerDecoderLayer.decode: memoryCache is null");
        return call(x, _ -> GradMode.noGrad(
                () -> run(x, y -> selfAttention.decode(y, cache), y -> memoryAttention.decode(y, memory, memoryCache))));
    }

    private Variable run(Variable x, UnaryOperator<Variable> attend, UnaryOperator<Variable> remember) {
        if (options.normFirst()) {
            Variable y = x.add(dropout1.forward(attend.apply(norm1.forward(x))));
            Variable z = y.add(dropout2.forward(remember.apply(norm2.forward(y))));
            return z.add(feedForward(norm3.forward(z)));
        }
        Variable y = norm1.forward(x.add(dropout1.forward(attend.apply(x))));
        Variable z = norm2.forward(y.add(dropout2.forward(remember.apply(y))));
        return norm3.forward(z.add(feedForward(z)));
    }

    private Variable feedForward(Variable x) {
        return dropout3.forward(linear2.forward(dropout.forward(linear1.forward(x).apply(options.activation()))));
    }

    @Override
    protected String options() {
        return width + ", heads " + heads + options.text();
    }
}
