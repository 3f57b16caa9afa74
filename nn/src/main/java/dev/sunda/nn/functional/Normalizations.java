package dev.sunda.nn.functional;

import static dev.sunda.autograd.Operation.fused;
import static dev.sunda.autograd.Operation.output;

import dev.sunda.autograd.GradMode;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.NormKernels;
import dev.sunda.core.kernel.Running;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// Batch normalisation and its derivatives, for `[N, C]`, `[N, C, L]` and `[N, C, H, W]`: a channel's statistics run over all other
/// dimensions. No argument is modified but running statistics that are to follow.
///
/// With `m` elements a channel, `mean = sum(x) / m`, `var = sum((x - mean)^2) / m`, `r = 1 / sqrt(var + eps)`, `xhat = (x - mean) * r` and
/// `y = w * xhat + b`. For the gradient let `g = w * dy`, the gradient of `xhat`. Then `xhat` reaches the loss on three ways:
///
/// - straight: `g * r`;
/// - through the mean: `d mean / dx = 1 / m`, so `-r * sum(g) / m`;
/// - through the variance: `d r / dx = -r^3 * (x - mean) / m = -r^2 * xhat / m`, so `sum(g * (x - mean)) * (-r^2 * xhat / m)`, which is
///   `-r * xhat * sum(g * xhat) / m`.
///
/// Together `dx = r * (g - mean(g) - xhat * mean(g * xhat))`, `dw = sum(dy * xhat)`, `db = sum(dy)`.
///
/// A relu behind the norm lets pass `dy * (y > 0)`, which then stands in the place of `dy`. Joined with the norm it costs no pass over
/// memory of its own, forwards or backwards: the sign of `y` is found again from `x`.
///
/// Source: Ioffe, Szegedy 2015, Batch Normalization, arXiv:1502.03167.
public final class Normalizations {
    private Normalizations() {
    }

    /// Result of normalising a batch by its own statistics.
    ///
    /// @param y normalised, of the input's shape
    /// @param mean `[C]`
    /// @param variance `[C]`, biased: divided by the number of elements
    /// @param count elements of a channel
    public record BatchNorm(Variable y, Tensor mean, Tensor variance, int count) {
        /// The running statistics after this batch; one without elements changes nothing.
        ///
        /// @param momentum share of this batch, usually from 0 to 1
        public RunningStatistics follow(RunningStatistics running, double momentum) {
            Objects.requireNonNull(running, "batchNorm: running is null");
            return count == 0 ? running : running.after(mean, unbiased(), momentum);
        }

        private Tensor unbiased() {
            return variance.mul((double) count / (count - 1));
        }
    }

    /// Statistics that follow those of the batches, for evaluation.
    ///
    /// @param mean `[C]`
    /// @param variance `[C]`, unbiased
    public record RunningStatistics(Tensor mean, Tensor variance) {
        public RunningStatistics {
            if (mean == null || variance == null)
                throw new IllegalArgumentException("batchNorm: running mean and variance are needed, both of them; the "
                        + (mean == null ? "mean" : "variance") + " is missing (got null)");
            if (mean.rank() != 1 || !mean.shape().equals(variance.shape()))
                throw new ShapeException("batchNorm", "running mean and variance must be vectors of one size", mean.shape(),
                        variance.shape());
        }

        /// `(1 - momentum) * running + momentum * batch`.
        ///
        /// @param mean `[C]`, of the batch
        /// @param variance `[C]`, of the batch, unbiased
        /// @param momentum share of the batch, usually from 0 to 1
        public RunningStatistics after(Tensor mean, Tensor variance, double momentum) {
            check(mean, variance);
            return new RunningStatistics(moved(this.mean, mean, momentum), moved(this.variance, variance, momentum));
        }

        private void check(Tensor mean, Tensor variance) {
            if (!mean.shape().equals(this.mean.shape()) || !variance.shape().equals(this.mean.shape()))
                throw new ShapeException("batchNorm", "the running statistics must have the " + mean.numel() + " channels of the batch",
                        this.mean.shape(), mean.shape());
        }

        private static Tensor moved(Tensor running, Tensor batch, double momentum) {
            return running.mul(1 - momentum).add(batch.mul(momentum));
        }
    }

