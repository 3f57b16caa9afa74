package dev.sunda.nn.functional;

import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.wrt;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.RandomKernels;
import dev.sunda.core.op.ParametricOp;
import dev.sunda.core.op.RandomKey;
import dev.sunda.core.op.UnaryFunction;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.ShapeException;
import java.util.Arrays;
import java.util.Objects;

/// Activations and their derivatives. Shapes: any, unless said otherwise; the result has that of `x`.
///
/// Formulas, sources and derivatives at kinks stand with [UnaryOp] and [ParametricOp]. Floating types only, but where an integer result
/// makes sense. `sigmoid`, `tanh`, `relu` and `gelu` are methods of [Variable], as is `softmax`.
public final class Activations {
    private Activations() {
    }

    /// `x` above 0, elsewhere `negativeSlope * x`.
    public static Variable leakyRelu(Variable x, double negativeSlope) {
        return apply(ParametricOp.leakyRelu(negativeSlope), x);
    }

    /// `x` above 0, elsewhere `alpha (e^x - 1)`.
    public static Variable elu(Variable x, double alpha) {
        return apply(ParametricOp.elu(alpha), x);
    }

    /// `x` above 0, elsewhere `alpha (e^x - 1)`, times a scale: the two numbers that keep means of 0 and variances of 1.
    public static Variable selu(Variable x) {
        return apply(ParametricOp.selu(), x);
    }

    /// `x` above 0, elsewhere `alpha (e^(x / alpha) - 1)`.
    ///
    /// @param alpha not 0
    public static Variable celu(Variable x, double alpha) {
        return apply(ParametricOp.celu(alpha), x);
    }

    /// `x / (1 + e^-x)`, also known as swish.
    public static Variable silu(Variable x) {
        return apply(UnaryOp.SILU, x);
    }

    /// `x tanh(log(1 + e^x))`.
    public static Variable mish(Variable x) {
        return apply(UnaryOp.MISH, x);
    }

    /// `log(1 + e^(beta x)) / beta`, `x` itself where `beta x` is above the threshold.
    public static Variable softplus(Variable x, double beta, double threshold) {
        return apply(ParametricOp.softplus(beta, threshold), x);
    }

    /// `log(1 / (1 + e^-x))`.
    public static Variable logSigmoid(Variable x) {
        return apply(UnaryOp.LOG_SIGMOID, x);
    }

    /// `x / (1 + |x|)`.
    public static Variable softsign(Variable x) {
        return apply(UnaryOp.SOFTSIGN, promoted(x));
    }

    /// `x - tanh x`.
    public static Variable tanhshrink(Variable x) {
        return apply(UnaryOp.TANHSHRINK, promoted(x));
    }

    /// `x` moved by `lambda` towards 0, 0 within `lambda` of it.
    ///
    /// @param lambda 0 or greater
    public static Variable softshrink(Variable x, double lambda) {
        return apply(ParametricOp.softshrink(lambda), x);
    }

    /// `x`, but 0 within `lambda` of 0.
    public static Variable hardshrink(Variable x, double lambda) {
        return apply(ParametricOp.hardshrink(lambda), x);
    }

    /// `min(max(x + 3, 0), 6) / 6`.
    public static Variable hardsigmoid(Variable x) {
        return apply(UnaryOp.HARDSIGMOID, x);
    }

    /// `x min(max(x + 3, 0), 6) / 6`.
    public static Variable hardswish(Variable x) {
        return apply(UnaryOp.HARDSWISH, x);
    }

    /// `min(max(x, min), max)`; integers stay integers where the bounds are whole.
    ///
    /// @param max not below `min`
    public static Variable hardtanh(Variable x, double min, double max) {
        ParametricOp op = ParametricOp.hardtanh(min, max);
        return x.dtype().isInteger() ? Variable.of(x.data().clamp(min, max)) : apply(op, x);
    }

    /// `min(max(x, 0), 6)`.
    public static Variable relu6(Variable x) {
        return hardtanh(x, 0, 6);
    }

    /// `x` above `threshold`, elsewhere `value`.
    public static Variable threshold(Variable x, double threshold, double value) {
        if (x.dtype().isInteger())
            return Variable.of(x.data().where(x.data().gt(threshold), x.data().mul(0).add(value)));
        return apply(ParametricOp.threshold(threshold, value), x);
    }

    /// `x` above 0, elsewhere `weight * x`, with one weight for all or one a channel.
    ///
    /// With `c` the channel: `dx = dy` where `x > 0`, elsewhere `weight[c] dy`; `dweight[c] = sum(dy x)` over the elements of the channel
    /// that are not above 0. Source: He, Zhang, Ren, Sun 2015, arXiv:1502.01852.
    ///
    /// @param x with several weights `[N, C, ...]`
    /// @param weight `[1]`, `[C]` or without dimensions, of the type of `x`
    public static Variable prelu(Variable x, Variable weight) {
        floating("prelu", x);
        checkWeight(x, weight);
        Variable slopes = weight.shape().numel() == 1 ? weight.reshape() : weight.reshape(channels(x.rank(), weight.shape().numel()));
        return leaky("prelu", x, slopes);
    }

