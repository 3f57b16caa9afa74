package dev.sunda.nn;

import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.ErrorFunction;
import dev.sunda.core.op.NormalQuantile;
import dev.sunda.core.op.RandomKey;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Objects;

/// First values of parameters, on the CPU, as PyTorch's `torch.nn.init`. The forms without a type make float32. To begin a layer anew,
/// `parameter.set(Initializers.orthogonal(parameter.shape(), 1, rng, parameter.dtype()))`.
///
/// For a weight `[out, in, kernel...]`, `fanIn = in * kernel` numbers are summed into one output and `fanOut = out * kernel` outputs use
/// one input. Scaling by their inverse square root keeps the variance of activations (fan in) or gradients (fan out) the same from layer
/// to layer; the gain makes up for what the nonlinearity that follows takes away, see [#calculateGain].
public final class Initializers {
    private Initializers() {
    }

    /// Which direction keeps its variance.
    public enum Fan {
        /// Activations, on the way forward.
        IN,
        /// Gradients, on the way back.
        OUT
    }

    /// What follows a weight.
    public enum Nonlinearity {
        LINEAR, SIGMOID, TANH, RELU,
        /// With the slope as parameter.
        LEAKY_RELU, SELU
    }

    /// The recommended gain for a nonlinearity: 1 for none and the sigmoid, 5/3 for the hyperbolic tangent, `sqrt(2)` for the rectifier,
    /// `sqrt(2 / (1 + slope^2))` for the leaky one, 3/4 for SELU.
    ///
    /// @param slope of the leaky rectifier on the negative side, often 0.01; the others do without
    public static double calculateGain(Nonlinearity nonlinearity, double slope) {
        Objects.requireNonNull(nonlinearity, "Initializers.calculateGain: nonlinearity is null; use Nonlinearity.LINEAR or another");
        return switch (nonlinearity) {
            case LINEAR, SIGMOID -> 1;
            case TANH -> 5.0 / 3;
            case RELU -> Math.sqrt(2);
            case LEAKY_RELU -> Math.sqrt(2 / (1 + slope * slope));
            case SELU -> 0.75;
        };
    }

    /// Uniform in `[low, high)`.
    public static Tensor uniform(Shape shape, double low, double high, Rng rng) {
        return uniform(shape, low, high, rng, DType.F32);
    }

    /// Uniform in `[low, high)`.
    ///
    /// @param dtype a floating type
    public static Tensor uniform(Shape shape, double low, double high, Rng rng, DType dtype) {
        if (!(low <= high))
            throw new IllegalArgumentException("uniform: low must not be above high (got " + low + ", " + high + ")");
        checkFloating("uniform", dtype);
        return Tensor.rand(shape, rng, dtype, Device.CPU).mul(high - low).add(low);
    }

    /// Normal with this mean and standard deviation.
    public static Tensor normal(Shape shape, double mean, double std, Rng rng) {
        return normal(shape, mean, std, rng, DType.F32);
    }

    /// Normal with this mean and standard deviation.
    ///
    /// @param std 0 or more
    /// @param dtype a floating type
    public static Tensor normal(Shape shape, double mean, double std, Rng rng, DType dtype) {
        if (!(std >= 0))
            throw new IllegalArgumentException("normal: the standard deviation must not be negative (got " + std + ")");
        checkFloating("normal", dtype);
        return Tensor.randn(shape, rng, dtype, Device.CPU).mul(std).add(mean);
    }

    /// Normal with this mean and standard deviation, of which only what lies in `[low, high]` is drawn: `mean + std * quantile(u)` with `u`
    /// uniform between the probabilities of the two bounds. PyTorch's bounds are -2 and 2.
    ///
    /// @param std above 0
    /// @param dtype a floating type
    public static Tensor truncNormal(Shape shape, double mean, double std, double low, double high, Rng rng, DType dtype) {
        if (!(std > 0))
            throw new IllegalArgumentException("truncNormal: the standard deviation must be positive (got " + std + ")");
        if (!(low <= high))
            throw new IllegalArgumentException("truncNormal: low must not be above high (got " + low + ", " + high + ")");
        checkFloating("truncNormal", dtype);
        Objects.requireNonNull(rng, "truncNormal: rng is null; pass new Rng(seed)");
        Objects.requireNonNull(shape, "truncNormal: shape is null");
        double from = probability((low - mean) / std);
        double to = probability((high - mean) / std);
        RandomKey key = rng.take(shape.numel());
        double[] values = new double[shape.numel()];
        for (int i = 0; i < values.length; i++) {
            double x = mean + std * NormalQuantile.quantile(from + (to - from) * key.uniformDouble(i));
            values[i] = Math.min(Math.max(x, low), high);
        }
        return Tensor.of(values, shape).to(dtype);
    }

