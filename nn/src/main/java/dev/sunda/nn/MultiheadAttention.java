package dev.sunda.nn;

import dev.sunda.autograd.GradMode;
import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import dev.sunda.nn.functional.MultiheadAttentions;
import dev.sunda.nn.functional.MultiheadAttentions.Masks;
import dev.sunda.nn.functional.MultiheadAttentions.Result;
import dev.sunda.nn.functional.MultiheadAttentions.Wanted;
import dev.sunda.nn.functional.MultiheadAttentions.Weights;
import java.util.ArrayList;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

/// Attention of several heads: `heads` parts of `width / heads` columns attend each for themselves, between a projection of queries, keys
/// and values and one of the result. Shapes: `[length, batch, width]` to the same, with `batchFirst` `[batch, length, width]`, or without
/// batch.
///
/// [#forward(Variable)] is attention of a sequence to itself, the other methods are of one sequence to another, with masks, and of a
/// sequence that grows position by position.
///
/// Parameters: `in_proj_weight` `[3 * width, width]`, the projections of queries, keys and values one above the other, or, if keys or
/// values have widths of their own, `q_proj_weight`, `k_proj_weight` and `v_proj_weight`; `in_proj_bias` `[3 * width]`, `bias_k` and
/// `bias_v` `[1, 1, width]` if asked for, `out_proj.weight` `[width, width]` and `out_proj.bias`. The first are Glorot-uniform, biases
/// are zeros at first, `bias_k` and `bias_v` Glorot-normal. With dropout the random stream is the random state `rng`. Source: Vaswani et
/// al. 2017, arXiv:1706.03762.
public final class MultiheadAttention extends Layer {
    private final int width;
    private final int heads;
    private final Options options;
    private final Linear outProjection;
    private final Weights weights;
    private final Rng rng;

    /// @param bias whether the projections have biases
    /// @param causal whether a query sees only keys up to its own position
    /// @param dropout probability that what a query sees is dropped in training, from 0 to 1
    /// @param batchFirst whether sequences are `[batch, length, width]` instead of `[length, batch, width]`
    /// @param addBiasKv whether every sequence has a learned key and value behind its own
    /// @param addZeroAttn whether every sequence has a key and value of zeros behind its own
    /// @param kdim width of the keys; 0 for that of the queries
    /// @param vdim width of the values; 0 for that of the queries
    public record Options(boolean bias, boolean causal, double dropout, boolean batchFirst, boolean addBiasKv, boolean addZeroAttn,
            int kdim,
            int vdim) {
        /// With biases, seeing everything, without dropout, time first.
        public static final Options DEFAULT = new Options(true, false, 0, false, false, false, 0, 0);

        public Options {
            if (!(dropout >= 0 && dropout <= 1))
                throw new IllegalArgumentException("MultiheadAttention: dropout must be from 0 to 1 (got " + dropout + ")");
            Require.atLeast("MultiheadAttention", "width of the keys", kdim, 0);
            Require.atLeast("MultiheadAttention", "width of the values", vdim, 0);
        }

        public Options withBias(boolean bias) {
            return new Options(bias, causal, dropout, batchFirst, addBiasKv, addZeroAttn, kdim, vdim);
        }

        public Options withCausal(boolean causal) {
            return new Options(bias, causal, dropout, batchFirst, addBiasKv, addZeroAttn, kdim, vdim);
        }

        public Options withDropout(double dropout) {
            return new Options(bias, causal, dropout, batchFirst, addBiasKv, addZeroAttn, kdim, vdim);
        }

        public Options withBatchFirst(boolean batchFirst) {
            return new Options(bias, causal, dropout, batchFirst, addBiasKv, addZeroAttn, kdim, vdim);
        }

        public Options withAddBiasKv(boolean addBiasKv) {
            return new Options(bias, causal, dropout, batchFirst, addBiasKv, addZeroAttn, kdim, vdim);
        }

        public Options withAddZeroAttn(boolean addZeroAttn) {
            return new Options(bias, causal, dropout, batchFirst, addBiasKv, addZeroAttn, kdim, vdim);
        }

        public Options withKdim(int kdim) {
            return new Options(bias, causal, dropout, batchFirst, addBiasKv, addZeroAttn, kdim, vdim);
        }

        public Options withVdim(int vdim) {
            return new Options(bias, causal, dropout, batchFirst, addBiasKv, addZeroAttn, kdim, vdim);
        }
    }

    /// With the default options.
    public MultiheadAttention(int width, int heads, Rng rng) {
        this(width, heads, Options.DEFAULT, rng);
    }

