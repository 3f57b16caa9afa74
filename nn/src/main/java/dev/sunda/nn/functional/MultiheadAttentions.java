package dev.sunda.nn.functional;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.RandomKey;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// Attention of several heads between projections: `softmax(scale * q kᵀ + mask) v` for each head, with `q = query W_qᵀ + b_q` and so on,
/// and a projection of all heads side by side.
///
/// Source: Vaswani et al. 2017, Attention Is All You Need, arXiv:1706.03762.
public final class MultiheadAttentions {
    private MultiheadAttentions() {
    }

    /// What a layer has learned; `E` is the width of queries and results.
    ///
    /// @param in `[3 * E, E]`: the projections of queries, keys and values one above the other; null if they are apart
    /// @param q `[E, E]`, null if together, as `k` and `v`
    /// @param k `[E, width of keys]`
    /// @param v `[E, width of values]`
    /// @param inBias `[3 * E]` or null
    /// @param biasK `[1, 1, E]`: a key that every sequence has behind its own; null without, as `biasV`
    /// @param biasV `[1, 1, E]`: its value
    /// @param out `[E, E]`
    /// @param outBias `[E]` or null
    public record Weights(Variable in, Variable q, Variable k, Variable v, Variable inBias, Variable biasK, Variable biasV, Variable out,
            Variable outBias) {
        /// Refuses null where something must be.
        public Weights {
            Objects.requireNonNull(out, "MultiheadAttentions.Weights: out is null");
        }

        /// One projection for queries, keys and values together.
        public Weights(Variable in, Variable inBias, Variable out, Variable outBias) {
            this(in, null, null, null, inBias, null, null, out, outBias);
        }
    }

    /// What a query must not see. Boolean masks are true where it must not, numbers are added to the scores.
    ///
    /// @param attention `[L, S]` or `[N * heads, L, S]`; may have a gradient; null for none
    /// @param keyPadding `[N, S]`, without batch `[S]`; null for none
    /// @param causal whether query `i` sees keys `0` to `i` only
    public record Masks(Variable attention, Tensor keyPadding, boolean causal) {
        /// Everything is seen.
        public static final Masks NONE = new Masks(null, null, false);

        public Masks withAttention(Tensor attention) {
            return new Masks(Variable.of(attention), keyPadding, causal);
        }

        public Masks withKeyPadding(Tensor keyPadding) {
            return new Masks(attention, keyPadding, causal);
        }

        public Masks withCausal(boolean causal) {
            return new Masks(attention, keyPadding, causal);
        }
    }

    /// Which weights of the attention are wanted besides its result.
    public enum Wanted {
        NOTHING, AVERAGE, PER_HEAD
    }

    /// @param batchFirst whether sequences are `[N, L, E]` instead of `[L, N, E]`
    /// @param addZeroAttn whether every sequence has a key and a value of zeros behind its own
    /// @param dropout probability that a weight is dropped, from 0 to 1
    /// @param key which random numbers decide, one for each weight; null without dropout
    /// @param weights with weights, a query that sees no key gives NaN, as in PyTorch; without, zeros
    public record Options(boolean batchFirst, boolean addZeroAttn, double dropout, RandomKey key, Wanted weights) {
        /// Time first, no dropout, no weights.
        public static final Options DEFAULT = new Options(false, false, 0, null, Wanted.NOTHING);

        /// Refuses null.
        public Options {
            Objects.requireNonNull(weights, "MultiheadAttentions.Options: weights is null; use Wanted.NOTHING, AVERAGE or PER_HEAD");
        }

        public Options withBatchFirst(boolean batchFirst) {
            return new Options(batchFirst, addZeroAttn, dropout, key, weights);
        }

        public Options withAddZeroAttn(boolean addZeroAttn) {
            return new Options(batchFirst, addZeroAttn, dropout, key, weights);
        }

        public Options withDropout(double dropout, RandomKey key) {
            return new Options(batchFirst, addZeroAttn, dropout, key, weights);
        }

        public Options withWeights(Wanted weights) {
            return new Options(batchFirst, addZeroAttn, dropout, key, weights);
        }
    }

    /// @param output `[L, N, E]`, or as the options say
    /// @param weights `[N, L, S]`, averaged over the heads, or `[N, heads, L, S]`, after dropout; null if not wanted
    public record Result(Variable output, Variable weights) {
    }

