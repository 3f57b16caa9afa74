package dev.sunda.nn.distribution;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;

/// The uniform distribution on `[low, high)`.
///
/// @param low the least value
/// @param high above `low`; broadcasts with it
public record Uniform(Variable low, Variable high) implements Continuous {
    public Uniform {
        Shape shape = Arguments.together("Uniform", low, high);
        Arguments.each("Uniform", "the width, high - low, must be positive and finite", high.data().sub(low.data()),
                w -> w > 0 && w < Double.POSITIVE_INFINITY);
        low = low.expand(shape);
        high = high.expand(shape);
    }

    @Override
    public Shape batchShape() {
        return low.shape();
    }

    private Variable width() {
        return high.sub(low);
    }

    @Override
    public Variable rsample(Shape shape, Rng rng) {
        return low.add(width().mul(Arguments.uniform(shape, low, rng)));
    }

    @Override
    public Variable logProb(Variable value) {
        Tensor inside = value.data().ge(low.data()).logicalAnd(value.data().lt(high.data()));
        return width().log().neg().where(inside, Arguments.constant(low, Double.NEGATIVE_INFINITY));
    }

    /// `log(high - low)`.
    @Override
    public Variable entropy() {
        return width().log();
    }

    @Override
    public Variable mean() {
        return low.add(high).mul(0.5);
    }

    /// `(high - low)^2 / 12`.
    @Override
    public Variable variance() {
        return width().square().div(12);
    }

    @Override
    public Variable cdf(Variable value) {
        return value.sub(low).div(width()).clamp(0, 1);
    }

    @Override
    public Variable icdf(Variable p) {
        return low.add(width().mul(p));
    }
}
