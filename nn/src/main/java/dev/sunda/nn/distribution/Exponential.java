package dev.sunda.nn.distribution;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;

/// The exponential distribution with density `rate exp(-rate x)` for `x` from 0 on.
///
/// @param rate greater than 0
public record Exponential(Variable rate) implements Continuous {
    public Exponential {
        Arguments.floating("Exponential", rate);
        Arguments.each("Exponential", "the rate must be positive", rate.data(), r -> r > 0);
    }

    @Override
    public Shape batchShape() {
        return rate.shape();
    }

    @Override
    public Variable rsample(Shape shape, Rng rng) {
        return icdf(Arguments.uniform(shape, rate, rng));
    }

    @Override
    public Variable logProb(Variable value) {
        Tensor outside = value.data().lt(0);
        return Arguments.constant(rate, Double.NEGATIVE_INFINITY).where(outside, rate.log().sub(rate.mul(value)));
    }

    /// `1 - log(rate)`.
    @Override
    public Variable entropy() {
        return rate.log().rsub(1);
    }

    /// `1 / rate`.
    @Override
    public Variable mean() {
        return rate.reciprocal();
    }

    /// `1 / rate^2`.
    @Override
    public Variable variance() {
        return rate.square().reciprocal();
    }

    @Override
    public Variable std() {
        return mean();
    }

    @Override
    public Variable cdf(Variable value) {
        return rate.mul(value.clamp(0, Double.POSITIVE_INFINITY)).neg().expm1().neg();
    }

    @Override
    public Variable icdf(Variable p) {
        return p.neg().log1p().neg().div(rate);
    }
}