    /// That a standard normal variable is below `x`.
    private static double probability(double x) {
        return 0.5 * (1 + ErrorFunction.erf(x / Math.sqrt(2)));
    }

    /// All 0.
    public static Tensor zeros(Shape shape) {
        return Tensor.zeros(shape, DType.F32, Device.CPU);
    }

    /// All 1.
    public static Tensor ones(Shape shape) {
        return Tensor.ones(shape, DType.F32, Device.CPU);
    }

    /// All the same.
    public static Tensor constant(Shape shape, double value, DType dtype) {
        Objects.requireNonNull(shape, "Initializers.constant: shape is null");
        return Tensor.full(shape, value, dtype, Device.CPU);
    }

    /// The identity: a linear layer passes on as many inputs as it has outputs.
    ///
    /// @param weight `[out, in]`
    public static Tensor eye(Shape weight, DType dtype) {
        Objects.requireNonNull(weight, "Initializers.eye: weight is null");
        if (weight.rank() != 2)
            throw new ShapeException("eye", "only a matrix can be the identity", weight);
        return dirac(weight, 1, dtype);
    }

    /// The identity of a convolution: in each group output channel `i` is 1 in the middle of the kernel for input channel `i`, otherwise 0.
    ///
    /// @param weight `[out, in / groups, kernel...]`
    /// @param groups divides `out`
    public static Tensor dirac(Shape weight, int groups, DType dtype) {
        Objects.requireNonNull(weight, "Initializers.dirac: weight is null");
        if (weight.rank() < 2 || weight.rank() > 5)
            throw new ShapeException("dirac", "a weight needs two to five dimensions, [out, in, kernel...]", weight);
        if (groups < 1 || weight.size(0) % groups != 0)
            throw new IllegalArgumentException(
                    "dirac: the number of groups must divide the outputs (got " + groups + " groups, " + weight + ")");
        double[] values = new double[weight.numel()];
        int middle = 0;
        int kernel = 1;
        for (int d = 2; d < weight.rank(); d++) {
            middle = middle * weight.size(d) + weight.size(d) / 2;
            kernel *= weight.size(d);
        }
        int outputs = weight.size(0) / groups;
        for (int out = 0; values.length > 0 && out < weight.size(0); out++)
            if (out % outputs < weight.size(1))
                values[(out * weight.size(1) + out % outputs) * kernel + middle] = 1;
        return Tensor.of(values, weight).to(dtype);
    }

    /// Uniform in `±sqrt(6 / ((1 + a^2) * fanIn))`, for a rectifier with slope `a` on the negative side. `a = sqrt(5)`, what PyTorch uses
    /// for linear and convolution layers, gives `±1 / sqrt(fanIn)`. Source: He et al. 2015, arXiv:1502.01852.
    public static Tensor kaimingUniform(Shape weight, double a, Rng rng) {
        double bound = Math.sqrt(6 / ((1 + a * a) * fanIn(weight)));
        return uniform(weight, -bound, bound, rng);
    }

    /// Uniform in `±gain * sqrt(3 / fan)`. Source: He et al. 2015, arXiv:1502.01852.
    public static Tensor kaimingUniform(Shape weight, Fan fan, double gain, Rng rng, DType dtype) {
        Objects.requireNonNull(fan, "Initializers.kaimingUniform: fan is null; use Fan.IN or OUT");
        double bound = gain * Math.sqrt(3.0 / fan(weight, fan));
        return uniform(weight, -bound, bound, rng, dtype);
    }

    /// Normal with standard deviation `sqrt(2 / ((1 + a^2) * fanIn))`. Source: He et al. 2015, arXiv:1502.01852.
    public static Tensor kaimingNormal(Shape weight, double a, Rng rng) {
        return normal(weight, 0, Math.sqrt(2 / ((1 + a * a) * fanIn(weight))), rng);
    }

    /// Normal with standard deviation `gain / sqrt(fan)`. Source: He et al. 2015, arXiv:1502.01852.
    public static Tensor kaimingNormal(Shape weight, Fan fan, double gain, Rng rng, DType dtype) {
        Objects.requireNonNull(fan, "Initializers.kaimingNormal: fan is null; use Fan.IN or OUT");
        return normal(weight, 0, gain / Math.sqrt(fan(weight, fan)), rng, dtype);
    }

    /// Uniform in `±sqrt(6 / (fanIn + fanOut))`. Source: Glorot, Bengio 2010, AISTATS.
    public static Tensor xavierUniform(Shape weight, Rng rng) {
        return xavierUniform(weight, 1, rng, DType.F32);
    }

    /// Uniform in `±gain * sqrt(6 / (fanIn + fanOut))`. Source: Glorot, Bengio 2010, AISTATS.
    public static Tensor xavierUniform(Shape weight, double gain, Rng rng, DType dtype) {
        double bound = gain * Math.sqrt(6.0 / (fanIn(weight) + fanOut(weight)));
        return uniform(weight, -bound, bound, rng, dtype);
    }

