package dev.sunda.nn.functional;

import static dev.sunda.autograd.Operation.fused;
import static dev.sunda.autograd.Operation.output;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.AttentionKernels;
import dev.sunda.core.op.AttentionSpec;
import dev.sunda.core.op.RandomKey;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// Scaled dot-product attention and its derivatives: `out = dropout(P) v` with `P = softmax(s)` along the keys and
/// `s = scale * q kᵀ + mask`.
///
/// For the gradients let `dP = dropout(dout vᵀ)`, dropout being its own adjoint. The softmax gives `dS = P * (dP - sum(P * dP))`, the sum
/// running over the keys of a query; the products give `dq = scale * dS k`, `dk = scale * dSᵀ q`, `dv = dropout(P)ᵀ dout`, and
/// `dmask = dS`.
///
/// A boolean mask is true where a query sees a key; a mask of numbers is added to the scores. A query that sees no key gives zeros.
/// Source: Vaswani et al. 2017, Attention Is All You Need, arXiv:1706.03762; the kernels work in blocks of queries as in Dao et al. 2022,
/// FlashAttention, arXiv:2205.14135.
public final class Attentions {
    private Attentions() {
    }

    /// @param causal whether query `i` sees keys `0` to `i` only; a mask of one's own is refused then
    /// @param scale factor of the scores; null for `1 / sqrt(width)`
    /// @param dropout probability that an entry of `P` is dropped, from 0 to 1
    /// @param key which random numbers decide, one for each entry of `P`; null without dropout
    /// @param enableGqa whether several heads of queries in a row may share one head of keys and values
    public record Options(boolean causal, Double scale, double dropout, RandomKey key, boolean enableGqa) {
        /// Every query sees every key, `1 / sqrt(width)`, no dropout, as many heads of keys as of queries.
        public static final Options DEFAULT = new Options(false, null, 0, null, false);

        public Options withCausal(boolean causal) {
            return new Options(causal, scale, dropout, key, enableGqa);
        }

        public Options withScale(double scale) {
            return new Options(causal, scale, dropout, key, enableGqa);
        }

        public Options withDropout(double dropout, RandomKey key) {
            return new Options(causal, scale, dropout, key, enableGqa);
        }

        public Options withEnableGqa(boolean enableGqa) {
            return new Options(causal, scale, dropout, key, enableGqa);
        }

        private AttentionSpec spec(int width) {
            return new AttentionSpec(scale == null ? 1 / Math.sqrt(width) : scale, causal, dropout, key);
        }
    }

    /// With the default options and without mask.
    public static Variable scaledDotProductAttention(Variable q, Variable k, Variable v) {
        return scaledDotProductAttention(q, k, v, null, Options.DEFAULT);
    }

    /// @param q `[..., L, E]`; the leading dimensions of `q`, `k` and `v` are broadcast. With grouped queries the one before `L` counts
    ///     heads, a multiple of those of `k` and `v`, and neighbouring heads share their keys
    /// @param k `[..., S, E]`
    /// @param v `[..., S, V]`
    /// @param mask broadcastable to `[..., L, S]`, or null
    /// @return `[..., L, V]`
    public static Variable scaledDotProductAttention(Variable q, Variable k, Variable v, Variable mask, Options options) {
        Objects.requireNonNull(options, "scaledDotProductAttention: options is null; use Options.DEFAULT");
        if (mask != null && options.causal)
            throw new IllegalArgumentException("attention: a mask and causal attention exclude each other (got the mask "
                    + mask.data().describe() + "); put both into the mask");
        return attend(q, k, v, mask, options);
    }

    /// The same, with a mask and causal attention at a time, too.
    static Variable attend(Variable q, Variable k, Variable v, Variable mask, Options options) {
        if (options.enableGqa && Math.min(q.rank(), Math.min(k.rank(), v.rank())) > 2)
            return grouped(q, k, v, mask, options);
        Shape batch = batch(q.shape(), k.shape(), v.shape());
        checkMask(mask, joined(batch, q.size(-2), k.size(-2)));
        Variable m = mask == null ? null : batch.rank() <= 2 ? mask : heads(mask, batch, q.size(-2), k.size(-2));
        Variable out = attention(options.spec(q.size(-1)), heads(q, batch, q.size(-2), q.size(-1)), heads(k, batch, k.size(-2), k.size(-1)),
                heads(v, batch, v.size(-2), v.size(-1)), m);
        return out.reshape(joined(batch, q.size(-2), v.size(-1)));
    }