    /// @param width columns of queries and results, a multiple of `heads`
    /// @param heads at least 1
    public MultiheadAttention(int width, int heads, Options options, Rng rng) {
        Objects.requireNonNull(options, "MultiheadAttention: options is null; use Options.DEFAULT");
        Require.atLeast("MultiheadAttention", "number of heads", heads, 1);
        Require.atLeast("MultiheadAttention", "width", width, 1);
        if (width % heads != 0)
            throw new IllegalArgumentException(
                    "MultiheadAttention: the number of heads must divide the width (got width " + width + ", heads " + heads + ")");
        this.width = width;
        this.heads = heads;
        this.options = options;
        int keys = options.kdim == 0 ? width : options.kdim;
        int values = options.vdim == 0 ? width : options.vdim;
        boolean together = keys == width && values == width;
        Parameter in = together ? glorot("in_proj_weight", 3 * width, width, rng) : null;
        Parameter q = together ? null : glorot("q_proj_weight", width, width, rng);
        Parameter k = together ? null : glorot("k_proj_weight", width, keys, rng);
        Parameter v = together ? null : glorot("v_proj_weight", width, values, rng);
        Parameter inBias = options.bias ? parameter("in_proj_bias", Initializers.zeros(Shape.of(3 * width))) : null;
        Parameter biasK = options.addBiasKv ? parameter("bias_k", Initializers.xavierNormal(Shape.of(1, 1, width), rng)) : null;
        Parameter biasV = options.addBiasKv ? parameter("bias_v", Initializers.xavierNormal(Shape.of(1, 1, width), rng)) : null;
        outProjection = child("out_proj", new Linear(width, width, options.bias, rng));
        if (options.bias)
            outProjection.bias().set(Initializers.zeros(Shape.of(width)));
        weights = new Weights(in, q, k, v, inBias, biasK, biasV, outProjection.weight(), outProjection.bias());
        this.rng = options.dropout > 0 ? randomState("rng", new Rng(rng.nextLong())) : null;
    }

    private Parameter glorot(String name, int rows, int columns, Rng rng) {
        return parameter(name, Initializers.xavierUniform(Shape.of(rows, columns), rng));
    }

    /// `[3 * width, width]`, or null.
    public Parameter inProjWeight() {
        return (Parameter) weights.in();
    }

    /// `[3 * width]`, or null.
    public Parameter inProjBias() {
        return (Parameter) weights.inBias();
    }

    /// The projection of the result.
    public Linear outProj() {
        return outProjection;
    }

    @Override
    protected Variable compute(Variable x) {
        return run(x, x, x, Masks.NONE, Wanted.NOTHING).output();
    }

    /// Attention of one sequence to another.
    ///
    /// @param query `[L, batch, width]`, or as the options say, or `[L, width]` without batch
    /// @param key `[S, batch, kdim]`
    /// @param value `[S, batch, vdim]`
    public Variable forward(Variable query, Variable key, Variable value, Masks masks) {
        return call(query, _ -> run(query, key, value, masks, Wanted.NOTHING).output());
    }

    /// Attention of one sequence to another, and what it looked at.
    ///
    /// @param query `[L, batch, width]`, or as the options say, or `[L, width]` without batch
    /// @param key `[S, batch, kdim]`
    /// @param value `[S, batch, vdim]`
    /// @return with weights a query that sees no key gives NaN, as in PyTorch; without, zeros
    public Result attend(Variable query, Variable key, Variable value, Masks masks, Wanted weights) {
        Objects.requireNonNull(weights, "MultiheadAttention.attend: weights is null; use Wanted.NOTHING, AVERAGE or PER_HEAD");
        var results = new ArrayList<Result>();
        call(query, _ -> {
            results.add(run(query, key, value, masks, weights));
            return results.getFirst().output();
        });
        return results.getFirst();
    }

    private Result run(Variable query, Variable key, Variable value, Masks masks, Wanted wanted) {
        Objects.requireNonNull(masks, "MultiheadAttention: masks is null; use Masks.NONE");
        var run = MultiheadAttentions.Options.DEFAULT.withBatchFirst(options.batchFirst).withAddZeroAttn(options.addZeroAttn)
                .withWeights(wanted);
        if (isTraining() && options.dropout > 0)
            run = run.withDropout(options.dropout, rng.take(entries(query, key)));
        return MultiheadAttentions.multiheadAttention(query, key, value, heads, currentWeights(),
                masks.withCausal(masks.causal() || options.causal), run);
    }

