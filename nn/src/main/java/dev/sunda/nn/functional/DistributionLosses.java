package dev.sunda.nn.functional;

import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.wrt;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Objects;

/// Losses of predicted distributions. All arguments broadcast and may be differentiated.
public final class DistributionLosses {
    private DistributionLosses() {
    }

    // ---------------------------------------------------------------------------------------------------------- divergence

    /// The mean over all elements of [#klDiv(Variable, Variable, boolean, Reduction)], the target being probabilities. As in PyTorch that
    /// is not yet the divergence of a batch: [Reduction#BATCH_MEAN] is.
    public static Variable klDiv(Variable input, Variable target) {
        return klDiv(input, target, false, Reduction.MEAN);
    }

    /// The terms `t * (log t - input)` of the Kullback-Leibler divergence of a target distribution `t` from a predicted one. Where `t` is 0
    /// `t log t` is 0, and its derivative minus infinity.
    ///
    /// @param input logarithms of the predicted probabilities
    /// @param target probabilities, or with `logTarget` their logarithms
    /// @param reduction [Reduction#BATCH_MEAN] divides the sum by the size of the input's first dimension
    public static Variable klDiv(Variable input, Variable target, boolean logTarget, Reduction reduction) {
        LossTerms.broadcast("klDiv", input, target);
        Variable terms = logTarget ? target.exp().mul(target.sub(input)) : xLogX(target).sub(target.mul(input));
        if (reduction == Reduction.BATCH_MEAN)
            return input.rank() == 0 ? terms.sum() : terms.sum().div(input.size(0));
        return LossTerms.reduce("klDiv", terms, reduction);
    }

    /// `x log x`, 0 at 0; the derivative is `log x + 1`.
    private static Variable xLogX(Variable x) {
        Tensor zero = x.data().mul(0);
        return output("xLogX", zero.where(x.data().eq(0), x.data().mul(x.data().log())), wrt(x, dy -> dy.mul(x.log().add(1))));
    }

    // ---------------------------------------------------------------------------------------------------------- counts

    /// Options of [DistributionLosses#poissonNllLoss(Variable, Variable, PoissonOptions)].
    ///
    /// @param logInput whether the input is the logarithm of the expected count
    /// @param full whether Stirling's approximation of `log(target!)` is added, so that the loss is a likelihood
    /// @param eps added to an input that is no logarithm before its logarithm is taken, 0 or more
    /// @param reduction mean, sum or none
    public record PoissonOptions(boolean logInput, boolean full, double eps, Reduction reduction) {
        /// A logarithm, without the constant term, 1e-8, mean.
        public static final PoissonOptions DEFAULT = new PoissonOptions(true, false, 1e-8, Reduction.MEAN);

        /// Refuses null.
        public PoissonOptions {
            Objects.requireNonNull(reduction, "DistributionLosses.PoissonOptions: reduction is null; use Reduction.MEAN, SUM or NONE");
        }

        /// These options for another kind of input.
        public PoissonOptions withLogInput(boolean log) {
            return new PoissonOptions(log, full, eps, reduction);
        }

        /// These options with or without the constant term.
        public PoissonOptions withFull(boolean all) {
            return new PoissonOptions(logInput, all, eps, reduction);
        }

        /// These options with another eps.
        public PoissonOptions withEps(double added) {
            return new PoissonOptions(logInput, full, added, reduction);
        }

        /// These options with another reduction.
        public PoissonOptions withReduction(Reduction other) {
            return new PoissonOptions(logInput, full, eps, other);
        }
    }

    /// The mean of [#poissonNllLoss(Variable, Variable, PoissonOptions)] with the default options.
    public static Variable poissonNllLoss(Variable input, Variable target) {
        return poissonNllLoss(input, target, PoissonOptions.DEFAULT);
    }

