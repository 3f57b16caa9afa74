package dev.sunda.nn.distribution;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;

/// The divergences behind [Distribution#klDivergence].
final class Divergences {
    private Divergences() {
    }

    static Variable kl(Distribution p, Distribution q) {
        Shape.broadcast("klDivergence", p.batchShape(), q.batchShape());
        if (p instanceof Normal from && q instanceof Normal to)
            return normal(from, to);
        if (p instanceof Continuous from && q instanceof Normal to)
            return toNormal(from, to);
        if (p instanceof Laplace from && q instanceof Laplace to)
            return laplace(from, to);
        if (p instanceof Uniform from && q instanceof Uniform to)
            return uniform(from, to);
        if (p instanceof Exponential from && q instanceof Exponential to)
            return exponential(from, to);
        if (p instanceof Bernoulli from && q instanceof Bernoulli to)
            return to.expected(from.probs()).add(from.entropy()).neg();
        if (p instanceof Categorical from && q instanceof Categorical to)
            return categorical(from, to);
        throw new IllegalArgumentException("klDivergence: not known for this pair (got " + p.getClass().getSimpleName() + ", "
                + q.getClass().getSimpleName() + "); take the mean of p.logProb(x) - q.logProb(x) over draws x of p");
    }

    /// `(r + ((m_p - m_q) / s_q)^2 - 1 - log r) / 2` with the ratio `r` of the variances.
    private static Variable normal(Normal p, Normal q) {
        Variable ratio = p.scale().div(q.scale()).square();
        Variable distance = p.loc().sub(q.loc()).div(q.scale()).square();
        return ratio.add(distance).sub(1).sub(ratio.log()).mul(0.5);
    }

    /// `E_p[log p]` is minus the entropy, and `E_p[log q]` depends on mean and variance of `p` alone.
    private static Variable toNormal(Continuous p, Normal q) {
        Variable square = p.variance().add(p.mean().sub(q.loc()).square());
        return square.div(q.scale().square()).sub(1).mul(0.5).add(q.entropy()).sub(p.entropy());
    }

    /// With the distance `d` of the means: `d / s_q + s_p / s_q exp(-d / s_p) - 1 - log(s_p / s_q)`.
    private static Variable laplace(Laplace p, Laplace q) {
        Variable ratio = p.scale().div(q.scale());
        Variable distance = p.loc().sub(q.loc()).abs();
        return distance.div(q.scale()).add(ratio.mul(distance.div(p.scale()).neg().exp())).sub(1).sub(ratio.log());
    }

    private static Variable uniform(Uniform p, Uniform q) {
        Variable within = q.high().sub(q.low()).div(p.high().sub(p.low())).log();
        Tensor inside = q.low().data().le(p.low().data()).logicalAnd(q.high().data().ge(p.high().data()));
        return within.where(inside, Arguments.constant(within, Double.POSITIVE_INFINITY));
    }

    /// `r - 1 - log r` with `r = rate_q / rate_p`.
    private static Variable exponential(Exponential p, Exponential q) {
        Variable ratio = q.rate().div(p.rate());
        return ratio.sub(1).sub(ratio.log());
    }

    private static Variable categorical(Categorical p, Categorical q) {
        if (p.classes() != q.classes())
            throw new ShapeException("klDivergence", "both must have as many classes", p.probs().shape(), q.probs().shape());
        Variable weights = p.probs();
        Tensor impossible = weights.data().eq(0);
        return weights.mul(p.logits(impossible).sub(q.logits(impossible))).sum(Dims.of(-1));
    }
}