    /// Normal with standard deviation `sqrt(2 / (fanIn + fanOut))`. Source: Glorot, Bengio 2010, AISTATS.
    public static Tensor xavierNormal(Shape weight, Rng rng) {
        return xavierNormal(weight, 1, rng, DType.F32);
    }

    /// Normal with standard deviation `gain * sqrt(2 / (fanIn + fanOut))`. Source: Glorot, Bengio 2010, AISTATS.
    public static Tensor xavierNormal(Shape weight, double gain, Rng rng, DType dtype) {
        return normal(weight, 0, gain * Math.sqrt(2.0 / (fanIn(weight) + fanOut(weight))), rng, dtype);
    }

    /// A random matrix `[out, in * kernel]` with orthonormal rows, or columns if there are more rows, times `gain`. Every direction is
    /// equally likely. Source: Saxe, McClelland, Ganguli 2013, arXiv:1312.6120.
    public static Tensor orthogonal(Shape weight, double gain, Rng rng, DType dtype) {
        Objects.requireNonNull(weight, "Initializers.orthogonal: weight is null");
        checkMatrix("orthogonal", weight);
        checkFloating("orthogonal", dtype);
        int rows = weight.size(0);
        int columns = rows == 0 ? 0 : weight.numel() / rows;
        Tensor random = Tensor.randn(Shape.of(Math.min(rows, columns), Math.max(rows, columns)), rng, DType.F64, Device.CPU);
        Tensor basis = Orthonormal.rows(random);
        return (rows > columns ? basis.mT() : basis).mul(gain).reshape(weight).to(dtype).contiguous();
    }

    /// Normal with mean 0 and this standard deviation, but in each column `ceil(sparsity * rows)` elements, chosen at random, are 0.
    /// Source: Martens 2010, "Deep learning via Hessian-free optimization".
    ///
    /// @param weight `[out, in]`
    /// @param sparsity from 0 to 1
    public static Tensor sparse(Shape weight, double sparsity, double std, Rng rng, DType dtype) {
        Objects.requireNonNull(weight, "Initializers.sparse: weight is null");
        if (weight.rank() != 2)
            throw new ShapeException("sparse", "a weight needs two dimensions, [out, in]", weight);
        if (!(sparsity >= 0 && sparsity <= 1))
            throw new IllegalArgumentException("sparse: sparsity must be between 0 and 1 (got " + sparsity + ")");
        double[] values = normal(weight, 0, std, rng, DType.F64).toDoubleArray();
        int rows = weight.size(0);
        int columns = weight.size(1);
        int zeros = (int) Math.ceil(sparsity * rows);
        checkFloating("sparse", dtype);
        for (int column = 0; column < columns; column++) {
            int[] order = rng.permutation(rows);
            for (int i = 0; i < zeros; i++)
                values[order[i] * columns + column] = 0;
        }
        return Tensor.of(values, weight).to(dtype);
    }

    /// How many inputs are summed into one output of this weight.
    public static int fanIn(Shape weight) {
        return fan(weight, Fan.IN);
    }

    /// How many outputs use one input of this weight.
    public static int fanOut(Shape weight) {
        return fan(weight, Fan.OUT);
    }

    private static int fan(Shape weight, Fan which) {
        checkMatrix("Initializers", weight);
        int fan = weight.size(which == Fan.IN ? 1 : 0);
        for (int d = 2; d < weight.rank(); d++)
            fan *= weight.size(d);
        return fan;
    }

    private static void checkMatrix(String operation, Shape weight) {
        Objects.requireNonNull(weight, () -> operation + ": weight is null");
        if (weight.rank() < 2)
            throw new ShapeException(operation, "a weight needs at least two dimensions, [out, in, ...]", weight);
    }

    private static void checkFloating(String operation, DType dtype) {
        Objects.requireNonNull(dtype, () -> operation + ": dtype is null; use DType.F32");
        if (!dtype.isFloating())
            throw new DTypeException(operation + ": parameters need a floating type (got " + dtype + ")");
    }

    /// PyTorch's bias for a weight: uniform in `±1 / sqrt(fanIn)`.
    static Tensor bias(Shape weight, Rng rng) {
        double bound = fanIn(weight) == 0 ? 0 : 1 / Math.sqrt(fanIn(weight));
        return uniform(Shape.of(weight.size(0)), -bound, bound, rng);
    }

    /// PyTorch's weight of linear and convolution layers: uniform in `±1 / sqrt(fanIn)`.
    static Tensor weight(Shape weight, Rng rng) {
        return kaimingUniform(weight, Math.sqrt(5), rng);
    }
}
