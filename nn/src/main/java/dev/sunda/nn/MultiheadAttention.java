package dev.sunda.nn;

import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.RandomKey;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import dev.sunda.nn.functional.Attentions;

/// Attention of several heads: `heads` parts of `width / heads` columns attend each for themselves, between a projection of queries, keys
/// and values and one of the result. Shapes: `[batch, length, width]` to the same.
///
/// [#forward(Variable)] is attention of a sequence to itself, [#attend] of one sequence to another, with masks.
///
/// Parameters: `in_proj_weight` `[3 * width, width]`, the projections of queries, keys and values one above the other, `in_proj_bias`
/// `[3 * width]`, `out_proj.weight` `[width, width]` and `out_proj.bias`. The first is Glorot-uniform, biases are zeros at first. With
/// dropout the random stream is the random state `rng`. Source: Vaswani et al. 2017, arXiv:1706.03762.
public final class MultiheadAttention extends Layer {
    private final int width;
    private final int heads;
    private final Options options;
    private final Parameter inWeight;
    private final Parameter inBias;
    private final Linear outProjection;
    private final Rng rng;

    /// @param bias whether the projections have biases
    /// @param causal whether a query sees only keys up to its own position
    /// @param dropout probability that what a query sees is dropped in training, from 0 to below 1
    public record Options(boolean bias, boolean causal, double dropout) {
        /// With biases, seeing everything, without dropout.
        public static final Options DEFAULT = new Options(true, false, 0);

        public Options {
            if (!(dropout >= 0 && dropout < 1))
                throw new IllegalArgumentException("MultiheadAttention: dropout must be from 0 to below 1 (got " + dropout + ")");
        }

        public Options withBias(boolean bias) {
            return new Options(bias, causal, dropout);
        }

        public Options withCausal(boolean causal) {
            return new Options(bias, causal, dropout);
        }

        public Options withDropout(double dropout) {
            return new Options(bias, causal, dropout);
        }
    }

    /// With the default options.
    public MultiheadAttention(int width, int heads, Rng rng) {
        this(width, heads, Options.DEFAULT, rng);
    }

    /// @param width columns of the input, a multiple of `heads`
    /// @param heads at least 1
    public MultiheadAttention(int width, int heads, Options options, Rng rng) {
        Require.atLeast("MultiheadAttention", "number of heads", heads, 1);
        Require.atLeast("MultiheadAttention", "width", width, 1);
        if (width % heads != 0)
            throw new IllegalArgumentException(
                    "MultiheadAttention: the number of heads must divide the width (got width " + width + ", heads " + heads + ")");
        this.width = width;
        this.heads = heads;
        this.options = options;
        inWeight = parameter("in_proj_weight", Initializers.xavierUniform(Shape.of(3 * width, width), rng));
        inBias = options.bias ? parameter("in_proj_bias", Initializers.zeros(Shape.of(3 * width))) : null;
        outProjection = child("out_proj", new Linear(width, width, options.bias, rng));
        if (options.bias)
            outProjection.bias().set(Initializers.zeros(Shape.of(width)));
        this.rng = options.dropout > 0 ? randomState("rng", new Rng(rng.nextLong())) : null;
    }

    /// `[3 * width, width]`.
    public Parameter inProjWeight() {
        return inWeight;
    }

    /// `[3 * width]`, or null.
    public Parameter inProjBias() {
        return inBias;
    }

    /// The projection of the result.
    public Linear outProj() {
        return outProjection;
    }

    @Override
    protected Variable compute(Variable x) {
        check("input", x);
        Variable qkv = inBias == null ? x.matmul(inWeight.mT()) : x.matmul(inWeight.mT(), inBias);
        long entries = (long) x.size(0) * heads * x.size(1) * x.size(1);
        return outProjection.forward(Attentions.selfAttention(qkv, heads, null, attention(entries)));
    }

    /// Attention of one sequence to another.
    ///
    /// @param query `[batch, L, width]`
    /// @param key `[batch, S, width]`, as `value`
    /// @param hidden true where a query must not see a key, broadcastable to `[batch, heads, L, S]`, or null; the masks of [#padding]
    ///     and of one `[L, S]` are joined with `logicalOr`
    /// @return `[batch, L, width]`
    public Variable attend(Variable query, Variable key, Variable value, Tensor hidden) {
        check("query", query);
        check("key", key);
        check("value", value);
        Variable mask = hidden == null ? null : Variable.of(hidden.logicalNot());
        long entries = (long) query.size(0) * heads * query.size(1) * key.size(1);
        Variable out = Attentions.scaledDotProductAttention(projected(query, 0), projected(key, 1), projected(value, 2), mask,
                attention(entries));
        return outProjection.forward(out.transpose(1, 2).reshape(query.size(0), query.size(1), width));
    }

    /// What [#attend] looks at, averaged over the heads and without dropout: `[batch, L, S]`.
    public Variable weights(Variable query, Variable key, Tensor hidden) {
        check("query", query);
        check("key", key);
        Variable mask = hidden == null ? null : Variable.of(hidden.logicalNot());
        return Attentions.attentionWeights(projected(query, 0), projected(key, 1), mask,
                Attentions.Options.DEFAULT.withCausal(options.causal)).mean(Dims.of(1));
    }

    /// A mask of padding as [#attend] wants it.
    ///
    /// @param keys true where a key is padding, `[batch, S]`
    /// @return `[batch, 1, 1, S]`
    public static Tensor padding(Tensor keys) {
        return keys.unsqueeze(1).unsqueeze(1);
    }

    /// Queries (0), keys (1) or values (2) as `[batch, heads, length, width / heads]`.
    private Variable projected(Variable x, int part) {
        Variable w = inWeight.narrow(0, part * width, width).mT();
        Variable y = inBias == null ? x.matmul(w) : x.matmul(w, inBias.narrow(0, part * width, width));
        return y.reshape(x.size(0), x.size(1), heads, width / heads).transpose(1, 2);
    }

    private Attentions.Options attention(long entries) {
        var plain = Attentions.Options.DEFAULT.withCausal(options.causal);
        if (!isTraining() || options.dropout == 0)
            return plain;
        RandomKey key = rng.take(entries);
        return plain.withDropout(options.dropout, key);
    }

    private void check(String what, Variable x) {
        if (x.rank() != 3 || x.size(2) != width)
            throw new ShapeException("attention", "the " + what + " must be [batch, length, " + width + "]", x.shape());
    }

    @Override
    protected String options() {
        return width + ", heads " + heads + (options.bias ? "" : ", no bias") + (options.causal ? ", causal" : "")
                + (options.dropout == 0 ? "" : ", dropout " + options.dropout);
    }

    @Override
    protected long multiplyAdds(Shape in, Shape out) {
        return (long) in.numel() * 3 * width + 2L * in.size(0) * in.size(1) * in.size(1) * width;
    }
}
