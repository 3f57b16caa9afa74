package dev.sunda.nn.distribution;

import dev.sunda.autograd.SpecialFunctions;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;

/// The normal distribution with density `exp(-((x - loc) / scale)^2 / 2) / (scale sqrt(2 pi))`.
///
/// @param loc the mean
/// @param scale the standard deviation, greater than 0; broadcasts with `loc`
public record Normal(Variable loc, Variable scale) implements Continuous {
    private static final double HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

    public Normal {
        Shape shape = Arguments.together("Normal", loc, scale);
        Arguments.each("Normal", "the scale must be positive", scale.data(), s -> s > 0);
        loc = loc.expand(shape);
        scale = scale.expand(shape);
    }

    /// A single one with parameters that are constants, for example the standard normal distribution as a prior.
    public static Normal of(double loc, double scale, DType dtype, Device device) {
        return new Normal(Variable.of(Tensor.scalar(loc, dtype, device)), Variable.of(Tensor.scalar(scale, dtype, device)));
    }

    @Override
    public Shape batchShape() {
        return loc.shape();
    }

    @Override
    public Variable rsample(Shape shape, Rng rng) {
        Tensor noise = Tensor.randn(Arguments.joined(shape, batchShape()), rng, loc.dtype(), loc.device());
        return loc.add(scale.mul(Variable.of(noise)));
    }

    private Variable standard(Variable value) {
        return value.sub(loc).div(scale);
    }

    @Override
    public Variable logProb(Variable value) {
        return standard(value).square().mul(-0.5).sub(scale.log()).sub(HALF_LOG_TWO_PI);
    }

    /// `log(scale sqrt(2 pi e))`.
    @Override
    public Variable entropy() {
        return scale.log().add(0.5 + HALF_LOG_TWO_PI);
    }

    @Override
    public Variable mean() {
        return loc;
    }

    @Override
    public Variable variance() {
        return scale.square();
    }

    @Override
    public Variable std() {
        return scale;
    }

    @Override
    public Variable cdf(Variable value) {
        return SpecialFunctions.ndtr(standard(value));
    }

    @Override
    public Variable icdf(Variable p) {
        return loc.add(scale.mul(SpecialFunctions.ndtri(p)));
    }
}
