package dev.sunda.nn;

import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;

/// How a parameter is computed from others, see [Parametrizations]. A layer only to carry parameters and buffers under PyTorch's names.
abstract sealed class Parametrization extends Layer permits SpectralNorm, WeightNorm {
    private final Parameter original;

    /// @param original the parameter that is replaced; it stays what is trained, under another name
    Parametrization(Parameter original) {
        this.original = original;
    }

    final Parameter original() {
        return original;
    }

    /// What the layer computes with in the place of the original.
    abstract Variable value();

    @Override
    protected final Variable compute(Variable x) {
        throw new UnsupportedOperationException("Parametrization: computes a parameter, not a result; call the layer it belongs to");
    }
}
