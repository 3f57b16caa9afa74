package dev.sunda.optim;

import dev.sunda.autograd.Parameter;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.Formula;
import dev.sunda.core.op.Term;
import java.util.List;

/// Adam with the largest gradient of late in place of the root of squares: `m = m + (1 - beta1) * (g - m)`,
/// `u = max(beta2 * u, |g| + eps)`, `p = p - learningRate / (1 - beta1^t) * m / u`.
///
/// Formulas as in PyTorch. State: `exp_avg` (`m`) and `exp_inf` (`u`). Source: Kingma, Ba 2014, arXiv:1412.6980, section 7.1.
public final class Adamax extends ElementwiseOptimizer<Adamax.Options> {
    /// Adamax with its usual options.
    ///
    /// @param learningRate 0 or more, often 0.002
    public Adamax(List<Parameter> parameters, double learningRate) {
        this(parameters, learningRate, Options.DEFAULT);
    }

    /// @param learningRate 0 or more, often 0.002
    public Adamax(List<Parameter> parameters, double learningRate, Options options) {
        this(List.of(new ParameterGroup<>(parameters, learningRate, options)));
    }

    /// Groups of parameters with options of their own.
    public Adamax(List<ParameterGroup<Options>> groups) {
        super(groups);
    }

    @Override
    protected List<String> buffers(int group) {
        return List.of("exp_avg", "exp_inf");
    }

    @Override
    protected double madeWithMomentum(int group) {
        return options(group).beta1;
    }

    @Override
    protected Formula formula(int group, long step, List<Tensor> state) {
        Options o = options(group);
        double beta1 = momentum(group);
        Term g = decayed(slope(o.maximize), o.weightDecay);
        Term mean = kept(0).lerp(g, 1 - beta1);
        Term largest = kept(1).mul(o.beta2).maximum(g.abs().add(o.eps));
        double rate = learningRate(group) / (1 - StrictMath.pow(beta1, step));
        return new Formula().assign(number(0), mean).assign(number(1), largest).assign(0, P.sub(mean.div(largest).mul(rate)));
    }

    /// What may differ between groups besides the rate.
    ///
    /// @param beta1 decay of the mean of gradients, in `[0, 1)`
    /// @param beta2 decay of the largest gradient, in `[0, 1)`
    /// @param eps added to the size of each gradient, 0 or more
    /// @param weightDecay 0 or more; `weightDecay * p` is added to the gradient
    /// @param maximize whether to climb instead of descend
    public record Options(double beta1, double beta2, double eps, double weightDecay, boolean maximize) {
        /// Betas 0.9 and 0.999, eps 1e-8, no decay.
        public static final Options DEFAULT = new Options(0.9, 0.999, 1e-8, 0, false);

        /// Checks the ranges.
        public Options {
            Checks.fraction("Adamax", "beta1", beta1);
            Checks.fraction("Adamax", "beta2", beta2);
            Checks.notNegative("Adamax", "eps", eps);
            Checks.notNegative("Adamax", "weight decay", weightDecay);
        }

        /// The same with other decays.
        public Options withBetas(double beta1, double beta2) {
            return new Options(beta1, beta2, eps, weightDecay, maximize);
        }

        /// The same with another weight decay.
        public Options withWeightDecay(double weightDecay) {
            return new Options(beta1, beta2, eps, weightDecay, maximize);
        }

        /// The same with another eps.
        public Options withEps(double eps) {
            return new Options(beta1, beta2, eps, weightDecay, maximize);
        }

        /// The same with or without climbing.
        public Options withMaximize(boolean maximize) {
            return new Options(beta1, beta2, eps, weightDecay, maximize);
        }
    }
}
