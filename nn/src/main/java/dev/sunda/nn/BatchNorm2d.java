package dev.sunda.nn;

import dev.sunda.autograd.Checkpointing;
import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import dev.sunda.nn.functional.Convolutions;
import dev.sunda.nn.functional.Normalizations;

/// Batch normalisation of images: `y = (x - mean) / sqrt(variance + eps) * weight + bias`, channel by channel. Shapes: `[N, C, H, W]` to
/// the
/// same.
///
/// In training mode mean and variance are those of the batch, and the running statistics follow them:
/// `running = (1 - momentum) * running + momentum * batch`, with the unbiased variance. In evaluation mode the running statistics are used.
///
/// Parameters, if affine: `weight` `[C]`, ones at first, and `bias` `[C]`, zeros. Buffers, if tracked: `running_mean` and `running_var`
/// `[C]`,
/// `num_batches_tracked`, a single int64. Source: Ioffe, Szegedy 2015, arXiv:1502.03167.
public final class BatchNorm2d extends Layer {
    private final int channels;
    private final Options options;
    private final Parameter weight;
    private final Parameter bias;
    private final Buffer runningMean;
    private final Buffer runningVar;
    private final Buffer batches;

    /// @param eps added to the variance, greater than 0
    /// @param momentum share of the newest batch in the running statistics, from 0 to 1
    /// @param affine whether there are `weight` and `bias`
    /// @param trackRunningStats whether there are running statistics; without them evaluation uses those of the batch, too
    public record Options(double eps, double momentum, boolean affine, boolean trackRunningStats) {
        /// 1e-5, 0.1, affine, tracked.
        public static final Options DEFAULT = new Options(1e-5, 0.1, true, true);

        public Options {
            if (!(eps > 0))
                throw new IllegalArgumentException("BatchNorm2d: eps must be positive (got " + eps + ")");
            if (!(momentum >= 0 && momentum <= 1))
                throw new IllegalArgumentException("BatchNorm2d: momentum must be from 0 to 1 (got " + momentum + ")");
        }
    }

    /// With the default options.
    public BatchNorm2d(int channels) {
        this(channels, Options.DEFAULT);
    }

    /// @param channels of the input, at least 1
    public BatchNorm2d(int channels, Options options) {
        Require.atLeast("BatchNorm2d", "number of channels", channels, 1);
        this.channels = channels;
        this.options = options;
        weight = options.affine ? parameter("weight", Tensor.ones(channels)) : null;
        bias = options.affine ? parameter("bias", Tensor.zeros(channels)) : null;
        runningMean = options.trackRunningStats ? buffer("running_mean", Tensor.zeros(channels)) : null;
        runningVar = options.trackRunningStats ? buffer("running_var", Tensor.ones(channels)) : null;
        batches = options.trackRunningStats ? buffer("num_batches_tracked", Tensor.of(0L).squeeze(0)) : null;
    }

    /// `[C]`, or null.
    public Parameter weight() {
        return weight;
    }

    /// `[C]`, or null.
    public Parameter bias() {
        return bias;
    }

    @Override
    protected Variable compute(Variable x) {
        return compute(x, false);
    }

    /// With relu behind it.
    Variable computeRelu(Variable x) {
        return compute(x, true);
    }

    /// Behind a convolution whose result it fits, in evaluation.
    Variable computeAfter(Conv2d conv, Variable x, boolean relu) {
        return Convolutions.convBatchNorm(x, conv.weight(), conv.bias(), conv.spec(x.shape()), runningMean.data(), runningVar.data(),
                weight,
                bias, options.eps, relu);
    }

    /// Whether [#computeAfter] stands for the convolution and this layer.
    boolean joins(Conv2d conv, Variable x) {
        return usesRunningStatistics() && x.rank() == 4 && conv.weight().size(0) == channels;
    }

    private Variable compute(Variable x, boolean relu) {
        if (x.rank() != 4 || x.size(1) != channels)
            throw new ShapeException("batchNorm", "the input must be [batch, " + channels + ", height, width]", x.shape());
        if (usesRunningStatistics()) {
            Tensor mean = runningMean.data(), variance = runningVar.data();
            return relu ? Normalizations.batchNormRelu(x, mean, variance, weight, bias, options.eps)
                    : Normalizations.batchNorm(x, mean, variance, weight, bias, options.eps);
        }
        var result = relu ? Normalizations.batchNormRelu(x, weight, bias, options.eps)
                : Normalizations.batchNorm(x, weight, bias, options.eps);
        if (isTraining() && options.trackRunningStats && !Checkpointing.isRecomputing())
            track(result.mean(), result.variance(), x.shape().numel() / channels);
        return result.y();
    }

    private boolean usesRunningStatistics() {
        return !isTraining() && options.trackRunningStats;
    }

    /// @param variance biased
    /// @param count elements of a channel, at least 2
    private void track(Tensor mean, Tensor variance, int count) {
        Tensor unbiased = variance.mul((double) count / (count - 1));
        runningMean.set(moved(runningMean.data(), mean));
        runningVar.set(moved(runningVar.data(), unbiased));
        batches.set(batches.data().add(1));
    }

    private Tensor moved(Tensor running, Tensor batch) {
        return running.mul(1 - options.momentum).add(batch.mul(options.momentum));
    }

    @Override
    protected String options() {
        return channels + (options.eps == Options.DEFAULT.eps ? "" : ", eps " + options.eps)
                + (options.momentum == Options.DEFAULT.momentum ? "" : ", momentum " + options.momentum)
                + (options.affine ? "" : ", not affine")
                + (options.trackRunningStats ? "" : ", no running statistics");
    }

    @Override
    protected long multiplyAdds(Shape input, Shape output) {
        return output.numel();
    }
}
