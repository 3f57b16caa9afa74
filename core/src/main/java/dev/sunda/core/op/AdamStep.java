package dev.sunda.core.op;

/// One step of Adam or AdamW, PyTorch's formulation, with `t` counted from 1:
/// `g = g + weightDecay * p` (Adam) or `p = p * (1 - lr * weightDecay)` (AdamW, `decoupled`), then
/// `m = m + (1 - beta1) * (g - m)`, `v = beta2 * v + (1 - beta2) * g * g`,
/// `p = p - lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + eps)`. AMSGrad uses the largest `v` so far in place of `v`.
///
/// @param step `t`, at least 1
/// @param decoupled whether the decay acts on the parameter instead of the gradient
public record AdamStep(double lr, double beta1, double beta2, double eps, double weightDecay, boolean decoupled, boolean maximize,
        long step) {
    /// `m + (1 - beta1) * (g - m)`, from the nearer end, so that a large `m` leaves no rounding error in a moment it has no share in.
    public double firstMoment(double m, double g) {
        return beta1 > 0.5 ? m + (1 - beta1) * (g - m) : g - beta1 * (g - m);
    }
}
