package dev.sunda.core.kernel;

import dev.sunda.core.Tensor;
import dev.sunda.core.op.AttentionSpec;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Objects;

/// Scaled dot-product attention of heads: `out = dropout(softmax(scale * q kᵀ + mask)) v`.
///
/// All tensors are `[B, H, length, width]`; batch and heads of `q`, `k` and `v` are the same. A query that sees no key gives zeros.
public final class AttentionKernels {
    private AttentionKernels() {
    }

    /// @param out `[B, H, L, V]`, in the memory order of `[B, L, H, V]`, so that heads can be joined again without a copy
    /// @param statistics `[B, H, L, 2]`: the largest score of each query and the sum of `exp(score - largest)`; minus infinity and 0 for
    ///     one that sees nothing
    public record Attended(Tensor out, Tensor statistics) {
        public Attended {
            Objects.requireNonNull(out, "Attended: out is null");
            Objects.requireNonNull(statistics, "Attended: statistics is null");
        }
    }

    /// @param dq `[B, H, L, E]`
    /// @param dk `[B, H, S, E]`
    /// @param dv `[B, H, S, V]`
    public record Gradients(Tensor dq, Tensor dk, Tensor dv) {
    }

    /// @param q `[B, H, L, E]`
    /// @param k `[B, H, S, E]`
    /// @param v `[B, H, S, V]`
    /// @param mask broadcastable to `[B, H, L, S]`, or null: booleans, true where a query sees a key, or numbers added to the scores
    public static Attended attention(AttentionSpec spec, Tensor q, Tensor k, Tensor v, Tensor mask) {
        check(q, k, v);
        Tensor out = heads(q.shape().with(3, v.size(3)), q);
        Tensor statistics = Tensor.empty(Layout.contiguous(q.shape().with(3, 2)), q.dtype(), q.device());
        q.backend().attention(spec, rows(q).view(), rows(k).view(), rows(v).view(), mask == null ? null : stretched(mask, q, k).view(),
                out.view(), statistics.view());
        return new Attended(out, statistics);
    }

    /// The gradients of [#attention], in fresh memory of the order `[B, length, H, width]`.
    ///
    /// @param dout of the shape of `out`
    /// @param result as [#attention] gave it
    public static Gradients attentionBackward(AttentionSpec spec, Tensor dout, Tensor q, Tensor k, Tensor v, Tensor mask, Attended result) {
        var gradients = new Gradients(heads(q.shape(), q), heads(k.shape(), q), heads(v.shape(), q));
        backward(spec, dout, q, k, v, mask, result, gradients);
        return gradients;
    }

    /// [#attention] of queries, keys and values that lie side by side, as one matrix product leaves them.
    ///
    /// @param qkv `[B, T, 3 * C]`: queries, keys and values, each `[heads, C / heads]`
    /// @param mask broadcastable to `[B, heads, T, T]`, or null
    public static Attended packedAttention(AttentionSpec spec, Tensor qkv, int heads, Tensor mask) {
        return attention(spec, part(qkv, heads, 0), part(qkv, heads, 1), part(qkv, heads, 2), mask);
    }

    /// The gradient of [#packedAttention] with respect to `qkv`.
    ///
    /// @param dout `[B, heads, T, C / heads]`
    /// @param result as [#packedAttention] gave it
    public static Tensor packedAttentionBackward(AttentionSpec spec, Tensor dout, Tensor qkv, int heads, Tensor mask, Attended result) {
        Tensor dqkv = Tensor.empty(Layout.contiguous(qkv.shape()), qkv.dtype(), qkv.device());
        backward(spec, dout, part(qkv, heads, 0), part(qkv, heads, 1), part(qkv, heads, 2), mask, result,
                new Gradients(part(dqkv, heads, 0), part(dqkv, heads, 1), part(dqkv, heads, 2)));
        return dqkv;
    }

    private static void backward(AttentionSpec spec, Tensor dout, Tensor q, Tensor k, Tensor v, Tensor mask, Attended result,
            Gradients to) {
        check(q, k, v);
        if (!dout.shape().equals(q.shape().with(3, v.size(3))) || dout.dtype() != q.dtype())
            throw new ShapeException("attention", "gradient and result differ", dout.shape(), q.shape().with(3, v.size(3)));
        q.backend().attentionBackward(spec, rows(dout).view(), rows(q).view(), rows(k).view(), rows(v).view(),
                mask == null ? null : stretched(mask, q, k).view(), result.out().view(), result.statistics().view(), to.dq().view(),
                to.dk().view(), to.dv().view());
    }

    /// Queries (0), keys (1) or values (2) of a packed tensor as `[B, heads, T, width]`, in its memory.
    private static Tensor part(Tensor qkv, int heads, int index) {
        int width = qkv.size(2) / 3;
        return qkv.narrow(2, index * width, width).reshape(qkv.size(0), qkv.size(1), heads, width / heads).transpose(1, 2);
    }

    /// With contiguous rows.
    private static Tensor rows(Tensor x) {
        return x.layout().stride(3) == 1 || x.size(3) == 1 ? x : x.contiguous();
    }

    private static Tensor heads(Shape shape, Tensor like) {
        return Tensor.empty(Layout.dense(shape, new int[] {0, 2, 1, 3}), like.dtype(), like.device());
    }

    private static Tensor stretched(Tensor mask, Tensor q, Tensor k) {
        if (mask.dtype() != DType.BOOL && mask.dtype() != q.dtype())
            throw new DTypeException("attention: a mask must hold booleans or numbers of the operands' type (got " + mask.describe() + ", "
                    + q.describe() + "); convert it with to(dtype)");
        Tensor.checkSameDevice("attention", q, mask);
        return mask.expand(Shape.of(q.size(0), q.size(1), q.size(2), k.size(2)));
    }

    private static void check(Tensor q, Tensor k, Tensor v) {
        if (!q.dtype().isFloating() || k.dtype() != q.dtype() || v.dtype() != q.dtype())
            throw new DTypeException("attention: needs operands of one floating type (got " + q.describe() + ", " + k.describe() + ", "
                    + v.describe() + "); convert with to(dtype)");
        Tensor.checkSameDevice("attention", q, k);
        Tensor.checkSameDevice("attention", q, v);
        if (q.rank() != 4 || k.rank() != 4 || v.rank() != 4)
            throw new ShapeException("attention", "needs [batch, heads, length, width]", q.shape(), k.shape(), v.shape());
        if (q.size(3) != k.size(3))
            throw new ShapeException("attention", "queries have " + q.size(3) + " columns but keys have " + k.size(3), q.shape(),
                    k.shape());
        if (k.size(2) != v.size(2))
            throw new ShapeException("attention", "there are " + k.size(2) + " keys but " + v.size(2) + " values", k.shape(), v.shape());
        for (int d = 0; d < 2; d++)
            if (q.size(d) != k.size(d) || q.size(d) != v.size(d))
                throw new ShapeException("attention", "batch and heads differ", q.shape(), k.shape(), v.shape());
    }
}
