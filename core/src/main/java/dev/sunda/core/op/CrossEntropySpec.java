package dev.sunda.core.op;

/// Options of cross-entropy on rows of logits.
///
/// With `p = softmax(logits)` and a target distribution `t` the loss of a row is `-sum_c weight_c * t_c * log p_c`. For class
/// index `k`, `t = (1 - s) * onehot(k) + s / C` with label smoothing `s`; given probabilities are smoothed likewise. A class with
/// `t_c = 0` adds nothing, also where `log p_c` is negative infinity.
///
/// @param ignoreIndex rows whose class index equals this have loss 0 and gradient 0
/// @param labelSmoothing `s`, from 0 to 1
public record CrossEntropySpec(long ignoreIndex, double labelSmoothing) {
    public CrossEntropySpec {
        if (!(labelSmoothing >= 0 && labelSmoothing <= 1))
            throw new IllegalArgumentException("crossEntropy: label smoothing must be from 0 to 1 (got " + labelSmoothing + ")");
    }
}
