package dev.sunda.nn.distribution;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import java.util.Objects;

/// A probability distribution for each place of a shape, that of its parameters.
///
/// What is computed can be differentiated, also twice, with respect to the parameters. Draws are a function of the parameters and of the
/// random numbers they take. Parameters are checked when a distribution is made, which waits for the device they are on.
///
/// The gradient of an expected value of draws that cannot be differentiated is that of `logProb` weighted with the values:
///
/// ```java
/// var policy = Categorical.ofLogits(net.forward(states));
/// Tensor actions = policy.sample(rng);
/// Variable loss = policy.logProb(actions).mul(Variable.of(returns)).mean().neg();
/// ```
public sealed interface Distribution permits Bernoulli, Categorical, Continuous {
    /// The shape of the parameters: one distribution for each place.
    Shape batchShape();

    /// Draws from each distribution, without history.
    ///
    /// @param shape how many: the result is of this shape followed by [#batchShape]
    Tensor sample(Shape shape, Rng rng);

    /// One draw from each distribution, without history.
    default Tensor sample(Rng rng) {
        return sample(Shape.SCALAR, rng);
    }

    /// The logarithm of the density, or of the probability of a discrete value.
    ///
    /// @param value of a shape that broadcasts with [#batchShape]
    Variable logProb(Tensor value);

    /// The entropy of each distribution in nats, `-E[log p]`; of continuous distributions it may be negative.
    Variable entropy();

    /// The Kullback-Leibler divergence `KL(p || q) = E_p[log p - log q]` in nats, place by place; infinite where `q` cannot give what `p`
    /// can. Known for two distributions of one kind and for every continuous one from a [Normal].
    ///
    /// @throws IllegalArgumentException for other pairs
    static Variable klDivergence(Distribution p, Distribution q) {
        Objects.requireNonNull(p, "Distribution.klDivergence: p is null");
        Objects.requireNonNull(q, "Distribution.klDivergence: q is null");
        return Divergences.kl(p, q);
    }
}
