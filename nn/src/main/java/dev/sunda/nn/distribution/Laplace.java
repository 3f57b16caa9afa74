package dev.sunda.nn.distribution;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;

/// The Laplace distribution with density `exp(-|x - loc| / scale) / (2 scale)`.
///
/// @param loc the mean
/// @param scale the mean distance from `loc`, greater than 0; broadcasts with it
public record Laplace(Variable loc, Variable scale) implements Continuous {
    public Laplace {
        Shape shape = Arguments.together("Laplace", loc, scale);
        Arguments.each("Laplace", "the scale must be positive", scale.data(), s -> s > 0);
        loc = loc.expand(shape);
        scale = scale.expand(shape);
    }

    @Override
    public Shape batchShape() {
        return loc.shape();
    }

    /// One uniform number `u` of `[0, 1)` gives the side, its first half the left one, and, stretched to `[0, 1)` again, the distance
    /// `-log(1 - u)`, which is finite.
    @Override
    public Variable rsample(Shape shape, Rng rng) {
        Tensor u = Arguments.uniform(shape, loc, rng).data().mul(2);
        Tensor right = u.ge(1).to(u.dtype());
        Tensor distance = u.sub(right).neg().log1p();                // with the sign turned round
        return loc.add(scale.mul(Variable.of(distance.mul(right.mul(-2).add(1)))));
    }

    private Variable standard(Variable value) {
        return value.sub(loc).div(scale);
    }

    @Override
    public Variable logProb(Variable value) {
        return standard(value).abs().add(scale.mul(2).log()).neg();
    }

    /// `1 + log(2 scale)`.
    @Override
    public Variable entropy() {
        return scale.mul(2).log().add(1);
    }

    @Override
    public Variable mean() {
        return loc;
    }

    /// `2 scale^2`.
    @Override
    public Variable variance() {
        return scale.square().mul(2);
    }

    @Override
    public Variable std() {
        return scale.mul(Math.sqrt(2));
    }

    @Override
    public Variable cdf(Variable value) {
        Variable z = standard(value);
        Variable tail = z.abs().neg().exp().mul(0.5);
        return tail.where(z.data().lt(0), tail.rsub(1));
    }

    @Override
    public Variable icdf(Variable p) {
        Tensor left = p.data().lt(0.5);
        Variable distance = p.where(left, p.rsub(1)).mul(2).log();   // with the sign turned round
        return loc.add(scale.mul(distance.where(left, distance.neg())));
    }
}