    /// The weights as they are to be used in this call; those of the last projection are its own.
    private Weights currentWeights() {
        return new Weights(current(weights.in()), current(weights.q()), current(weights.k()), current(weights.v()),
                current(weights.inBias()), current(weights.biasK()), current(weights.biasV()),
                outProjection.current(outProjection.weight()), outProjection.current(outProjection.bias()));
    }

    private Variable current(Variable parameter) {
        return current((Parameter) parameter);
    }

    /// Weights that dropout decides on; 0 for shapes that will be refused.
    private long entries(Variable query, Variable key) {
        if (query.rank() < 2 || key.rank() < 2)
            return 0;
        int keys = key.size(key.rank() == 3 && options.batchFirst ? 1 : 0) + (options.addBiasKv ? 1 : 0) + (options.addZeroAttn ? 1 : 0);
        return (long) query.shape().numel() / width * heads * keys;
    }

    // ---------------------------------------------------------------------------------------------------------- decoding

    /// The next positions of a sequence that attends to itself, each seeing those before it and itself: what a causal pass over the whole
    /// sequence gives for them. Nothing is recorded and nothing dropped.
    ///
    /// @param x `[positions, batch, width]`, or as the options say, or `[positions, width]` without batch
    /// @param cache of the positions before; gets these as well
    public Variable decode(Variable x, KeyValueCache cache) {
        Objects.requireNonNull(cache, "MultiheadAttention.decode: cache is null");
        return decoded(x, in -> {
            cache.append(projected(x, in, 1).data(), projected(x, in, 2).data());
            return cache.heard(projected(x, in, 0), true);
        });
    }

    /// Attention of the next positions of a sequence to another one that stays. Nothing is recorded and nothing dropped.
    ///
    /// @param memory the other sequence, as wide as the queries; its keys and values are computed at the first call
    /// @param cache empty at the first call
    public Variable decode(Variable query, Variable memory, KeyValueCache cache) {
        Objects.requireNonNull(cache, "MultiheadAttention.decode: cache is null");
        return decoded(query, in -> {
            if (cache.length() == 0)
                cache.append(projected(memory, in, 1).data(), projected(memory, in, 2).data());
            return cache.heard(projected(query, in, 0), false);
        });
    }

    /// Weight and bias of the projections of queries, keys and values, as they are to be used in this call.
    private record InProjection(Variable weight, Variable bias) {
    }

    private Variable decoded(Variable query, Function<InProjection, Variable> heads) {
        return call(query, _ -> GradMode.noGrad(() -> {
            if (options.addBiasKv || options.addZeroAttn || weights.in() == null)
                throw new IllegalArgumentException("decode: needs a layer without further keys, with keys and values as wide as the queries"
                        + " (got " + describe() + ")");
            Variable h = heads.apply(new InProjection(current(inProjWeight()), current(inProjBias()))).transpose(1, 2);
            Variable y = outProjection.forward(h.reshape(h.size(0), h.size(1), width));
            return query.rank() == 2 ? y.squeeze(0) : options.batchFirst ? y : y.transpose(0, 1);
        }));
    }

    /// Queries (0), keys (1) or values (2) as `[batch, heads, length, width / heads]`.
    private Variable projected(Variable x, InProjection in, int part) {
        if (x.rank() != 2 && x.rank() != 3 || x.size(-1) != width)
            throw new ShapeException("attention",
                    "the input must be " + (options.batchFirst ? "[batch, length, " : "[length, batch, ") + width + "]", x.shape());
        Variable y = x.rank() == 2 ? x.unsqueeze(0) : options.batchFirst ? x : x.transpose(0, 1);
        Variable w = in.weight.narrow(0, part * width, width).mT();
        Variable p = options.bias ? y.matmul(w, in.bias.narrow(0, part * width, width)) : y.matmul(w);
        return p.reshape(p.size(0), p.size(1), heads, width / heads).transpose(1, 2);
    }

    @Override
    protected Set<String> parametrizable() {
        return parameterNames();
    }

    @Override
    protected String options() {
        return width + ", heads " + heads + (options.bias ? "" : ", no bias") + (options.causal ? ", causal" : "")
                + (options.dropout == 0 ? "" : ", dropout " + options.dropout) + (options.batchFirst ? ", batch first" : "")
                + (options.addBiasKv ? ", bias for keys and values" : "") + (options.addZeroAttn ? ", zero attention" : "")
                + (options.kdim == 0 ? "" : ", keys " + options.kdim) + (options.vdim == 0 ? "" : ", values " + options.vdim);
    }

    @Override
    protected long multiplyAdds(Shape in, Shape out) {
        int time = in.rank() == 3 && options.batchFirst ? 1 : 0;
        return (long) in.numel() * 3 * width + 2L * in.numel() * in.size(time);
    }
}
