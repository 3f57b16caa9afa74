package dev.sunda.nn;

import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.VectorNorms;

/// `g * v / |v|`, see [Parametrizations#weightNorm].
final class WeightNorm extends Parametrization {
    private final Parameter lengths;
    private final Integer dim;

    WeightNorm(Parameter direction, Integer dim) {
        super(direction);
        this.dim = dim;
        lengths = parameter("original0", VectorNorms.lengths(direction.detach(), dim).data().copy());
        adopt("original1", direction);
    }

    @Override
    Variable value() {
        return VectorNorms.weightNorm(current(original()), current(lengths), dim);
    }

    @Override
    protected String options() {
        return dim == null ? "one length" : "dim " + dim;
    }
}
