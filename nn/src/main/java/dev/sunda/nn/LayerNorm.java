package dev.sunda.nn;

import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.LayerNorms;
import java.util.Objects;
import java.util.Set;

/// Layer normalisation: `y = (x - mean) / sqrt(variance + eps) * weight + bias` with mean and biased variance over the last dimensions.
/// Shapes: `[..., normalizedShape]` to the same.
///
/// Parameters: `weight`, ones at first, and `bias`, zeros, both of the normalised shape, if the options ask for them.
/// Source: Ba, Kiros, Hinton 2016, arXiv:1607.06450.
public final class LayerNorm extends Layer {
    private final Shape normalizedShape;
    private final Options options;
    private final Parameter weight;
    private final Parameter bias;

    /// @param eps added to the variance, not negative
    /// @param elementwiseAffine whether there is a `weight`, and a `bias` if asked for
    /// @param bias whether there is a `bias`; without meaning if not affine
    public record Options(double eps, boolean elementwiseAffine, boolean bias) {
        /// 1e-5, with weight and bias.
        public static final Options DEFAULT = new Options(1e-5, true, true);

        public Options {
            if (!(eps >= 0))
                throw new IllegalArgumentException("LayerNorm: eps must not be negative (got " + eps + ")");
        }

        /// These options with another eps.
        public Options withEps(double eps) {
            return new Options(eps, elementwiseAffine, bias);
        }

        /// These options with or without weight and bias.
        public Options withElementwiseAffine(boolean elementwiseAffine) {
            return new Options(eps, elementwiseAffine, bias);
        }

        /// These options with or without a bias.
        public Options withBias(boolean bias) {
            return new Options(eps, elementwiseAffine, bias);
        }
    }

    /// Over the last dimension, with the default options.
    ///
    /// @param size of the last dimension, at least 1
    public LayerNorm(int size) {
        this(Shape.of(size), Options.DEFAULT);
    }

    /// @param normalizedShape sizes of the last dimensions, at least one
    public LayerNorm(Shape normalizedShape, Options options) {
        Objects.requireNonNull(normalizedShape, "LayerNorm: normalizedShape is null");
        Objects.requireNonNull(options, "LayerNorm: options is null; use Options.DEFAULT");
        if (normalizedShape.rank() < 1 || normalizedShape.numel() < 1)
            throw new IllegalArgumentException("LayerNorm: the normalised shape must have elements (got " + normalizedShape + ")");
        this.normalizedShape = normalizedShape;
        this.options = options;
        weight = options.elementwiseAffine ? parameter("weight", Tensor.ones(normalizedShape.sizes())) : null;
        bias = options.elementwiseAffine && options.bias ? parameter("bias", Tensor.zeros(normalizedShape.sizes())) : null;
    }

    /// Of the normalised shape, or null.
    public Parameter weight() {
        return weight;
    }

    /// Of the normalised shape, or null.
    public Parameter bias() {
        return bias;
    }

    @Override
    protected Variable compute(Variable x) {
        return LayerNorms.layerNorm(x, normalizedShape, current(weight), current(bias), options.eps);
    }

    @Override
    protected Set<String> parametrizable() {
        return parameterNames();
    }

    @Override
    protected String options() {
        return (normalizedShape.rank() == 1 ? "" + normalizedShape.size(0) : normalizedShape.toString())
                + (options.eps == Options.DEFAULT.eps ? "" : ", eps " + options.eps)
                + (options.elementwiseAffine ? options.bias ? "" : ", no bias" : ", not affine");
    }

    @Override
    protected long multiplyAdds(Shape input, Shape output) {
        return output.numel();
    }
}
