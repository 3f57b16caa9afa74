package dev.sunda.nn;

import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.Activations;
import java.util.Set;

/// `y = x` above 0, elsewhere `weight * x`, with one learned weight for all or one a channel. Shapes: any, with several weights
/// `[N, C, ...]`, to the same.
///
/// Parameter: `weight` (`[count]`), 0.25 at first. Source: He, Zhang, Ren, Sun 2015, arXiv:1502.01852.
public final class PRelu extends Layer {
    private final Parameter weight;

    /// One weight that starts at 0.25.
    public PRelu() {
        this(1, 0.25);
    }

    /// @param count number of weights: 1, or the number of channels
    /// @param initial value of all weights
    public PRelu(int count, double initial) {
        Require.atLeast("PRelu", "number of weights", count, 1);
        weight = parameter("weight", Tensor.full(Shape.of(count), initial, DType.F32, Device.CPU));
    }

    /// `[count]`.
    public Parameter weight() {
        return weight;
    }

    @Override
    protected Variable compute(Variable x) {
        return Activations.prelu(x, current(weight));
    }

    @Override
    protected Set<String> parametrizable() {
        return parameterNames();
    }

    @Override
    protected String options() {
        return "" + weight.shape().size(0);
    }
}
