package dev.sunda.nn;

import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.Running;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import dev.sunda.nn.functional.GroupNorms;
import dev.sunda.nn.functional.Normalizations;
import java.util.Set;

/// Instance normalisation: `y = (x - mean) / sqrt(variance + eps) * weight + bias` with the statistics of each channel of each sample.
///
/// With running statistics those of the samples, averaged over the batch and with the unbiased variance, are followed in training as in
/// [BatchNorm] and used in evaluation; without them, the default, training and evaluation do not differ.
///
/// Parameters, if affine: `weight` `[C]`, ones at first, and `bias` `[C]`, zeros. Buffers, if tracked: `running_mean` and `running_var`
/// `[C]`, `num_batches_tracked`, a single int64. Source: Ulyanov, Vedaldi, Lempitsky 2016, arXiv:1607.08022.
public abstract sealed class InstanceNorm extends Layer permits InstanceNorm1d, InstanceNorm2d, InstanceNorm3d {
    private final int channels;
    private final Options options;
    private final Parameter weight;
    private final Parameter bias;
    private final RunningBuffers running;

    /// @param eps added to the variance, not negative
    /// @param momentum share of the newest batch in the running statistics, from 0 to 1; null for the average of all batches
    /// @param affine whether there are `weight` and `bias`
    /// @param trackRunningStats whether there are running statistics
    public record Options(double eps, Double momentum, boolean affine, boolean trackRunningStats) {
        /// 1e-5, 0.1, not affine, not tracked.
        public static final Options DEFAULT = new Options(1e-5, 0.1, false, false);

        public Options {
            if (!(eps >= 0))
                throw new IllegalArgumentException("InstanceNorm: eps must not be negative (got " + eps + ")");
            RunningBuffers.check("InstanceNorm", momentum);
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
    InstanceNorm(int channels, Options options) {
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

    /// Number of spatial axes.
    abstract int axes();

    @Override
    protected Variable compute(Variable x) {
        boolean single = x.rank() == axes() + 1;
        if (!single && x.rank() != axes() + 2 || x.size(-axes() - 1) != channels)
            throw new ShapeException("instanceNorm",
                    "the input must be [batch, " + channels + spatial() + "] or [" + channels + spatial() + "]", x.shape());
        return single ? normalized(x.unsqueeze(0)).squeeze(0) : normalized(x);
    }

    private Variable normalized(Variable x) {
        if (!isTraining() && options.trackRunningStats)
            return Normalizations.batchNorm(x, running.mean(), running.variance(), current(weight), current(bias), options.eps);
        var result = GroupNorms.instanceNorm(x, current(weight), current(bias), options.eps);
        Running following = options.trackRunningStats ? running.following() : null;
        if (following != null)
            result.follow(following);
        return result.y();
    }

    private String spatial() {
        return switch (axes()) {
            case 1 -> ", length";
            case 2 -> ", height, width";
            default -> ", depth, height, width";
        };
    }

    @Override
    protected Set<String> parametrizable() {
        return parameterNames();
    }

    @Override
    protected String options() {
        return channels + (options.eps == Options.DEFAULT.eps ? "" : ", eps " + options.eps) + RunningBuffers.text(options.momentum)
                + (options.affine ? ", affine" : "") + (options.trackRunningStats ? ", running statistics" : "");
    }

    @Override
    protected long multiplyAdds(Shape input, Shape output) {
        return output.numel();
    }
}
