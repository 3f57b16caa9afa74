package dev.sunda.nn;

import dev.sunda.autograd.Checkpointing;
import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.Running;

/// The running statistics of a norm as buffers of its layer: `running_mean`, zeros at first, and `running_var`, ones, both `[C]`, and
/// `num_batches_tracked`, a single int64.
final class RunningBuffers {
    private final Buffer mean;
    private final Buffer variance;
    private final Buffer batches;
    private final Double momentum;

    /// @param momentum share of the newest batch; null for the average of all batches
    RunningBuffers(Layer layer, int channels, Double momentum) {
        this.momentum = momentum;
        mean = layer.buffer("running_mean", Tensor.zeros(channels));
        variance = layer.buffer("running_var", Tensor.ones(channels));
        batches = layer.buffer("num_batches_tracked", Tensor.of(0L).squeeze(0));
    }

    Tensor mean() {
        return mean.data();
    }

    Tensor variance() {
        return variance.data();
    }

    /// What is to follow a batch; null for one that a backward pass computes again, which has been seen. The average divides on the device,
    /// which has the count: a recorded step counts on, and nobody waits.
    Running following() {
        return Checkpointing.isRecomputing() ? null : new Running(mean.data(), variance.data(), batches.data(), momentum);
    }

    /// For [Layer#options].
    static String text(Double momentum) {
        return momentum == null ? ", average of all batches" : momentum == 0.1 ? "" : ", momentum " + momentum;
    }

    /// @throws IllegalArgumentException unless the momentum is null or from 0 to 1
    static void check(String layer, Double momentum) {
        if (momentum != null && !(momentum >= 0 && momentum <= 1))
            throw new IllegalArgumentException(layer + ": momentum must be from 0 to 1 (got " + momentum + ")");
    }
}
