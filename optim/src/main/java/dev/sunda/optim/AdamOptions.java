package dev.sunda.optim;

/// What may differ between groups of [Adam] and [AdamW] besides the rate.
///
/// @param beta1 decay of the mean of gradients, in `[0, 1)`
/// @param beta2 decay of the mean of squared gradients, in `[0, 1)`
/// @param eps added to the root in the denominator, 0 or more
/// @param weightDecay 0 or more; what it means is said by the optimizer
/// @param amsgrad whether the denominator uses the largest mean of squares so far
/// @param maximize whether to climb instead of descend
public record AdamOptions(double beta1, double beta2, double eps, double weightDecay, boolean amsgrad, boolean maximize) {
    /// Checks the ranges.
    public AdamOptions {
        Checks.fraction("AdamOptions", "beta1", beta1);
        Checks.fraction("AdamOptions", "beta2", beta2);
        Checks.notNegative("AdamOptions", "eps", eps);
        Checks.notNegative("AdamOptions", "weight decay", weightDecay);
    }

    /// The same with other decays of the means.
    public AdamOptions withBetas(double beta1, double beta2) {
        return new AdamOptions(beta1, beta2, eps, weightDecay, amsgrad, maximize);
    }

    /// The same with another weight decay.
    public AdamOptions withWeightDecay(double weightDecay) {
        return new AdamOptions(beta1, beta2, eps, weightDecay, amsgrad, maximize);
    }

    /// The same with another eps.
    public AdamOptions withEps(double eps) {
        return new AdamOptions(beta1, beta2, eps, weightDecay, amsgrad, maximize);
    }

    /// The same with or without the largest mean of squares.
    public AdamOptions withAmsgrad(boolean amsgrad) {
        return new AdamOptions(beta1, beta2, eps, weightDecay, amsgrad, maximize);
    }

    /// The same with or without climbing.
    public AdamOptions withMaximize(boolean maximize) {
        return new AdamOptions(beta1, beta2, eps, weightDecay, amsgrad, maximize);
    }
}
