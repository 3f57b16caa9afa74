package dev.sunda.nn.functional;

import static dev.sunda.autograd.Operation.fused;
import static dev.sunda.autograd.Operation.output;
import static dev.sunda.nn.functional.Normalizations.channelSums;
import static dev.sunda.nn.functional.Normalizations.checkNotNegative;
import static dev.sunda.nn.functional.Normalizations.matching;
import static dev.sunda.nn.functional.Normalizations.perChannel;
import static dev.sunda.nn.functional.Normalizations.present;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.GroupNormKernels;
import dev.sunda.core.kernel.NormKernels;
import dev.sunda.core.kernel.Running;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import dev.sunda.nn.functional.Normalizations.RunningStatistics;
import java.util.List;
import java.util.Objects;

/// Group and instance normalisation and their derivatives, for `[N, C, spatial...]`: statistics of a sample's channels, in groups of
/// neighbours or each for itself.
///
/// With `m` elements in a group the formulas are those of [Normalizations] with the groups of a sample in the place of channels, but weight
/// and bias belong to channels: `mean = sum(x) / m`, `r = 1 / sqrt(sum((x - mean)^2) / m + eps)`, `xhat = (x - mean) * r`,
/// `y = w * xhat + b`; and, with `g = w * dy`, `dx = r * (g - mean(g) - xhat * mean(g * xhat))`, the means over the group,
/// `dw = sum(dy * xhat)` and `db = sum(dy)` over samples and spatial axes.
///
/// Sources: Wu, He 2018, Group Normalization, arXiv:1803.08494. Ulyanov, Vedaldi, Lempitsky 2016, Instance Normalization,
/// arXiv:1607.08022.
public final class GroupNorms {
    private GroupNorms() {
    }

    /// Result of normalising the channels of each sample by their own statistics.
    ///
    /// @param y normalised, of the input's shape
    /// @param mean `[N, C]`
    /// @param variance `[N, C]`, biased: divided by the number of elements
    /// @param count elements of a channel of a sample
    public record InstanceNorm(Variable y, Tensor mean, Tensor variance, int count) {
        /// The running statistics after this batch, which follow the average over its samples; a batch without elements changes nothing.
        ///
        /// @param momentum share of this batch, usually from 0 to 1
        public RunningStatistics follow(RunningStatistics running, double momentum) {
            Objects.requireNonNull(running, "instanceNorm: running is null");
            return isEmpty() ? running : running.after(mean.mean(Dims.of(0)), unbiased(), momentum);
        }

        /// Lets running statistics follow in place.
        public void follow(Running running) {
            Objects.requireNonNull(running, "instanceNorm: running is null");
            if (isEmpty())
                running.skip();
            else
                running.follow(mean.mean(Dims.of(0)), variance.mean(Dims.of(0)), correction());
        }

        private boolean isEmpty() {
            return count == 0 || mean.size(0) == 0;
        }

        private Tensor unbiased() {
            return variance.mean(Dims.of(0)).mul(correction());
        }

        private double correction() {
            return (double) count / (count - 1);
        }
    }

    /// Normalises each group of channels of each sample by its mean and biased variance.
    ///
    /// @param x `[N, C, spatial...]`, also without spatial axes
    /// @param groups divides `C`, at least 1
    /// @param weight `[C]`, or null for ones
    /// @param bias `[C]`, or null for zeros
    /// @param eps added to the variance, not negative
    /// @throws ShapeException if the shapes do not fit, or the input is one group of one element
    public static Variable groupNorm(Variable x, int groups, Variable weight, Variable bias, double eps) {
        check("groupNorm", x.shape(), eps, weight, bias);
        if (groups < 1 || x.size(1) % groups != 0)
            throw new ShapeException("groupNorm", "the number of groups must be at least 1 and divide the " + x.size(1)
                    + " channels, which " + groups + " does not", x.shape());
        if (x.size(0) * (x.size(1) / groups) * pixels(x.shape()) == 1)
            throw new ShapeException("groupNorm", "statistics need at least two values a group; use fewer groups or larger inputs",
                    x.shape());
        return normalized("groupNorm", x, groups, weight, bias, eps).y();
    }

