package dev.sunda.core.kernel;

import dev.sunda.core.Tensor;
import dev.sunda.core.spi.Following;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Objects;
import java.util.stream.Stream;

/// Running statistics of channels: tensors that follow the statistics of batches, in place. After a batch
/// `mean = (1 - momentum) * mean + momentum * batch's` and the variance alike, with the batch's unbiased one.
///
/// @param mean `[C]`
/// @param variance `[C]`
/// @param batches int64, one element: how many batches there were
/// @param momentum share of the newest batch; null for the average of all batches, for which the device divides by their number
public record Running(Tensor mean, Tensor variance, Tensor batches, Double momentum) {
    public Running {
        Objects.requireNonNull(mean, "Running: mean is null");
        Objects.requireNonNull(variance, "Running: variance is null");
        Objects.requireNonNull(batches, "Running: batches is null");
    }

    /// A batch has come.
    ///
    /// @param mean `[C]`
    /// @param variance `[C]`, biased
    /// @param correction makes the variance unbiased
    public void follow(Tensor mean, Tensor variance, double correction) {
        check(mean.shape());
        Tensor.checkSameDevice("running statistics", this.mean, mean);
        Tensor newMean = mean.to(this.mean.dtype());
        Tensor newVariance = variance.to(this.mean.dtype());
        this.mean.backend().follow(following(correction), newMean.view(), newVariance.view());
        changed();
    }

    /// A batch without elements has come: it is counted.
    public void skip() {
        batches.copyFrom(batches.add(1));
    }

    /// Whether the statistics of a batch can be taken as they are computed.
    boolean takes(Tensor x) {
        return x.dtype() == mean.dtype() && x.device().equals(mean.device());
    }

    Following following(double correction) {
        return new Following(mean.view(), variance.view(), batches.view(), momentum == null ? Double.NaN : momentum, correction);
    }

    void changed() {
        Stream.of(mean, variance, batches).forEach(x -> x.view().storage().version().bump());
    }

    void check(Shape channels) {
        if (!mean.shape().equals(channels) || !variance.shape().equals(channels))
            throw new ShapeException("batchNorm", "the running statistics must have the " + channels.numel() + " channels of the batch",
                    mean.shape(), channels);
    }
}
