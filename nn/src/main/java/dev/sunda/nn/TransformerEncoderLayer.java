package dev.sunda.nn;

import dev.sunda.autograd.GradMode;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.MultiheadAttentions.Masks;
import java.util.Objects;
import java.util.function.UnaryOperator;

/// Attention of a sequence to itself and two linear layers for each position, each with a path around it:
/// `x = norm1(x + attention(x))`, `x = norm2(x + linear2(f(linear1(x))))`; with `normFirst` `x + attention(norm1(x))` and so on.
/// Shapes: `[length, batch, width]` to the same, or as the options say.
///
/// Layers: `self_attn`, `linear1`, `linear2`, `norm1`, `norm2` with PyTorch's parameters. Source: Vaswani et al. 2017, arXiv:1706.03762.
public final class TransformerEncoderLayer extends Layer {
    private final int width;
    private final int heads;
    private final TransformerOptions options;
    private final MultiheadAttention attention;
    private final Linear linear1;
    private final Dropout dropout;
    private final Linear linear2;
    private final LayerNorm norm1;
    private final LayerNorm norm2;
    private final Dropout dropout1;
    private final Dropout dropout2;

    /// With the default options.
    public TransformerEncoderLayer(int width, int heads, Rng rng) {
        this(width, heads, TransformerOptions.DEFAULT, rng);
    }

    /// @param width columns of the input, a multiple of `heads`
    /// @param heads of the attention, at least 1
    public TransformerEncoderLayer(int width, int heads, TransformerOptions options, Rng rng) {
        Objects.requireNonNull(options, "TransformerEncoderLayer: options is null; use TransformerOptions.DEFAULT");
        this.width = width;
        this.heads = heads;
        this.options = options;
        attention = child("self_attn", new MultiheadAttention(width, heads, options.attention(), rng));
        linear1 = child("linear1", new Linear(width, options.feedForward(), options.bias(), rng));
        dropout = child("dropout", new Dropout(options.dropout(), rng));
        linear2 = child("linear2", new Linear(options.feedForward(), width, options.bias(), rng));
        norm1 = child("norm1", new LayerNorm(Shape.of(width), options.norm()));
        norm2 = child("norm2", new LayerNorm(Shape.of(width), options.norm()));
        dropout1 = child("dropout1", new Dropout(options.dropout(), rng));
        dropout2 = child("dropout2", new Dropout(options.dropout(), rng));
    }

    @Override
    protected Variable compute(Variable x) {
        return run(x, y -> attention.forward(y, y, y, Masks.NONE));
    }

    /// @param masks what a position must not see
    public Variable forward(Variable x, Masks masks) {
        return call(x, _ -> run(x, y -> attention.forward(y, y, y, masks)));
    }

    /// The next positions of a sequence, each seeing those before it and itself; see [MultiheadAttention#decode(Variable, KeyValueCache)].
    public Variable decode(Variable x, KeyValueCache cache) {
        Objects.requireNonNull(cache, "TransformerEncoderLayer.decode: cache is null");
        return call(x, _ -> GradMode.noGrad(() -> run(x, y -> attention.decode(y, cache))));
    }

    private Variable run(Variable x, UnaryOperator<Variable> attend) {
        if (options.normFirst()) {
            Variable y = x.add(dropout1.forward(attend.apply(norm1.forward(x))));
            return y.add(feedForward(norm2.forward(y)));
        }
        Variable y = norm1.forward(x.add(dropout1.forward(attend.apply(x))));
        return norm2.forward(y.add(feedForward(y)));
    }

    private Variable feedForward(Variable x) {
        return dropout2.forward(linear2.forward(dropout.forward(linear1.forward(x).apply(options.activation()))));
    }

    @Override
    protected String options() {
        return width + ", heads " + heads + options.text();
    }
}