    /// Normalises each channel of each sample by its mean and biased variance.
    ///
    /// @param x `[N, C, spatial...]`, at least one spatial axis
    /// @param weight `[C]`, or null for ones
    /// @param bias `[C]`, or null for zeros
    /// @param eps added to the variance, not negative
    /// @throws ShapeException if the shapes do not fit, or a channel has one element
    public static InstanceNorm instanceNorm(Variable x, Variable weight, Variable bias, double eps) {
        check("instanceNorm", x.shape(), eps, weight, bias);
        if (x.rank() < 3 || pixels(x.shape()) == 1)
            throw new ShapeException("instanceNorm", "statistics need spatial axes with at least two positions", x.shape());
        if (x.size(1) == 0)                                          // no channels, so no groups either
            return new InstanceNorm(x, emptyStatistics(x), emptyStatistics(x), 0);
        return normalized("instanceNorm", x, x.size(1), weight, bias, eps);
    }

    private static Tensor emptyStatistics(Variable x) {
        return Tensor.zeros(Shape.of(x.size(0), 0), x.dtype(), x.device());
    }

    private static InstanceNorm normalized(String name, Variable x, int groups, Variable weight, Variable bias, double eps) {
        Tensor w = weight == null ? null : weight.data();
        var result = GroupNormKernels.groupNorm(x.data(), groups, w, bias == null ? null : bias.data(), eps);
        Tensor mean = result.mean();
        Tensor rstd = NormKernels.rstd(result.variance(), eps);
        Variable y = output(name, result.y(), present(x, weight, bias), fused(dy -> {
            var gradients = GroupNormKernels.groupNormBackward(dy, x.data(), mean, rstd, w);
            return matching(weight, bias, gradients.dx(), gradients.dweight(), gradients.dbias());
        }, dy -> {
            var gradients = gradients(dy, x, groups, weight, eps);
            return matching(weight, bias, gradients.get(0), gradients.get(1), gradients.get(2));
        }));
        return new InstanceNorm(y, mean, result.variance(), pixels(x.shape()));
    }

    /// The formulas above as differentiable operations. The statistics are computed again from `x`, because they depend on it.
    private static List<Variable> gradients(Variable dy, Variable x, int groups, Variable weight, double eps) {
        Shape grouped = Shape.of(x.size(0), groups, x.size(1) / groups * pixels(x.shape()));
        Dims last = Dims.keep(2);
        Variable rows = x.reshape(grouped);
        Variable centred = rows.sub(rows.mean(last));
        Variable r = centred.square().mean(last).add(eps).rsqrt();
        Variable xhat = centred.mul(r);
        Variable g = (weight == null ? dy : dy.mul(perChannel(weight, x.rank()))).reshape(grouped);
        Variable dx = g.sub(g.mean(last)).sub(xhat.mul(g.mul(xhat).mean(last))).mul(r).reshape(x.shape());
        return List.of(dx, channelSums(dy.mul(xhat.reshape(x.shape()))), channelSums(dy));
    }

    /// Elements after the channel dimension.
    private static int pixels(Shape x) {
        int pixels = 1;
        for (int d = 2; d < x.rank(); d++)
            pixels *= x.size(d);
        return pixels;
    }

    private static void check(String operation, Shape x, double eps, Variable... parameters) {
        checkNotNegative(operation, eps);
        if (x.rank() < 2)
            throw new ShapeException(operation, "the input must be [batch, channels, ...]", x);
        for (Variable v : present(parameters))
            if (!v.shape().equals(Shape.of(x.size(1))))
                throw new ShapeException(operation, "the input has " + x.size(1) + " channels, so weight and bias must be [" + x.size(1)
                        + "]", x, v.shape());
    }
}