    /// Heads of queries that share keys become a dimension of their own, over which keys and values are broadcast.
    private static Variable grouped(Variable q, Variable k, Variable v, Variable mask, Options options) {
        int heads = q.size(-3);
        int shared = k.size(-3);
        if (v.size(-3) != shared || shared == 0 || heads % shared != 0)
            throw new ShapeException("attention", "the number of heads of keys and values must be the same and divide that of the queries",
                    q.shape(), k.shape(), v.shape());
        Variable y = attend(parted(q, shared), k.unsqueeze(-3), v.unsqueeze(-3), mask == null || mask.rank() < 3 ? mask
                : mask.size(-3) == 1 ? mask.unsqueeze(-3) : parted(mask, shared), options.withEnableGqa(false));
        return y.flatten(y.rank() - 4, y.rank() - 3);
    }

    /// `[..., H, rows, columns]` as `[..., groups, H / groups, rows, columns]`.
    private static Variable parted(Variable x, int groups) {
        int[] from = x.shape().sizes();
        if (from[from.length - 3] % groups != 0)
            throw new ShapeException("attention", "a mask must be broadcastable to the scores", x.shape());
        int[] to = Arrays.copyOf(from, from.length + 1);
        to[from.length - 3] = groups;
        to[from.length - 2] = from[from.length - 3] / groups;
        System.arraycopy(from, from.length - 2, to, from.length - 1, 2);
        return x.reshape(to);
    }

    private static void checkMask(Variable mask, Shape scores) {
        if (mask == null)
            return;
        boolean fits = mask.rank() <= scores.rank();
        for (int d = 1; fits && d <= mask.rank(); d++)
            fits = mask.size(-d) == 1 || mask.size(-d) == scores.size(-d);
        if (!fits)
            throw new ShapeException("attention", "a mask must be broadcastable to the scores, " + scores, mask.shape());
    }

    /// `P`, without dropout: what each query looks at.
    ///
    /// @param q `[..., L, E]`
    /// @param k `[..., S, E]`
    /// @param mask broadcastable to `[..., L, S]`, or null
    /// @return `[..., L, S]`
    public static Variable attentionWeights(Variable q, Variable k, Variable mask, Options options) {
        Objects.requireNonNull(options, "attentionWeights: options is null; use Options.DEFAULT");
        return probabilities(options.spec(q.size(-1)), q, k, mask);
    }

    /// Attention of a sequence to itself, from queries, keys and values side by side, as one matrix product leaves them; nothing is copied.
    ///
    /// @param qkv `[B, T, 3 * C]`
    /// @param heads how many equal parts each `C` has
    /// @param mask broadcastable to `[B, heads, T, T]`, or null; constant
    /// @return `[B, T, C]`, the heads side by side
    public static Variable selfAttention(Variable qkv, int heads, Tensor mask, Options options) {
        Objects.requireNonNull(options, "selfAttention: options is null; use Options.DEFAULT");
        Shape shape = qkv.shape();
        if (shape.rank() != 3 || heads < 1 || shape.size(2) % (3 * heads) != 0)
            throw new ShapeException("attention", "needs [batch, length, 3 * width] with a width that " + heads + " heads divide", shape);
        int width = shape.size(2) / 3;
        var spec = options.spec(width / heads);
        var result = AttentionKernels.packedAttention(spec, qkv.data(), heads, mask);
        Tensor y = result.out().transpose(1, 2).reshape(shape.size(0), shape.size(1), width);
        return output("attention", y, List.of(qkv), fused(
                dy -> List.of(AttentionKernels.packedAttentionBackward(spec, split(Variable.of(dy), heads).data(), qkv.data(), heads, mask,
                        result)),
                dy -> {
                    var parts = qkv.chunk(3, 2).stream().map(part -> split(part, heads)).toList();
                    var gradients = gradients(spec, split(dy, heads), parts.get(0), parts.get(1), parts.get(2),
                            mask == null ? null : Variable.of(mask));
                    return List.of(Variable.cat(gradients.subList(0, 3).stream().map(Attentions::join).toList(), 2));
                }));
    }

    /// `[B, T, C]` as `[B, heads, T, C / heads]`.
    static Variable split(Variable x, int heads) {
        return x.reshape(x.size(0), x.size(1), heads, x.size(2) / heads).transpose(1, 2);
    }

    /// `[B, H, T, W]` as `[B, T, H * W]`.
    static Variable join(Variable x) {
        return x.transpose(1, 2).reshape(x.size(0), x.size(2), x.size(1) * x.size(3));
    }

    // ---------------------------------------------------------------------------------------------------------- four dimensions

