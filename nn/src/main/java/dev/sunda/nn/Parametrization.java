package dev.sunda.nn;

import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.ShapeException;
import dev.sunda.nn.functional.VectorNorms;
import java.util.ArrayList;
import java.util.List;

/// How a parameter is computed from others, see [Parametrizations]: a beginning, and layers one after the other. A layer only to carry
/// parameters and buffers under PyTorch's names.
abstract sealed class Parametrization extends Layer {
    private final Parameter original;
    private final List<Layer> steps = new ArrayList<>();

    /// @param original the parameter that is replaced; it stays what is trained, under another name
    private Parametrization(Parameter original) {
        this.original = original;
    }

    final Parameter original() {
        return original;
    }

    /// What the first layer is given.
    abstract Variable beginning();

    /// The number in the name of the first layer.
    abstract int first();

    /// What the layer computes with in the place of the original.
    final Variable value() {
        Variable value = beginning();
        for (Layer step : steps)
            value = applied(step, value);
        return value;
    }

    /// What a layer makes of a parameter, which stays one of its shape and type.
    static Variable applied(Layer step, Variable value) {
        Variable result = step.forward(value);
        if (!result.shape().equals(value.shape()))
            throw new ShapeException("parametrize", step.describe() + " must keep the shape of the parameter", value.shape(),
                    result.shape());
        if (result.dtype() != value.dtype())
            throw new DTypeException("parametrize: " + step.describe() + " must keep the type of the parameter (got " + value.dtype()
                    + ", result " + result.dtype() + "); convert the layer with to(DType)");
        return result;
    }

    final void add(Layer step) {
        steps.add(child("" + (first() + steps.size()), step));
    }

    @Override
    protected final Variable compute(Variable x) {
        throw new UnsupportedOperationException("Parametrization: computes a parameter, not a result; call the layer it belongs to");
    }

    /// Begins with the parameter itself, named `original`.
    static final class Plain extends Parametrization {
        Plain(Parameter original) {
            super(original);
            adopt("original", original);
        }

        @Override
        Variable beginning() {
            return current(original());
        }

        @Override
        int first() {
            return 0;
        }
    }

    /// Begins with `g * v / |v|`, see [Parametrizations#weightNorm].
    static final class WeightNorm extends Parametrization {
        private final Parameter lengths;
        private final Integer dim;

        WeightNorm(Parameter direction, Integer dim) {
            super(direction);
            this.dim = dim;
            lengths = parameter("original0", VectorNorms.lengths(direction.detach(), dim).data().copy());
            adopt("original1", direction);
        }

        @Override
        Variable beginning() {
            return VectorNorms.weightNorm(current(original()), current(lengths), dim);
        }

        /// PyTorch counts the norm as number 0.
        @Override
        int first() {
            return 1;
        }

        @Override
        protected String options() {
            return dim == null ? "one length" : "dim " + dim;
        }
    }
}
