package dev.sunda.core.cpu;

/// Innermost loops of the optimizers on contiguous floats, in place. Both implementations give the same bits.
sealed interface StepMath permits ScalarStepMath, SimdStepMath {
    /// The implementation of this process.
    StepMath CHOSEN = VectorPath.isSimd() ? new SimdStepMath() : new ScalarStepMath();

    /// Constants of a step of SGD, worked out in double and rounded once.
    ///
    /// @param sign -1 to maximise, otherwise 1
    /// @param fresh `1 - dampening`, share of the gradient in the momentum buffer
    /// @param fromBuffer share of the buffer in the direction of the step
    /// @param fromGradient share of the gradient in the direction of the step
    record Sgd(float sign, float decay, float lr, float momentum, float fresh, float fromBuffer, float fromGradient) {
    }

    /// Constants of a step of Adam, worked out in double and rounded once.
    ///
    /// @param sign -1 to maximise, otherwise 1
    /// @param decay weight decay that is added to the gradient
    /// @param shrink `lr * weightDecay` where the decay is decoupled
    /// @param fresh1 `1 - beta1`
    /// @param fresh2 `1 - beta2`
    /// @param size `lr / (1 - beta1^t)`
    /// @param root `1 / sqrt(1 - beta2^t)`
    record Adam(float sign, float decay, float shrink, float fresh1, float beta2, float fresh2, float size, float root, float eps) {
    }

    /// `p -= lr * (g + decay * p)`.
    void sgd(Sgd s, float[] p, int pi, float[] g, int gi, int n);

    /// SGD with a momentum buffer `b`.
    void momentum(Sgd s, float[] p, int pi, float[] g, int gi, float[] b, int bi, int n);

    /// The moments of Adam: `m` and `v` take in the gradient.
    void moments(Adam s, float[] p, int pi, float[] g, int gi, float[] m, int mi, float[] v, int vi, int n);

    /// The parameters of Adam, from `m` and `v` (or the largest `v` so far).
    void update(Adam s, float[] p, int pi, float[] m, int mi, float[] v, int vi, int n);
}