    private static Variable attention(AttentionSpec spec, Variable q, Variable k, Variable v, Variable mask) {
        Tensor m = mask == null ? null : mask.data();
        var result = AttentionKernels.attention(spec, q.data(), k.data(), v.data(), m);
        if (mask != null && mask.requiresGrad())
            return output("attention", result.out(), List.of(q, k, v, mask), dy -> gradients(spec, dy, q, k, v, mask));
        return output("attention", result.out(), List.of(q, k, v), fused(dy -> {
            var gradients = AttentionKernels.attentionBackward(spec, dy, q.data(), k.data(), v.data(), m, result);
            return List.of(gradients.dq(), gradients.dk(), gradients.dv());
        }, dy -> gradients(spec, dy, q, k, v, mask).subList(0, 3)));
    }

    /// The formulas above as differentiable operations: the gradients of `q`, `k`, `v` and the scores.
    private static List<Variable> gradients(AttentionSpec spec, Variable dy, Variable q, Variable k, Variable v, Variable mask) {
        Variable p = probabilities(spec, q, k, mask);
        Variable dp = dropped(spec, dy.matmul(v.mT()));
        Variable ds = p.mul(dp.sub(p.mul(dp).sum(Dims.keep(-1))));
        return new ArrayList<>(List.of(ds.matmul(k).mul(spec.scale()), ds.mT().matmul(q).mul(spec.scale()),
                dropped(spec, p).mT().matmul(dy), ds));
    }

    private static Variable dropped(AttentionSpec spec, Variable p) {
        return spec.dropout() == 0 ? p : Dropouts.dropout(p, spec.dropout(), spec.key());
    }

    /// `scale * q kᵀ + mask`, minus infinity where a key is hidden.
    static Variable scores(Variable q, Variable k, Variable mask, Options options) {
        return scores(options.spec(q.size(-1)), q, k, mask);
    }

    private static Variable scores(AttentionSpec spec, Variable q, Variable k, Variable mask) {
        Variable s = q.matmul(k.mT()).mul(spec.scale());
        if (mask != null)
            s = mask.dtype() == DType.BOOL ? visible(s, mask.data()) : s.add(mask);
        if (spec.causal())
            s = visible(s, past(s.size(-2), s.size(-1)).to(s.device()));
        return s;
    }

    private static Variable probabilities(AttentionSpec spec, Variable q, Variable k, Variable mask) {
        Variable s = scores(spec, q, k, mask);
        if (s.shape().numel() == 0)
            return s;
        Tensor sees = s.data().amax(Dims.keep(-1)).ne(Double.NEGATIVE_INFINITY).expand(s.shape());
        Variable zeros = Variable.zerosLike(s);
        return s.where(sees, zeros).softmax(-1).where(sees, zeros);
    }

    private static Variable visible(Variable scores, Tensor allowed) {
        Tensor hidden = Tensor.full(scores.shape(), Double.NEGATIVE_INFINITY, scores.dtype(), scores.device());
        return scores.where(allowed.expand(scores.shape()), Variable.of(hidden));
    }

    /// True where the column is not behind the row.
    static Tensor past(int rows, int columns) {
        var allowed = new boolean[rows * columns];
        for (int i = 0; i < allowed.length; i++)
            allowed[i] = i % columns <= i / columns;
        return Tensor.of(allowed, Shape.of(rows, columns));
    }

    // ---------------------------------------------------------------------------------------------------------- shapes

    private static Shape batch(Shape... shapes) {
        Shape batch = Shape.SCALAR;
        for (Shape shape : shapes) {
            if (shape.rank() < 2)
                throw new ShapeException("attention", "queries, keys and values must be [..., length, width]", shapes);
            int[] sizes = shape.sizes();
            batch = Shape.broadcast("attention", batch, Shape.of(Arrays.copyOf(sizes, sizes.length - 2)));
        }
        return batch;
    }

    /// `x`, broadcast over `batch`, as `[B, H, rows, columns]`.
    private static Variable heads(Variable x, Shape batch, int rows, int columns) {
        Variable y = x.expand(joined(batch, rows, columns));
        return switch (batch.rank()) {
            case 2 -> y;
            case 1 -> y.unsqueeze(0);
            case 0 -> y.reshape(1, 1, rows, columns);
            default -> y.reshape(batch.numel() / Math.max(1, batch.size(-1)), batch.size(-1), rows, columns);
        };
    }

    private static Shape joined(Shape batch, int rows, int columns) {
        int[] sizes = Arrays.copyOf(batch.sizes(), batch.rank() + 2);
        sizes[batch.rank()] = rows;
        sizes[batch.rank() + 1] = columns;
        return Shape.of(sizes);
    }
}
