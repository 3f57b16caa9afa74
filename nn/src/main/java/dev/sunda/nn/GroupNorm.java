package dev.sunda.nn;

import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import dev.sunda.nn.functional.GroupNorms;
import java.util.Objects;
import java.util.Set;

/// Group normalisation: `y = (x - mean) / sqrt(variance + eps) * weight + bias` with the statistics of groups of neighbouring channels of
/// each sample. Shapes: `[N, C, ...]` to the same.
///
/// Parameters, if affine: `weight` `[C]`, ones at first, and `bias` `[C]`, zeros. Source: Wu, He 2018, arXiv:1803.08494.
public final class GroupNorm extends Layer {
    private final int groups;
    private final int channels;
    private final Options options;
    private final Parameter weight;
    private final Parameter bias;

    /// @param eps added to the variance, not negative
    /// @param affine whether there is a `weight`, and a `bias` if asked for
    /// @param bias whether there is a `bias`; without meaning if not affine
    public record Options(double eps, boolean affine, boolean bias) {
        /// 1e-5, with weight and bias.
        public static final Options DEFAULT = new Options(1e-5, true, true);

        public Options {
            if (!(eps >= 0))
                throw new IllegalArgumentException("GroupNorm: eps must not be negative (got " + eps + ")");
        }

        /// These options with another eps.
        public Options withEps(double eps) {
            return new Options(eps, affine, bias);
        }

        /// These options with or without weight and bias.
        public Options withAffine(boolean affine) {
            return new Options(eps, affine, bias);
        }

        /// These options with or without a bias.
        public Options withBias(boolean bias) {
            return new Options(eps, affine, bias);
        }
    }

    /// With the default options.
    public GroupNorm(int groups, int channels) {
        this(groups, channels, Options.DEFAULT);
    }

    /// @param groups divides the number of channels, at least 1
    /// @param channels of the input, at least 1
    public GroupNorm(int groups, int channels, Options options) {
        Objects.requireNonNull(options, "GroupNorm: options is null; use Options.DEFAULT");
        Require.atLeast("GroupNorm", "number of groups", groups, 1);
        Require.atLeast("GroupNorm", "number of channels", channels, 1);
        if (channels % groups != 0)
            throw new IllegalArgumentException(
                    "GroupNorm: the channels must be divisible by the groups (got " + channels + " channels, " + groups + " groups)");
        this.groups = groups;
        this.channels = channels;
        this.options = options;
        weight = options.affine ? parameter("weight", Tensor.ones(channels)) : null;
        bias = options.affine && options.bias ? parameter("bias", Tensor.zeros(channels)) : null;
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
        if (x.rank() < 2 || x.size(1) != channels)
            throw new ShapeException("groupNorm", "the input must be [batch, " + channels + ", ...]", x.shape());
        return GroupNorms.groupNorm(x, groups, current(weight), current(bias), options.eps);
    }

    @Override
    protected Set<String> parametrizable() {
        return parameterNames();
    }

    @Override
    protected String options() {
        return channels + ", groups " + groups + (options.eps == Options.DEFAULT.eps ? "" : ", eps " + options.eps)
                + (options.affine ? options.bias ? "" : ", no bias" : ", not affine");
    }

    @Override
    protected long multiplyAdds(Shape input, Shape output) {
        return output.numel();
    }
}