    /// `x` above 0, elsewhere `x` times a random slope, uniform between the bounds and independent for each element. Source: Xu, Wang,
    /// Chen, Li 2015, arXiv:1505.00853. Without randomness, in evaluation, take [#leakyRelu] with the mean of the bounds.
    ///
    /// @param upper not below `lower`
    /// @param key which random numbers decide, `x.numel()` of them
    public static Variable rrelu(Variable x, double lower, double upper, RandomKey key) {
        Objects.requireNonNull(key, "rrelu: key is null");
        floating("rrelu", x);
        if (!(lower <= upper))
            throw new IllegalArgumentException("rrelu: the lower bound must not be above the upper one (got " + lower + ", " + upper + ")");
        Tensor uniform = RandomKernels.uniform(key, x.shape(), x.dtype(), x.device());
        return leaky("rrelu", x, Variable.of(uniform.mul(upper - lower).add(lower)));
    }

    /// `x` above 0, elsewhere `slopes * x`.
    private static Variable leaky(String name, Variable x, Variable slopes) {
        Tensor positive = x.data().gt(0);
        return output(name, x.data().where(positive, x.data().mul(slopes.data())), wrt(x, dy -> dy.where(positive, dy.mul(slopes))),
                wrt(slopes, dy -> Variable.zerosLike(dy).where(positive, dy.mul(x))));
    }

    /// The first half of `dim` times the logistic function of the second. Shapes: `[.., 2 n, ..]` to `[.., n, ..]`. Source: Dauphin, Fan,
    /// Auli, Grangier 2016, arXiv:1612.08083.
    public static Variable glu(Variable x, int dim) {
        floating("glu", x);
        if (x.rank() == 0)
            throw new ShapeException("glu", "there must be a dimension to halve", x.shape());
        int size = x.shape().size(x.shape().dim("glu", dim));
        if (size % 2 != 0)
            throw new ShapeException("glu", "the size of dimension " + dim + " must be even", x.shape());
        return x.narrow(dim, 0, size / 2).mul(x.narrow(dim, size / 2, size / 2).sigmoid());
    }

    /// `softmax(-x)` along `dim`.
    public static Variable softmin(Variable x, int dim) {
        floating("softmin", x);
        return x.neg().softmax(dim);
    }

    /// Samples that are nearly one-hot, and the more so the lower the temperature: `softmax((logits + g) / tau)` along `dim` with
    /// independent Gumbel numbers `g = -log(-log(u))`.
    ///
    /// With `hard` the result is one-hot, and its gradient that of the soft samples, as if they had been returned. Source: Jang, Gu, Poole
    /// 2016, arXiv:1611.01144.
    ///
    /// @param logits unnormalised logarithms of probabilities
    /// @param tau temperature, greater than 0
    /// @param key which random numbers decide, `logits.numel()` of them
    public static Variable gumbelSoftmax(Variable logits, double tau, boolean hard, int dim, RandomKey key) {
        Objects.requireNonNull(key, "gumbelSoftmax: key is null");
        floating("gumbelSoftmax", logits);
        if (!(tau > 0))
            throw new IllegalArgumentException("gumbelSoftmax: the temperature must be positive (got " + tau + ")");
        Tensor uniform = RandomKernels.uniform(key, logits.shape(), DType.F64, logits.device()).maximum(0x1p-54);
        Tensor gumbel = uniform.log().neg().log().neg().to(logits.dtype());
        Variable soft = logits.add(Variable.of(gumbel)).div(tau).softmax(dim);
        return hard ? output("gumbelSoftmax", oneHot(soft.data(), dim), wrt(soft, dy -> dy)) : soft;
    }

    /// 1 at the first largest element along `dim`, elsewhere 0.
    private static Tensor oneHot(Tensor x, int dim) {
        Tensor zeros = Tensor.zeros(x.shape(), x.dtype(), x.device());
        if (x.numel() == 0)
            return zeros;
        Tensor index = x.argmax(dim, true);
        return zeros.scatterAdd(dim, index, Tensor.ones(index.shape(), x.dtype(), x.device()));
    }

    private static Variable promoted(Variable x) {
        return x.dtype().isInteger() ? x.to(DType.F32) : x;
    }

    private static Variable apply(UnaryFunction function, Variable x) {
        floating(function.label(), x);
        return x.apply(function);
    }

    private static void floating(String operation, Variable x) {
        if (!x.dtype().isFloating())
            throw new DTypeException(operation + ": needs a floating type (got " + x.data().describe() + "); convert with to(DType.F32)");
    }

    private static void checkWeight(Variable x, Variable weight) {
        if (weight.dtype() != x.dtype())
            throw new DTypeException("prelu: input and weight must have one type (got " + x.data().describe() + ", "
                    + weight.data().describe() + "); convert the weight with to(dtype)");
        int count = weight.shape().numel();
        int channels = x.rank() < 2 ? 1 : x.size(1);
        if (weight.rank() > 1)
            throw new ShapeException("prelu", "the weight must be a vector or have no dimensions", weight.shape());
        if (count != 1 && count != channels)
            throw new ShapeException("prelu", "there must be one weight or one for each of " + channels + " channels", x.shape(),
                    weight.shape());
    }

    /// The shape that lines `count` numbers up with dimension 1 of `rank`.
    private static int[] channels(int rank, int count) {
        int[] sizes = new int[rank - 1];
        Arrays.fill(sizes, 1);
        sizes[0] = count;
        return sizes;
    }
}