    /// @param query `[L, N, E]`, or as the options say, or `[L, E]` without batch, then key and value have none either
    /// @param key `[S, N, width of keys]`
    /// @param value `[S, N, width of values]`
    /// @param heads at least 1, divides `E`
    public static Result multiheadAttention(Variable query, Variable key, Variable value, int heads, Weights w, Masks masks,
            Options options) {
        Objects.requireNonNull(w, "multiheadAttention: w is null");
        Objects.requireNonNull(options, "multiheadAttention: options is null; use Options.DEFAULT");
        Objects.requireNonNull(masks, "multiheadAttention: masks is null; use Masks.NONE");
        boolean batched = query.rank() == 3;
        check(query, key, value, heads, w, options.batchFirst);
        Variable x = batchFirst(query, options.batchFirst);
        Variable k = key == query ? x : batchFirst(key, options.batchFirst);
        Variable v = value == key ? k : batchFirst(value, options.batchFirst);
        int further = (w.biasK == null ? 0 : 1) + (options.addZeroAttn ? 1 : 0);
        Variable mask = mask(masks, x, k.size(1), heads, further, batched);
        var attention = Attentions.Options.DEFAULT.withCausal(masks.causal && further == 0).withDropout(options.dropout, options.key);
        Result result;
        if (options.weights == Wanted.NOTHING && k == x && v == x && w.in != null && further == 0
                && (mask == null || !mask.requiresGrad())) {
            Variable packed = linear(x, w.in, w.inBias);
            Variable joined = Attentions.selfAttention(packed, heads, mask == null ? null : mask.data(), attention);
            result = new Result(linear(joined, w.out, w.outBias), null);
        } else {
            result = apart(x, k, v, heads, w, mask, attention, options);
        }
        Variable y = !batched ? result.output.squeeze(0) : options.batchFirst ? result.output : result.output.transpose(0, 1);
        return new Result(y, batched || result.weights == null ? result.weights : result.weights.squeeze(0));
    }

    private static Result apart(Variable query, Variable key, Variable value, int heads, Weights w, Variable mask,
            Attentions.Options attention, Options options) {
        Variable q = Attentions.split(projected(query, 0, w), heads);
        Variable k = Attentions.split(continued(projected(key, 1, w), w.biasK), heads);
        Variable v = Attentions.split(continued(projected(value, 2, w), w.biasV), heads);
        if (options.addZeroAttn) {
            Variable zero = Variable.of(Tensor.zeros(k.shape().with(2, 1), k.dtype(), k.device()));
            k = Variable.cat(List.of(k, zero), 2);
            v = Variable.cat(List.of(v, zero), 2);
        }
        Variable weights = null;
        Variable heard;
        if (options.weights == Wanted.NOTHING) {
            heard = Attentions.attend(q, k, v, mask, attention);
        } else {
            weights = Attentions.scores(q, k, mask, attention).softmax(-1);
            if (options.dropout > 0)
                weights = Dropouts.dropout(weights, options.dropout, options.key);
            heard = weights.matmul(v);
        }
        return new Result(linear(Attentions.join(heard), w.out, w.outBias),
                options.weights == Wanted.AVERAGE ? weights.mean(Dims.of(1)) : weights);
    }

    /// Queries (0), keys (1) or values (2).
    static Variable projected(Variable x, int part, Weights w) {
        int width = w.out.size(0);
        Variable weight = w.in != null ? w.in.narrow(0, part * width, width) : List.of(w.q, w.k, w.v).get(part);
        return linear(x, weight, w.inBias == null ? null : w.inBias.narrow(0, part * width, width));
    }

    static Variable linear(Variable x, Variable weight, Variable bias) {
        return bias == null ? x.matmul(weight.mT()) : x.matmul(weight.mT(), bias);
    }

    /// With one more position.
    private static Variable continued(Variable x, Variable position) {
        return position == null ? x : Variable.cat(List.of(x, position.expand(x.shape().with(1, 1))), 1);
    }

    private static Variable batchFirst(Variable x, boolean already) {
        return x.rank() == 2 ? x.unsqueeze(0) : already ? x : x.transpose(0, 1);
    }

    // ---------------------------------------------------------------------------------------------------------- masks

    /// All masks as [Attentions] wants them, broadcastable to `[N, heads, L, S + further]`; null if nothing is hidden. The causal one is
    /// among them if there are further keys, which it does not hide.
    private static Variable mask(Masks masks, Variable x, int keys, int heads, int further, boolean batched) {
        var all = new ArrayList<Variable>();
        if (masks.attention != null)
            all.add(perHead(masks.attention, x, keys, heads));
        if (masks.keyPadding != null)
            all.add(Variable.of(padding(masks.keyPadding, x, keys, batched)));
        if (masks.causal && further > 0)
            all.add(Variable.of(Attentions.past(x.size(1), keys).logicalNot().to(x.device())));
        if (all.isEmpty())
            return null;
        Variable joined = joined(all, x);
        if (further == 0)
            return joined;
        Shape more = joined.shape().with(-1, further);
        Tensor seen = joined.dtype() == DType.BOOL ? Tensor.ones(more, DType.BOOL, x.device()) : Tensor.zeros(more, x.dtype(), x.device());
        return Variable.cat(List.of(joined, Variable.of(seen)), -1);
    }

    private static Tensor padding(Tensor padding, Variable x, int keys, boolean batched) {
        Shape wanted = batched ? Shape.of(x.size(0), keys) : Shape.of(keys);
        if (!padding.shape().equals(wanted))
            throw new ShapeException("attention", "the mask of padding must be " + wanted, padding.shape());
        checkType(padding, x);
        return padding.reshape(x.size(0), 1, 1, keys);
    }

