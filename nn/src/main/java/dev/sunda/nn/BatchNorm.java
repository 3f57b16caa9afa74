package dev.sunda.nn;

import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.Running;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import dev.sunda.nn.functional.Normalizations;
import java.util.Set;

/// Batch normalisation: `y = (x - mean) / sqrt(variance + eps) * weight + bias`, channel by channel. Channels lie in dimension 1.
///
/// In training mode mean and variance are those of the batch, and the running statistics follow them:
/// `running = (1 - momentum) * running + momentum * batch`, with the unbiased variance. In evaluation mode the running statistics are used.
///
/// Parameters, if affine: `weight` `[C]`, ones at first, and `bias` `[C]`, zeros. Buffers, if tracked: `running_mean` and `running_var`
/// `[C]`, `num_batches_tracked`, a single int64. Source: Ioffe, Szegedy 2015, arXiv:1502.03167.
public abstract sealed class BatchNorm extends Layer permits BatchNorm1d, BatchNorm2d, BatchNorm3d {
    private final int channels;
    private final Options options;
    private final Parameter weight;
    private final Parameter bias;
    private final RunningBuffers running;

    /// @param eps added to the variance, greater than 0
    /// @param momentum share of the newest batch in the running statistics, from 0 to 1; null for the average of all batches
    /// @param affine whether there are `weight` and `bias`
    /// @param trackRunningStats whether there are running statistics; without them evaluation uses those of the batch, too
    public record Options(double eps, Double momentum, boolean affine, boolean trackRunningStats) {
        /// 1e-5, 0.1, affine, tracked.
        public static final Options DEFAULT = new Options(1e-5, 0.1, true, true);

        public Options {
            if (!(eps > 0))
                throw new IllegalArgumentException("BatchNorm: eps must be positive (got " + eps + ")");
            RunningBuffers.check("BatchNorm", momentum);
        }

        /// These options with another eps.
        public Options withEps(double eps) {
            return new Options(eps, momentum, affine, trackRunningStats);
        }

        /// These options with another momentum; null for the average of all batches.
        public Options withMomentum(Double momentum) {
            return new Options(eps, momentum, affine, trackRunningStats);
        }

        /// These options with or without `weight` and `bias`.
        public Options withAffine(boolean affine) {
            return new Options(eps, momentum, affine, trackRunningStats);
        }

        /// These options with or without running statistics.
        public Options withTrackRunningStats(boolean trackRunningStats) {
            return new Options(eps, momentum, affine, trackRunningStats);
        }
    }

    /// @param channels of the input, at least 1
    BatchNorm(int channels, Options options) {
        Require.atLeast(getClass().getSimpleName(), "number of channels", channels, 1);
        this.channels = channels;
        this.options = options;
        weight = options.affine ? parameter("weight", Tensor.ones(channels)) : null;
        bias = options.affine ? parameter("bias", Tensor.zeros(channels)) : null;
        running = options.trackRunningStats ? new RunningBuffers(this, channels, options.momentum) : null;
    }

    /// `[C]`, or null.
    public Parameter weight() {
        return weight;
    }

    /// `[C]`, or null.
    public Parameter bias() {
        return bias;
    }

    int channels() {
        return channels;
    }

    double eps() {
        return options.eps;
    }

    /// Null if there are none.
    RunningBuffers running() {
        return running;
    }

    /// Whether inputs of this rank are taken.
    abstract boolean takes(int rank);

    /// The dimensions after the channels, for messages.
    abstract String axes();

    @Override
    protected Variable compute(Variable x) {
        return compute(x, false);
    }

    /// With relu behind it.
    Variable computeRelu(Variable x) {
        return compute(x, true);
    }

    private Variable compute(Variable x, boolean relu) {
        if (!takes(x.rank()) || x.size(1) != channels)
            throw new ShapeException("batchNorm", "the input must be [batch, " + channels + axes() + "]", x.shape());
        Variable scale = current(weight);
        Variable shift = current(bias);
        if (usesRunningStatistics())
            return relu ? Normalizations.batchNormRelu(x, running.mean(), running.variance(), scale, shift, options.eps)
                    : Normalizations.batchNorm(x, running.mean(), running.variance(), scale, shift, options.eps);
        Running following = isTraining() && options.trackRunningStats ? running.following() : null;
        var result = relu ? Normalizations.batchNormRelu(x, scale, shift, options.eps, following)
                : Normalizations.batchNorm(x, scale, shift, options.eps, following);
        return result.y();
    }

    boolean usesRunningStatistics() {
        return !isTraining() && options.trackRunningStats;
    }

    @Override
    protected Set<String> parametrizable() {
        return parameterNames();
    }

    @Override
    protected String options() {
        return channels + (options.eps == Options.DEFAULT.eps ? "" : ", eps " + options.eps) + RunningBuffers.text(options.momentum)
                + (options.affine ? "" : ", not affine") + (options.trackRunningStats ? "" : ", no running statistics");
    }

    @Override
    protected long multiplyAdds(Shape input, Shape output) {
        return output.numel();
    }
}
