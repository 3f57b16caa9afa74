package dev.sunda.nn;

import dev.sunda.autograd.Checkpointing;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.nn.functional.Normalizations.RunningStatistics;
import java.util.function.BiFunction;

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

    /// Counts a batch and lets the statistics follow it; one that a backward pass computes again has been seen. The average divides on the
    /// device, which has the count: a recorded step counts on, and nobody waits.
    ///
    /// @param moving from the old ones and the share of the batch to the new ones
    /// @param average the same, from a share on the device
    void follow(BiFunction<RunningStatistics, Double, RunningStatistics> moving,
            BiFunction<RunningStatistics, Tensor, RunningStatistics> average) {
        if (Checkpointing.isRecomputing())
            return;
        Tensor count = batches.data().add(1);
        var before = new RunningStatistics(mean.data(), variance.data());
        RunningStatistics next = momentum != null ? moving.apply(before, momentum)
                : average.apply(before, Tensor.onesLike(count).to(DType.F64).div(count.to(DType.F64)));
        batches.set(count);
        mean.set(next.mean());
        variance.set(next.variance());
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
