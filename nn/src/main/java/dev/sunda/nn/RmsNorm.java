package dev.sunda.nn;

import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.LayerNorms;
import java.util.Objects;
import java.util.Set;

/// Root-mean-square normalisation: `y = x / sqrt(mean(x^2) + eps) * weight`, the mean over the last dimensions. Shapes:
/// `[..., normalizedShape]` to the same.
///
/// Parameter, if affine: `weight`, of the normalised shape, ones at first. Source: Zhang, Sennrich 2019, arXiv:1910.07467.
public final class RmsNorm extends Layer {
    private final Shape normalizedShape;
    private final Options options;
    private final Parameter weight;

    /// @param eps added to the mean square, not negative; null for the machine epsilon of the input's type
    /// @param elementwiseAffine whether there is a `weight`
    public record Options(Double eps, boolean elementwiseAffine) {
        /// Machine epsilon, with weight.
        public static final Options DEFAULT = new Options(null, true);

        public Options {
            if (eps != null && !(eps >= 0))
                throw new IllegalArgumentException("RmsNorm: eps must not be negative (got " + eps + ")");
        }

        /// These options with another eps, or the machine epsilon if null.
        public Options withEps(Double eps) {
            return new Options(eps, elementwiseAffine);
        }

        /// These options with or without a weight.
        public Options withElementwiseAffine(boolean elementwiseAffine) {
            return new Options(eps, elementwiseAffine);
        }
    }

    /// Over the last dimension, with the default options.
    ///
    /// @param size of the last dimension, at least 1
    public RmsNorm(int size) {
        this(Shape.of(size), Options.DEFAULT);
    }

    /// @param normalizedShape sizes of the last dimensions, at least one
    public RmsNorm(Shape normalizedShape, Options options) {
        Objects.requireNonNull(normalizedShape, "RmsNorm: normalizedShape is null");
        Objects.requireNonNull(options, "RmsNorm: options is null; use Options.DEFAULT");
        if (normalizedShape.rank() < 1 || normalizedShape.numel() < 1)
            throw new IllegalArgumentException("RmsNorm: the normalised shape must have elements (got " + normalizedShape + ")");
        this.normalizedShape = normalizedShape;
        this.options = options;
        weight = options.elementwiseAffine ? parameter("weight", Tensor.ones(normalizedShape.sizes())) : null;
    }

    /// Of the normalised shape, or null.
    public Parameter weight() {
        return weight;
    }

    @Override
    protected Variable compute(Variable x) {
        return options.eps == null ? LayerNorms.rmsNorm(x, normalizedShape, current(weight))
                : LayerNorms.rmsNorm(x, normalizedShape, current(weight), options.eps);
    }

    @Override
    protected Set<String> parametrizable() {
        return parameterNames();
    }

    @Override
    protected String options() {
        return (normalizedShape.rank() == 1 ? "" + normalizedShape.size(0) : normalizedShape.toString())
                + (options.eps == null ? "" : ", eps " + options.eps) + (options.elementwiseAffine ? "" : ", not affine");
    }

    @Override
    protected long multiplyAdds(Shape input, Shape output) {
        return output.numel();
    }
}
