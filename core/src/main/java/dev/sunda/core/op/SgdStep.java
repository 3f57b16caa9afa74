package dev.sunda.core.op;

/// One step of stochastic gradient descent, PyTorch's formulation:
/// `g = g + weightDecay * p`, then with momentum `buf = momentum * buf + (1 - dampening) * g` (at the first step `buf = g`),
/// `g = nesterov ? g + momentum * buf : buf`, at last `p = p - lr * g`. With `maximize` the gradient's sign is flipped first.
///
/// @param first whether the momentum buffer has not been written yet
public record SgdStep(double lr, double momentum, double dampening, double weightDecay, boolean nesterov, boolean maximize, boolean first) {
}
