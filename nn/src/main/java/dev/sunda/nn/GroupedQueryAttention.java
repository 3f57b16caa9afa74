package dev.sunda.nn;

import dev.sunda.autograd.GradMode;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import dev.sunda.nn.functional.Attentions;
import java.util.Objects;

/// Attention of a sequence to itself in which several heads of queries share one head of keys and values, with or without rotary embedding
/// of queries and keys: the attention of current language models. Shapes: `[batch, length, width]` to the same.
///
/// Layers: `q_proj` `width -> width`, `k_proj` and `v_proj` `width -> kvHeads * width / heads`, `out_proj` `width -> width`. With dropout
/// the random stream is the random state `rng`. Source: Ainslie et al. 2023, arXiv:2305.13245.
public final class GroupedQueryAttention extends Layer {
    private final int width;
    private final int heads;
    private final int kvHeads;
    private final Options options;
    private final Linear queries;
    private final Linear keys;
    private final Linear values;
    private final Linear outProjection;
    private final RotaryEmbedding rotary;
    private final Rng rng;

    /// @param bias whether the projections have biases
    /// @param causal whether a query sees only keys up to its own position
    /// @param dropout probability that what a query sees is dropped in training, from 0 to 1
    /// @param rotary turns queries and keys; null for none
    public record Options(boolean bias, boolean causal, double dropout, RotaryEmbedding rotary) {
        /// Without biases, causal, without dropout and rotary embedding.
        public static final Options DEFAULT = new Options(false, true, 0, null);

        public Options {
            if (!(dropout >= 0 && dropout <= 1))
                throw new IllegalArgumentException("GroupedQueryAttention: dropout must be from 0 to 1 (got " + dropout + ")");
        }

        public Options withBias(boolean bias) {
            return new Options(bias, causal, dropout, rotary);
        }

        public Options withCausal(boolean causal) {
            return new Options(bias, causal, dropout, rotary);
        }

        public Options withDropout(double dropout) {
            return new Options(bias, causal, dropout, rotary);
        }

        public Options withRotary(RotaryEmbedding rotary) {
            return new Options(bias, causal, dropout, rotary);
        }
    }

    /// @param width columns of the input, a multiple of `heads`
    /// @param heads heads of queries, a multiple of `kvHeads`
    /// @param kvHeads heads of keys and values, at least 1
    public GroupedQueryAttention(int width, int heads, int kvHeads, Options options, Rng rng) {
        Objects.requireNonNull(options, "GroupedQueryAttention: options is null; use Options.DEFAULT");
        Require.atLeast("GroupedQueryAttention", "number of heads", heads, 1);
        Require.atLeast("GroupedQueryAttention", "number of heads of keys", kvHeads, 1);
        Require.atLeast("GroupedQueryAttention", "width", width, 1);
        if (width % heads != 0 || heads % kvHeads != 0)
            throw new IllegalArgumentException("GroupedQueryAttention: the heads must divide the width, and those of keys those of queries"
                    + " (got width " + width + ", heads " + heads + ", " + kvHeads + ")");
        this.width = width;
        this.heads = heads;
        this.kvHeads = kvHeads;
        this.options = options;
        int narrow = width / heads * kvHeads;
        queries = child("q_proj", new Linear(width, width, options.bias, rng));
        keys = child("k_proj", new Linear(width, narrow, options.bias, rng));
        values = child("v_proj", new Linear(width, narrow, options.bias, rng));
        outProjection = child("out_proj", new Linear(width, width, options.bias, rng));
        rotary = options.rotary == null ? null : child("rotary", options.rotary);
        this.rng = options.dropout > 0 ? randomState("rng", new Rng(rng.nextLong())) : null;
    }

    @Override
    protected Variable compute(Variable x) {
        check(x);
        var attention = Attentions.Options.DEFAULT.withCausal(options.causal).withEnableGqa(heads != kvHeads);
        if (isTraining() && options.dropout > 0)
            attention = attention.withDropout(options.dropout, rng.take((long) x.size(0) * heads * x.size(1) * x.size(1)));
        return joined(Attentions.scaledDotProductAttention(placed(queries, x, 0), placed(keys, x, 0), split(values.forward(x)), null,
                attention));
    }

    /// The next positions of a sequence, each seeing those before it and itself: what a causal pass over the whole sequence gives for them.
    /// Nothing is recorded and nothing dropped.
    ///
    /// @param x `[batch, positions, width]`
    /// @param cache of the positions before; gets these as well
    public Variable decode(Variable x, KeyValueCache cache) {
        Objects.requireNonNull(cache, "GroupedQueryAttention.decode: cache is null");
        return call(x, _ -> GradMode.noGrad(() -> {
            check(x);
            if (!options.causal)
                throw new IllegalArgumentException("decode: needs a causal layer (got " + describe() + ")");
            int offset = cache.length();
            cache.append(placed(keys, x, offset).data(), split(values.forward(x)).data());
            return joined(cache.heard(placed(queries, x, offset), true));
        }));
    }

    /// Projected, as heads, at their positions.
    private Variable placed(Linear projection, Variable x, int offset) {
        Variable y = split(projection.forward(x));
        return rotary == null ? y : rotary.forward(y, offset);
    }

    private Variable split(Variable x) {
        int columns = width / heads;
        return x.reshape(x.size(0), x.size(1), x.size(2) / columns, columns).transpose(1, 2);
    }

    private Variable joined(Variable x) {
        return outProjection.forward(x.transpose(1, 2).reshape(x.size(0), x.size(2), width));
    }

    private void check(Variable x) {
        if (x.rank() != 3 || x.size(2) != width)
            throw new ShapeException("attention", "the input must be [batch, length, " + width + "]", x.shape());
    }

    @Override
    protected String options() {
        return width + ", heads " + heads + ", of keys " + kvHeads + (options.bias ? ", bias" : "") + (options.causal ? ", causal" : "")
                + (options.dropout == 0 ? "" : ", dropout " + options.dropout);
    }

    @Override
    protected long multiplyAdds(Shape in, Shape out) {
        return 2L * in.numel() * in.size(1);
    }
}