    /// Negative log-likelihood of counts that follow a Poisson distribution: `exp(input) - target * input`, or for an input that is the
    /// expected count itself `input - target * log(input + eps)`. The full loss adds
    /// `target * log target - target + log(2 pi target) / 2` where the target is greater than 1.
    public static Variable poissonNllLoss(Variable input, Variable target, PoissonOptions options) {
        Objects.requireNonNull(options, "poissonNllLoss: options is null; use PoissonOptions.DEFAULT");
        LossTerms.broadcast("poissonNllLoss", input, target);
        notNegative("poissonNllLoss", options.eps());
        Variable losses = options.logInput() ? input.exp().sub(target.mul(input))
                : input.sub(target.mul(input.add(options.eps()).log()));
        return LossTerms.reduce("poissonNllLoss", options.full() ? losses.add(stirling(target)) : losses, options.reduction());
    }

    private static Variable stirling(Variable t) {
        Tensor small = t.data().le(1);
        Variable safe = LossTerms.constant(t, 1).where(small, t);
        Variable value = safe.mul(safe.log()).sub(safe).add(safe.mul(2 * Math.PI).log().mul(0.5));
        return Variable.zerosLike(value).where(small, value);
    }

    // ---------------------------------------------------------------------------------------------------------- normal distribution

    /// The mean of [#gaussianNllLoss(Variable, Variable, Variable, boolean, double, Reduction)], without the constant term, with eps 1e-6.
    public static Variable gaussianNllLoss(Variable input, Variable target, Variable variance) {
        return gaussianNllLoss(input, target, variance, false, 1e-6, Reduction.MEAN);
    }

    /// Negative log-likelihood of numbers that are normally distributed around the input:
    /// `(log v + (input - target)^2 / v) / 2` with `v = max(variance, eps)`, and with `full` also `log(2 pi) / 2`.
    ///
    /// As in PyTorch the gradient of the variance is that at `v`, also where `eps` is larger, so that a variance which is too small grows.
    ///
    /// @param variance not negative; of the input's shape, the same with one dimension of size 1, or without its last dimension
    /// @param eps smallest variance, greater than 0
    /// @throws ShapeException if the shapes do not fit
    public static Variable gaussianNllLoss(Variable input, Variable target, Variable variance, boolean full, double eps,
            Reduction reduction) {
        LossTerms.broadcast("gaussianNllLoss", input, target);
        Tensor.checkSameDevice("gaussianNllLoss", input.data(), variance.data());
        LossTerms.floating("gaussianNllLoss", variance);
        if (!(eps > 0))
            throw new IllegalArgumentException("gaussianNllLoss: eps must be positive (got " + eps + ")");
        Variable v = besides(input.shape(), variance);
        LossTerms.all("gaussianNllLoss", "the variance must not be negative", variance.data(), variance.data().lt(0).logicalNot());
        Tensor raised = v.data().maximum(Tensor.scalar(eps, v.dtype(), v.device())).sub(v.data());
        v = v.add(Variable.of(raised));
        Variable losses = v.log().add(input.sub(target).square().div(v)).mul(0.5);
        return LossTerms.reduce("gaussianNllLoss", full ? losses.add(0.5 * Math.log(2 * Math.PI)) : losses, reduction);
    }

    private static Variable besides(Shape input, Variable variance) {
        Shape shape = variance.shape();
        if (shape.equals(input))
            return variance;
        if (input.rank() > 0 && shape.equals(Dims.of(-1).reduce("gaussianNllLoss", input)))
            return variance.unsqueeze(-1);
        boolean fits = shape.rank() == input.rank();
        int differing = 0;
        for (int d = 0; fits && d < shape.rank(); d++)
            if (shape.size(d) != input.size(d)) {
                fits = shape.size(d) == 1;
                differing++;
            }
        if (!fits || differing != 1)
            throw new ShapeException("gaussianNllLoss", "the variance must have the input's shape, or a single 1 in it", input, shape);
        return variance;
    }

    private static void notNegative(String loss, double eps) {
        if (!(eps >= 0))
            throw new IllegalArgumentException(loss + ": eps must not be negative (got " + eps + ")");
    }
}
