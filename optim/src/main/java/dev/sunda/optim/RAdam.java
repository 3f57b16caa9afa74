package dev.sunda.optim;

import dev.sunda.autograd.Parameter;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.Formula;
import dev.sunda.core.op.Term;
import java.util.List;

/// Adam that leaves the division by the root of squares out as long as too few gradients have been seen to know it:
/// with `m` and `v` as in [Adam] and `mhat = m / (1 - beta1^t)`, `rhoInf = 2 / (1 - beta2) - 1`,
/// `rho = rhoInf - 2 * t * beta2^t / (1 - beta2^t)`, the step is
/// `p = p - learningRate * mhat * r * sqrt(1 - beta2^t) / (sqrt(v) + eps)` with
/// `r = sqrt((rho - 4) * (rho - 2) * rhoInf / ((rhoInf - 4) * (rhoInf - 2) * rho))` where `rho > 5`, else `p = p - learningRate * mhat`.
///
/// Formulas as in PyTorch. State: `exp_avg` (`m`) and `exp_avg_sq` (`v`). Source: Liu et al. 2019, arXiv:1908.03265.
public final class RAdam extends ElementwiseOptimizer<RAdam.Options> {
    /// RAdam with its usual options.
    ///
    /// @param learningRate 0 or more, often 0.001
    public RAdam(List<Parameter> parameters, double learningRate) {
        this(parameters, learningRate, Options.DEFAULT);
    }

    /// @param learningRate 0 or more, often 0.001
    public RAdam(List<Parameter> parameters, double learningRate, Options options) {
        this(List.of(new ParameterGroup<>(parameters, learningRate, options)));
    }

    /// Groups of parameters with options of their own.
    public RAdam(List<ParameterGroup<Options>> groups) {
        super(groups);
    }

    @Override
    protected List<String> buffers(int group) {
        return List.of("exp_avg", "exp_avg_sq");
    }

    @Override
    protected double madeWithMomentum(int group) {
        return options(group).beta1;
    }

    @Override
    protected Formula formula(int group, long step, List<Tensor> state) {
        Options o = options(group);
        double beta1 = momentum(group);
        Term g = o.decoupled ? slope(o.maximize) : decayed(slope(o.maximize), o.weightDecay);
        Term p = o.decoupled ? shrunk(learningRate(group), o.weightDecay) : P;
        Term mean = kept(0).lerp(g, 1 - beta1);
        Term square = kept(1).mul(o.beta2).add(g.square().mul(1 - o.beta2));
        double rate = learningRate(group) / (1 - StrictMath.pow(beta1, step));
        double rectified = rectification(o.beta2, step);
        Term direction = rectified == 0 ? mean : mean.mul(rectified).div(square.sqrt().add(o.eps));
        return new Formula().assign(number(0), mean).assign(number(1), square).assign(0, p.sub(direction.mul(rate)));
    }

    /// `r * sqrt(1 - beta2^t)`, or 0 if the variance of the mean of squares is not yet known well enough.
    private static double rectification(double beta2, long t) {
        double power = StrictMath.pow(beta2, t);
        double longest = 2 / (1 - beta2) - 1;
        double rho = longest - 2 * t * power / (1 - power);
        if (!(rho > 5))
            return 0;
        return Math.sqrt((rho - 4) * (rho - 2) * longest / ((longest - 4) * (longest - 2) * rho)) * Math.sqrt(1 - power);
    }

    /// What may differ between groups besides the rate.
    ///
    /// @param beta1 decay of the mean of gradients, in `[0, 1)`
    /// @param beta2 decay of the mean of squared gradients, in `[0, 1)`
    /// @param eps added to the root in the denominator, 0 or more
    /// @param weightDecay 0 or more; `weightDecay * p` is added to the gradient
    /// @param decoupled whether the decay acts on the parameter, `p * (1 - learningRate * weightDecay)`, instead of the gradient
    /// @param maximize whether to climb instead of descend
    public record Options(double beta1, double beta2, double eps, double weightDecay, boolean decoupled, boolean maximize) {
        /// Betas 0.9 and 0.999, eps 1e-8, no decay.
        public static final Options DEFAULT = new Options(0.9, 0.999, 1e-8, 0, false, false);

        /// Checks the ranges.
        public Options {
            Checks.fraction("RAdam", "beta1", beta1);
            Checks.fraction("RAdam", "beta2", beta2);
            Checks.notNegative("RAdam", "eps", eps);
            Checks.notNegative("RAdam", "weight decay", weightDecay);
        }

        /// The same with other decays.
        public Options withBetas(double beta1, double beta2) {
            return new Options(beta1, beta2, eps, weightDecay, decoupled, maximize);
        }

        /// The same with another weight decay.
        public Options withWeightDecay(double weightDecay) {
            return new Options(beta1, beta2, eps, weightDecay, decoupled, maximize);
        }

        /// The same with another eps.
        public Options withEps(double eps) {
            return new Options(beta1, beta2, eps, weightDecay, decoupled, maximize);
        }

        /// The same with or without decoupled weight decay.
        public Options withDecoupled(boolean decoupled) {
            return new Options(beta1, beta2, eps, weightDecay, decoupled, maximize);
        }

        /// The same with or without climbing.
        public Options withMaximize(boolean maximize) {
            return new Options(beta1, beta2, eps, weightDecay, decoupled, maximize);
        }
    }
}
