package dev.sunda.nn;

import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.Bilinears;
import java.util.Set;

/// `y[o] = x1^T * weight[o] * x2 + bias[o]`. Shapes: `[..., in1]` and `[..., in2]` to `[..., out]`.
///
/// Parameters: `weight` `[out, in1, in2]` and `bias` `[out]`, both uniform in `±1 / sqrt(in1)` at first.
public final class Bilinear extends Layer {
    private final Parameter weight;
    private final Parameter bias;

    /// With bias.
    public Bilinear(int in1, int in2, int out, Rng rng) {
        this(in1, in2, out, true, rng);
    }

    /// @param in1 size of the last dimension of the first input, at least 1
    /// @param in2 size of the last dimension of the second input, at least 1
    /// @param out size of the last dimension of the result, at least 1
    public Bilinear(int in1, int in2, int out, boolean bias, Rng rng) {
        Require.atLeast("Bilinear", "number of first inputs", in1, 1);
        Require.atLeast("Bilinear", "number of second inputs", in2, 1);
        Require.atLeast("Bilinear", "number of outputs", out, 1);
        double bound = 1 / Math.sqrt(in1);
        weight = parameter("weight", Initializers.uniform(Shape.of(out, in1, in2), -bound, bound, rng));
        this.bias = bias ? parameter("bias", Initializers.uniform(Shape.of(out), -bound, bound, rng)) : null;
    }

    /// `[out, in1, in2]`.
    public Parameter weight() {
        return weight;
    }

    /// `[out]`, or null.
    public Parameter bias() {
        return bias;
    }

    /// A quadratic form: both inputs are `x`.
    @Override
    protected Variable compute(Variable x) {
        return Bilinears.bilinear(x, x, current(weight), current(bias));
    }

    /// Applies the layer to two inputs.
    public Variable forward(Variable x1, Variable x2) {
        return call(x1, x -> Bilinears.bilinear(x, x2, current(weight), current(bias)));
    }

    @Override
    protected Set<String> parametrizable() {
        return parameterNames();
    }

    @Override
    protected String options() {
        return weight.size(1) + " x " + weight.size(2) + " -> " + weight.size(0) + (bias == null ? ", no bias" : "");
    }

    @Override
    protected long multiplyAdds(Shape input, Shape output) {
        return (long) output.numel() * weight.size(1) * (weight.size(2) + 1);
    }
}
