package dev.sunda.nn;

import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Objects;
import java.util.Set;

/// `y = x * weight^T + bias`. Shapes: `[..., in]` to `[..., out]`.
///
/// Parameters: `weight` `[out, in]` and `bias` `[out]`, both uniform in `±1 / sqrt(in)` at first.
public final class Linear extends Layer {
    private final int in;
    private final int out;
    private final Parameter weight;
    private final Parameter bias;

    /// With bias.
    public Linear(int in, int out, Rng rng) {
        this(in, out, true, rng);
    }

    /// @param in size of the last dimension of the input, at least 1
    /// @param out size of the last dimension of the result, at least 1
    public Linear(int in, int out, boolean bias, Rng rng) {
        Require.atLeast("Linear", "number of inputs", in, 1);
        Require.atLeast("Linear", "number of outputs", out, 1);
        this.in = in;
        this.out = out;
        Shape shape = Shape.of(out, in);
        this.weight = parameter("weight", Initializers.weight(shape, rng));
        this.bias = bias ? parameter("bias", Initializers.bias(shape, rng)) : null;
    }

    /// With parameters that exist already and are shared with the layers that hold them: a change of one is a change of all, and their
    /// gradients add up. So the last layer of a language model shares the table of its first one:
    ///
    /// ```java
    /// embedding = child("embedding", new Embedding(words, width, rng));
    /// head = child("head", new Linear(embedding.weight(), null));
    /// ```
    ///
    /// @param weight `[out, in]`
    /// @param bias `[out]`; null for none
    public Linear(Parameter weight, Parameter bias) {
        Objects.requireNonNull(weight, "Linear: the weight is null");
        if (weight.rank() != 2 || weight.shape().numel() == 0)
            throw new ShapeException("Linear", "the weight must be [out, in]", weight.shape());
        if (bias != null && !bias.shape().equals(Shape.of(weight.size(0))))
            throw new ShapeException("Linear", "the bias needs as many elements as the weight has rows", weight.shape(), bias.shape());
        in = weight.size(1);
        out = weight.size(0);
        this.weight = weight;
        this.bias = bias;
        adopt("weight", weight);
        if (bias != null)
            adopt("bias", bias);
    }

    /// Without bias; unlike those of the other forms, a size may be 0.
    ///
    /// @param weight `[out, in]`; the layer takes it over
    Linear(Tensor weight) {
        in = weight.size(1);
        out = weight.size(0);
        this.weight = parameter("weight", weight);
        bias = null;
    }

    /// `[out, in]`.
    public Parameter weight() {
        return weight;
    }

    /// `[out]`, or null.
    public Parameter bias() {
        return bias;
    }

    @Override
    protected Variable compute(Variable x) {
        Variable columns = current(weight).mT();
        return bias == null ? x.matmul(columns) : x.matmul(columns, current(bias));
    }

    /// Whether [#computeByPixels] does for the flattened images `x`: they lie channels-last, and the weight is less to reorder.
    boolean readsByPixels(Variable x) {
        return x.rank() > 2 && x.data().layout().isChannelsLast() && !x.data().layout().isContiguous()
                && weight.shape().numel() <= x.shape().numel() && (long) in * x.size(0) == x.shape().numel();
    }

    /// Behind [Flatten#byPixels] of images of shape `images`: the weight's columns are brought into the order of the rows.
    Variable computeByPixels(Variable rows, Shape images) {
        Variable columns = Flatten.byPixels(current(weight).reshape(images.with(0, out).sizes()));
        return bias == null ? rows.matmul(columns.mT()) : rows.matmul(columns.mT(), current(bias));
    }

    @Override
    protected Set<String> parametrizable() {
        return parameterNames();
    }

    @Override
    protected String options() {
        return in + " -> " + out + (bias == null ? ", no bias" : "");
    }

    @Override
    protected long multiplyAdds(Shape input, Shape output) {
        return (long) output.numel() * in;
    }
}
