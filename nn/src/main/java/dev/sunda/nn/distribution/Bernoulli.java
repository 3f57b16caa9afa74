package dev.sunda.nn.distribution;

import dev.sunda.autograd.SpecialFunctions;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.type.Shape;

/// 1 with a probability, else 0. Computed from what it is given, probabilities or logits, so that nothing is lost where a probability is
/// close to 0 or 1.
public final class Bernoulli implements Distribution {
    private final Variable probs;                                    // one of both is null
    private final Variable logits;

    private Bernoulli(Variable probs, Variable logits) {
        this.probs = probs;
        this.logits = logits;
    }

    /// @param probs probabilities of 1, from 0 to 1
    public static Bernoulli ofProbs(Variable probs) {
        Arguments.floating("Bernoulli", probs);
        Arguments.each("Bernoulli", "probabilities must be from 0 to 1", probs.data(), p -> p >= 0 && p <= 1);
        return new Bernoulli(probs, null);
    }

    /// @param logits `log(p / (1 - p))` of the probabilities of 1
    public static Bernoulli ofLogits(Variable logits) {
        Arguments.floating("Bernoulli", logits);
        return new Bernoulli(null, logits);
    }

    /// The probabilities of 1.
    public Variable probs() {
        return probs != null ? probs : logits.sigmoid();
    }

    /// The logarithms of the odds of 1.
    public Variable logits() {
        return logits != null ? logits : probs.logit();
    }

    @Override
    public Shape batchShape() {
        return (probs != null ? probs : logits).shape();
    }

    /// Ones and zeros of the type of the parameters.
    @Override
    public Tensor sample(Shape shape, Rng rng) {
        Tensor p = probs().data();
        return Tensor.bernoulli(p.expand(Arguments.joined(shape, p.shape())), rng);
    }

    /// @param value zeros and ones of any type
    @Override
    public Variable logProb(Tensor value) {
        Variable like = probs != null ? probs : logits;
        Tensor.checkSameDevice("Bernoulli", like.data(), value);
        Arguments.each("Bernoulli", "a value must be 0 or 1", value, v -> v == 0 || v == 1);
        return expected(Variable.of(value.to(like.dtype())));
    }

    /// The expected logarithm of the probability where 1 comes with probability `v`: `v log p + (1 - v) log(1 - p)`.
    Variable expected(Variable v) {
        if (probs != null)
            return v.xlogy(probs).add(SpecialFunctions.xlog1py(v.rsub(1), probs.neg()));
        return v.mul(logits.apply(UnaryOp.LOG_SIGMOID)).add(v.rsub(1).mul(logits.neg().apply(UnaryOp.LOG_SIGMOID)));
    }

    @Override
    public Variable entropy() {
        return expected(probs()).neg();
    }

    /// The probabilities of 1.
    public Variable mean() {
        return probs();
    }

    /// `p (1 - p)`.
    public Variable variance() {
        return probs != null ? probs.mul(probs.rsub(1)) : logits.sigmoid().mul(logits.neg().sigmoid());
    }
}
