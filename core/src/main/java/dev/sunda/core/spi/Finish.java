package dev.sunda.core.spi;

/// What a device does to the results of a convolution before it lets go of them: `(y - mean[c]) * rstd[c] * weight[c] + bias[c]` as in
/// [Backend#channelNormalize], with `relu` the larger of that and 0.
///
/// @param mean `[C]`, as `rstd`, `weight` and `bias`; each may be null and then stands for 0, 1, 1 and 0
/// @param relu whether relu comes last
public record Finish(View mean, View rstd, View weight, View bias, boolean relu) {
    /// Relu alone.
    public static final Finish RELU = new Finish(null, null, null, null, true);
}