    /// Normalises each channel by the mean and the biased variance of the batch, as in training.
    ///
    /// @param weight `[C]`, or null for ones
    /// @param bias `[C]`, or null for zeros
    /// @param eps added to the variance, greater than 0
    /// @throws ShapeException if the shapes do not fit or a channel has one element, whose variance says nothing
    public static BatchNorm batchNorm(Variable x, Variable weight, Variable bias, double eps) {
        return byItsOwnStatistics(x, weight, bias, eps, null, false);
    }

    /// The same; running statistics follow those of the batch, in place.
    ///
    /// @param running null if there are none
    public static BatchNorm batchNorm(Variable x, Variable weight, Variable bias, double eps, Running running) {
        return byItsOwnStatistics(x, weight, bias, eps, running, false);
    }

    /// The same with relu behind it: values and gradients are those of `batchNorm(...).y().relu()`.
    public static BatchNorm batchNormRelu(Variable x, Variable weight, Variable bias, double eps) {
        return byItsOwnStatistics(x, weight, bias, eps, null, true);
    }

    /// The same; running statistics follow those of the batch, in place.
    ///
    /// @param running null if there are none
    public static BatchNorm batchNormRelu(Variable x, Variable weight, Variable bias, double eps, Running running) {
        return byItsOwnStatistics(x, weight, bias, eps, running, true);
    }

    private static BatchNorm byItsOwnStatistics(Variable x, Variable weight, Variable bias, double eps, Running running, boolean relu) {
        check(x.shape(), weight, bias);
        if (!(eps > 0))
            throw new IllegalArgumentException("batchNorm: eps must be positive (got " + eps + ")");
        int count = x.shape().numel() / Math.max(1, x.size(1));
        if (count == 1)
            throw new ShapeException("batchNorm", "statistics need at least two values a channel; train on larger batches or use eval()",
                    x.shape());
        if (count == 0) {
            if (running != null)
                running.skip();
            return withoutElements(x, weight, bias);
        }
        var statistics = NormKernels.channelStatistics(x.data(), eps, running);
        Tensor mean = statistics.mean();
        Tensor rstd = statistics.rstd();
        Tensor w = weight == null ? null : weight.data();
        Tensor b = bias == null ? null : bias.data();
        Tensor y = NormKernels.channelNormalize(x.data(), mean, rstd, w, b, relu);
        Variable normalized = output(name(relu), y, present(x, weight, bias), fused(dy -> {
            var gradients = NormKernels.batchNormBackward(dy, x.data(), mean, rstd, w, b, relu);
            return matching(weight, bias, gradients.dx(), gradients.dweight(), gradients.dbias());
        }, dy -> {
            Variable passed = relu ? passedByRelu(dy, NormKernels.channelNormalize(x.data(), mean, rstd, w, b, true)) : dy;
            var gradients = batchNormGradients(passed, x, weight, eps);
            return matching(weight, bias, gradients.get(0), gradients.get(1), gradients.get(2));
        }));
        return new BatchNorm(normalized, mean, statistics.variance(), count);
    }

    /// There are no statistics and nothing to normalise; the gradients of weight and bias are 0.
    private static BatchNorm withoutElements(Variable x, Variable weight, Variable bias) {
        Tensor zeros = Tensor.zeros(Shape.of(x.size(1)), x.dtype(), x.device());
        Variable y = weight == null ? x : x.mul(perChannel(weight, x.rank()));
        return new BatchNorm(bias == null ? y : y.add(perChannel(bias, x.rank())), zeros, zeros, 0);
    }

    /// The formulas above as differentiable operations. The statistics are computed again from `x`, because they depend on it.
    private static List<Variable> batchNormGradients(Variable dy, Variable x, Variable weight, double eps) {
        Dims others = others(x.shape());
        Variable centred = x.sub(x.mean(others));
        Variable r = centred.square().mean(others).add(eps).rsqrt();
        Variable xhat = centred.mul(r);
        Variable g = weight == null ? dy : dy.mul(perChannel(weight, x.rank()));
        Variable dx = g.sub(g.mean(others)).sub(xhat.mul(g.mul(xhat).mean(others))).mul(r);
        return List.of(dx, channelSums(dy.mul(xhat)), channelSums(dy));
    }

    /// Normalises each channel by statistics that are given, as in evaluation: `y = (x - mean) * r * w + b` with `r = 1 / sqrt(variance +
    /// eps)`.
    /// The statistics are constants, so `dx = dy * w * r`, `dw = sum(dy * (x - mean) * r)`, `db = sum(dy)`.
    ///
    /// @param mean `[C]`
    /// @param variance `[C]`
    /// @param weight `[C]`, or null for ones
    /// @param bias `[C]`, or null for zeros
    /// @param eps added to the variance, not negative
    public static Variable batchNorm(Variable x, Tensor mean, Tensor variance, Variable weight, Variable bias, double eps) {
        return byGivenStatistics(x, mean, variance, weight, bias, eps, false);
    }

