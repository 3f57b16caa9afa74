package dev.sunda.nn.distribution;

import dev.sunda.autograd.GradMode;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;

/// A distribution of real numbers whose draws are a smooth function of the parameters and of noise that does not depend on them, so that
/// gradients flow through a draw into the parameters.
public sealed interface Continuous extends Distribution permits Exponential, Laplace, Normal, Uniform {
    /// Draws whose gradients flow into the parameters (the reparametrisation trick).
    ///
    /// @param shape how many: the result is of this shape followed by [#batchShape]
    Variable rsample(Shape shape, Rng rng);

    /// One draw from each distribution whose gradients flow into the parameters.
    default Variable rsample(Rng rng) {
        return rsample(Shape.SCALAR, rng);
    }

    /// The numbers of [#rsample].
    @Override
    default Tensor sample(Shape shape, Rng rng) {
        return GradMode.noGrad(() -> rsample(shape, rng)).data();
    }

    /// The logarithm of the density; minus infinity where there is none.
    Variable logProb(Variable value);

    @Override
    default Variable logProb(Tensor value) {
        return logProb(Variable.of(value));
    }

    /// The expected value.
    Variable mean();

    /// The expected square of the distance from the mean.
    Variable variance();

    /// The square root of the variance.
    default Variable std() {
        return variance().sqrt();
    }

    /// The probability of a number up to the value.
    Variable cdf(Variable value);

    /// The value up to which numbers have a probability: the inverse of [#cdf].
    ///
    /// @param p from 0 to 1
    Variable icdf(Variable p);
}
