package dev.sunda.nn;

import dev.sunda.core.op.UnaryOp;
import java.util.Objects;

/// What the layers of a transformer share.
///
/// @param feedForward columns between the two linear layers behind the attention, at least 1
/// @param dropout probability that an element is dropped in training, from 0 to 1: of what attention looks at, and behind every part
/// @param activation between the two linear layers
/// @param layerNormEps added to the variance of layer norms, greater than 0
/// @param batchFirst whether sequences are `[batch, length, width]` instead of `[length, batch, width]`
/// @param normFirst whether a part is `x + part(norm(x))` instead of `norm(x + part(x))`
/// @param bias whether linear layers and norms have biases
public record TransformerOptions(int feedForward, double dropout, UnaryOp activation, double layerNormEps, boolean batchFirst,
        boolean normFirst, boolean bias) {
    /// 2048 columns, dropout 0.1, relu, 1e-5, time first, norms behind the parts, with biases.
    public static final TransformerOptions DEFAULT = new TransformerOptions(2048, 0.1, UnaryOp.RELU, 1e-5, false, false, true);

    public TransformerOptions {
        Objects.requireNonNull(activation, "TransformerOptions: activation is null; use UnaryOp.NEG or another");
        Require.atLeast("transformer", "number of columns between the linear layers", feedForward, 1);
        if (!(dropout >= 0 && dropout <= 1))
            throw new IllegalArgumentException("transformer: dropout must be from 0 to 1 (got " + dropout + ")");
        if (!(layerNormEps > 0))
            throw new IllegalArgumentException("transformer: eps must be positive (got " + layerNormEps + ")");
    }

    public TransformerOptions withFeedForward(int feedForward) {
        return new TransformerOptions(feedForward, dropout, activation, layerNormEps, batchFirst, normFirst, bias);
    }

    public TransformerOptions withDropout(double dropout) {
        return new TransformerOptions(feedForward, dropout, activation, layerNormEps, batchFirst, normFirst, bias);
    }

    public TransformerOptions withActivation(UnaryOp activation) {
        return new TransformerOptions(feedForward, dropout, activation, layerNormEps, batchFirst, normFirst, bias);
    }

    public TransformerOptions withLayerNormEps(double layerNormEps) {
        return new TransformerOptions(feedForward, dropout, activation, layerNormEps, batchFirst, normFirst, bias);
    }

    public TransformerOptions withBatchFirst(boolean batchFirst) {
        return new TransformerOptions(feedForward, dropout, activation, layerNormEps, batchFirst, normFirst, bias);
    }

    public TransformerOptions withNormFirst(boolean normFirst) {
        return new TransformerOptions(feedForward, dropout, activation, layerNormEps, batchFirst, normFirst, bias);
    }

    public TransformerOptions withBias(boolean bias) {
        return new TransformerOptions(feedForward, dropout, activation, layerNormEps, batchFirst, normFirst, bias);
    }

    MultiheadAttention.Options attention() {
        return MultiheadAttention.Options.DEFAULT.withBias(bias).withDropout(dropout).withBatchFirst(batchFirst);
    }

    LayerNorm.Options norm() {
        return new LayerNorm.Options(layerNormEps, true, bias);
    }

    /// What differs from the defaults, for descriptions.
    String text() {
        return ", feed forward " + feedForward + (dropout == 0 ? "" : ", dropout " + dropout)
                + (activation == UnaryOp.RELU ? "" : ", " + activation.label()) + (batchFirst ? ", batch first" : "")
                + (normFirst ? ", norm first" : "") + (bias ? "" : ", no bias");
    }
}