    /// The same with relu behind it: values and gradients are those of `batchNorm(...).relu()`.
    public static Variable batchNormRelu(Variable x, Tensor mean, Tensor variance, Variable weight, Variable bias, double eps) {
        return byGivenStatistics(x, mean, variance, weight, bias, eps, true);
    }

    private static Variable byGivenStatistics(Variable x, Tensor mean, Tensor variance, Variable weight, Variable bias, double eps,
            boolean relu) {
        check(x.shape(), weight, bias);
        checkNotNegative("batchNorm", eps);
        var statistics = new RunningStatistics(mean, variance);
        Tensor rstd = NormKernels.rstd(statistics.variance(), eps);
        Tensor y = NormKernels.channelNormalize(x.data(), mean, rstd, weight == null ? null : weight.data(),
                bias == null ? null : bias.data(), relu);
        if (!GradMode.isRecording())
            return Variable.of(y);
        Tensor then = mean.copy();                                   // running statistics may move on before the backward pass
        Variable r = perChannel(Variable.of(rstd), x.rank());
        boolean forInput = x.requiresGrad();
        boolean forBias = bias != null && bias.requiresGrad();
        Variable input = weight != null && weight.requiresGrad() ? x : null;                  // the rule keeps alive what it needs
        Tensor result = relu ? y : null;
        return output(name(relu), y, present(x, weight, bias), upstream -> {
            Variable dy = relu ? passedByRelu(upstream, result) : upstream;
            Variable dx = !forInput ? null : (weight == null ? dy : dy.mul(perChannel(weight, dy.rank()))).mul(r);
            Variable dweight = input == null ? null : channelSums(dy.mul(input.sub(perChannel(Variable.of(then), dy.rank())).mul(r)));
            return matching(weight, bias, dx, dweight, forBias ? channelSums(dy) : null);
        });
    }

    private static String name(boolean relu) {
        return relu ? "batchNormRelu" : "batchNorm";
    }

    /// What relu lets pass of the gradient of its output `y`. Its derivative is a constant as far as further derivatives go.
    static Variable passedByRelu(Variable dy, Tensor y) {
        if (!GradMode.isRecording())
            return Variable.of(dy.data().unaryBackward(UnaryOp.RELU, y));
        return dy.mul(Variable.of(y.le(0).logicalNot().to(y.dtype())));
    }

    static void checkNotNegative(String operation, double eps) {
        if (!(eps >= 0))
            throw new IllegalArgumentException(operation + ": eps must not be negative (got " + eps + ")");
    }

    private static void check(Shape x, Variable... perChannel) {
        if (x.rank() < 2)
            throw new ShapeException("batchNorm", "the input must be [batch, channels, ...]", x);
        for (Variable v : present(perChannel))
            if (!v.shape().equals(Shape.of(x.size(1))))
                throw new ShapeException("batchNorm",
                        "input has " + x.size(1) + " channels, so weight and bias must be [" + x.size(1) + "]", x,
                        v.shape());
    }

    static List<Variable> present(Variable... candidates) {
        return Arrays.stream(candidates).filter(v -> v != null).toList();
    }

    /// The gradients of those inputs that exist, in the order of [#present].
    static <T> List<T> matching(Variable weight, Variable bias, T dx, T dweight, T dbias) {
        var list = new ArrayList<T>();
        list.add(dx);
        if (weight != null)
            list.add(dweight);
        if (bias != null)
            list.add(dbias);
        return list;
    }

    /// `[C]` as `[1, C, 1, ...]`.
    static Variable perChannel(Variable c, int rank) {
        int[] sizes = new int[rank];
        Arrays.fill(sizes, 1);
        sizes[1] = c.size(0);
        return c.reshape(sizes);
    }

    /// All dimensions but the channels, kept with size 1.
    static Dims others(Shape x) {
        int[] dims = new int[x.rank() - 1];
        for (int d = 1; d < dims.length; d++)
            dims[d] = d + 1;
        return Dims.keep(dims);
    }

    static Variable channelSums(Variable x) {
        return x.sum(others(x.shape())).reshape(x.size(1));
    }
}
