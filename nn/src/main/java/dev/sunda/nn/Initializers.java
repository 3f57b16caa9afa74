package dev.sunda.nn;

import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;

/// First values of parameters, float32 on the CPU.
///
/// For a weight `[out, in, kernel...]`, `fanIn = in * kernel` numbers are summed into one output and `fanOut = out * kernel` outputs use
/// one
/// input. Scaling by their inverse square root keeps the variance of activations (fan in) or gradients (fan out) the same from layer to
/// layer.
public final class Initializers {
    private Initializers() {
    }

    /// Uniform in `[low, high)`.
    public static Tensor uniform(Shape shape, double low, double high, Rng rng) {
        if (!(low <= high))
            throw new IllegalArgumentException("uniform: low must not be above high (got " + low + ", " + high + ")");
        return Tensor.rand(shape, rng).mul(high - low).add(low);
    }

    /// Normal with this mean and standard deviation.
    public static Tensor normal(Shape shape, double mean, double std, Rng rng) {
        if (!(std >= 0))
            throw new IllegalArgumentException("normal: the standard deviation must not be negative (got " + std + ")");
        return Tensor.randn(shape, rng).mul(std).add(mean);
    }

    /// All 0.
    public static Tensor zeros(Shape shape) {
        return Tensor.zeros(shape.sizes());
    }

    /// All 1.
    public static Tensor ones(Shape shape) {
        return Tensor.ones(shape.sizes());
    }

    /// Uniform in `±sqrt(6 / ((1 + a^2) * fanIn))`, for a rectifier with slope `a` on the negative side. `a = sqrt(5)`, what PyTorch uses
    /// for
    /// linear and convolution layers, gives `±1 / sqrt(fanIn)`. Source: He et al. 2015, arXiv:1502.01852.
    public static Tensor kaimingUniform(Shape weight, double a, Rng rng) {
        double bound = Math.sqrt(6 / ((1 + a * a) * fanIn(weight)));
        return uniform(weight, -bound, bound, rng);
    }

    /// Normal with standard deviation `sqrt(2 / ((1 + a^2) * fanIn))`. Source: He et al. 2015, arXiv:1502.01852.
    public static Tensor kaimingNormal(Shape weight, double a, Rng rng) {
        return normal(weight, 0, Math.sqrt(2 / ((1 + a * a) * fanIn(weight))), rng);
    }

    /// Uniform in `±sqrt(6 / (fanIn + fanOut))`. Source: Glorot, Bengio 2010, AISTATS.
    public static Tensor xavierUniform(Shape weight, Rng rng) {
        double bound = Math.sqrt(6.0 / (fanIn(weight) + fanOut(weight)));
        return uniform(weight, -bound, bound, rng);
    }

    /// Normal with standard deviation `sqrt(2 / (fanIn + fanOut))`. Source: Glorot, Bengio 2010, AISTATS.
    public static Tensor xavierNormal(Shape weight, Rng rng) {
        return normal(weight, 0, Math.sqrt(2.0 / (fanIn(weight) + fanOut(weight))), rng);
    }

    /// How many inputs are summed into one output of this weight.
    public static int fanIn(Shape weight) {
        return fan(weight, 1);
    }

    /// How many outputs use one input of this weight.
    public static int fanOut(Shape weight) {
        return fan(weight, 0);
    }

    private static int fan(Shape weight, int dim) {
        if (weight.rank() < 2)
            throw new ShapeException("Initializers", "a weight needs at least two dimensions, [out, in, ...]", weight);
        int fan = weight.size(dim);
        for (int d = 2; d < weight.rank(); d++)
            fan *= weight.size(d);
        return fan;
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