    private static Variable perHead(Variable mask, Variable x, int keys, int heads) {
        Shape plain = Shape.of(x.size(1), keys);
        Shape each = Shape.of(x.size(0) * heads, x.size(1), keys);
        if (!mask.shape().equals(plain) && !mask.shape().equals(each))
            throw new ShapeException("attention", "the mask of attention must be " + plain + " or " + each, mask.shape());
        checkType(mask.data(), x);
        return mask.rank() == 2 ? mask : mask.reshape(x.size(0), heads, x.size(1), keys);
    }

    private static void checkType(Tensor mask, Variable x) {
        if (mask.dtype() != DType.BOOL && mask.dtype() != x.dtype())
            throw new DTypeException(
                    "attention: a mask must hold booleans or numbers of the type of the query (got " + mask.describe() + ", "
                            + x.data().describe() + "); convert it with to(dtype)");
        Tensor.checkSameDevice("attention", x.data(), mask);
    }

    /// Booleans, true where a key is seen, if all are booleans; else the sum of all, as numbers.
    private static Variable joined(List<Variable> hidden, Variable x) {
        if (hidden.stream().allMatch(mask -> mask.dtype() == DType.BOOL))
            return Variable.of(hidden.stream().map(Variable::data).reduce(Tensor::logicalOr).orElseThrow().logicalNot());
        return hidden.stream().map(mask -> mask.dtype() == DType.BOOL ? Variable.of(numbers(mask.data(), x)) : mask).reduce(Variable::add)
                .orElseThrow();
    }

    /// Minus infinity where a key is hidden, 0 elsewhere.
    private static Tensor numbers(Tensor hidden, Variable x) {
        Tensor never = Tensor.scalar(Double.NEGATIVE_INFINITY, x.dtype(), x.device());
        return never.where(hidden, Tensor.scalar(0, x.dtype(), x.device()));
    }

    // ---------------------------------------------------------------------------------------------------------- checks

    private static void check(Variable query, Variable key, Variable value, int heads, Weights w, boolean batchFirst) {
        Shape[] shapes = {query.shape(), key.shape(), value.shape()};
        if (query.rank() != 2 && query.rank() != 3 || key.rank() != query.rank() || value.rank() != query.rank())
            throw new ShapeException("attention",
                    "query, key and value must be " + (batchFirst ? "[batch, length, width]" : "[length, batch, width]")
                            + ", or [length, width] without batch",
                    shapes);
        int time = query.rank() == 3 && batchFirst ? 1 : 0;
        if (key.size(time) != value.size(time))
            throw new ShapeException("attention", "there are " + key.size(time) + " keys but " + value.size(time) + " values", shapes);
        if (query.rank() == 3 && (key.size(1 - time) != query.size(1 - time) || value.size(1 - time) != query.size(1 - time)))
            throw new ShapeException("attention", "query, key and value must have one batch size", shapes);
        int width = query.size(-1);
        if (heads < 1 || width % heads != 0)
            throw new ShapeException("attention", "the number of heads, " + heads + ", must divide the width, " + width, query.shape());
        checkWeight("input projection", w.in, 3 * width, width);
        checkWeight("projection of queries", w.q, width, width);
        checkWeight("projection of keys", w.k, width, key.size(-1));
        checkWeight("projection of values", w.v, width, value.size(-1));
        checkWeight("projection of the result", w.out, width, width);
        checkWeight("bias of the input projection", w.inBias, 3 * width);
        checkWeight("bias of the output projection", w.outBias, width);
        checkWeight("further key", w.biasK, 1, 1, width);
        checkWeight("further value", w.biasV, 1, 1, width);
        if (w.in != null && (key.size(-1) != width || value.size(-1) != width))
            throw new ShapeException("attention", "with one input projection query, key and value must have one width", shapes);
        if (w.in == null ? w.q == null || w.k == null || w.v == null : w.q != null || w.k != null || w.v != null)
            throw new IllegalArgumentException("attention: needs one projection for all inputs or one for each (got " + w + ")");
        if (w.biasK == null != (w.biasV == null))
            throw new IllegalArgumentException("attention: a further key needs a value (got only one of them)");
        for (Variable x : Arrays.asList(key, value, w.in, w.q, w.k, w.v, w.inBias, w.biasK, w.biasV, w.out, w.outBias))
            checkSameType(query, x);
    }

    private static void checkWeight(String what, Variable weight, int... sizes) {
        if (weight != null && !weight.shape().equals(Shape.of(sizes)))
            throw new ShapeException("attention", "the " + what + " must be " + Shape.of(sizes), weight.shape());
    }

    private static void checkSameType(Variable x, Variable other) {
        if (other == null)
            return;
        if (!x.dtype().isFloating() || other.dtype() != x.dtype())
            throw new DTypeException("attention: needs operands of one floating type (got " + x.data().describe() + ", "
                    + other.data().describe() + "); convert with to(dtype)");
        Tensor.checkSameDevice("attention", x.data(), other.data());
    }
}
