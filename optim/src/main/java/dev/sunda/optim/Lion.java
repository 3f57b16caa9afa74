package dev.sunda.optim;

import dev.sunda.autograd.Parameter;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.Formula;
import dev.sunda.core.op.Term;
import java.util.List;

/// Steps of one size along the sign of a mean of gradients: `p = p * (1 - learningRate * weightDecay)`,
/// `p = p - learningRate * sign(beta1 * m + (1 - beta1) * g)`, `m = beta2 * m + (1 - beta2) * g`. Wants a learning rate three to ten
/// times smaller, and a weight decay as many times larger, than [AdamW].
///
/// State: `exp_avg` (`m`). Source: Chen et al. 2023, arXiv:2302.06675.
public final class Lion extends ElementwiseOptimizer<Lion.Options> {
    /// Lion with its usual options.
    ///
    /// @param learningRate 0 or more, often 0.0001
    public Lion(List<Parameter> parameters, double learningRate) {
        this(parameters, learningRate, Options.DEFAULT);
    }

    /// @param learningRate 0 or more, often 0.0001
    public Lion(List<Parameter> parameters, double learningRate, Options options) {
        this(List.of(new ParameterGroup<>(parameters, learningRate, options)));
    }

    /// Groups of parameters with options of their own.
    public Lion(List<ParameterGroup<Options>> groups) {
        super(groups);
    }

    @Override
    protected List<String> buffers(int group) {
        return List.of("exp_avg");
    }

    @Override
    protected double madeWithMomentum(int group) {
        return options(group).beta1;
    }

    @Override
    protected Formula formula(int group, long step, List<Tensor> state) {
        Options o = options(group);
        double rate = learningRate(group);
        Term g = slope(o.maximize);
        Term direction = kept(0).lerp(g, 1 - momentum(group)).sign();
        return new Formula().assign(number(0), kept(0).lerp(g, 1 - o.beta2)).assign(0,
                shrunk(rate, o.weightDecay).sub(direction.mul(rate)));
    }

    /// What may differ between groups besides the rate.
    ///
    /// @param beta1 weight of the mean in the direction, in `[0, 1)`
    /// @param beta2 decay of the mean, in `[0, 1)`
    /// @param weightDecay 0 or more; the parameter is multiplied by `1 - learningRate * weightDecay`
    /// @param maximize whether to climb instead of descend
    public record Options(double beta1, double beta2, double weightDecay, boolean maximize) {
        /// Betas 0.9 and 0.99, no decay.
        public static final Options DEFAULT = new Options(0.9, 0.99, 0, false);

        /// Checks the ranges.
        public Options {
            Checks.fraction("Lion", "beta1", beta1);
            Checks.fraction("Lion", "beta2", beta2);
            Checks.notNegative("Lion", "weight decay", weightDecay);
        }

        /// The same with other decays.
        public Options withBetas(double beta1, double beta2) {
            return new Options(beta1, beta2, weightDecay, maximize);
        }

        /// The same with another weight decay.
        public Options withWeightDecay(double weightDecay) {
            return new Options(beta1, beta2, weightDecay, maximize);
        }

        /// The same with or without climbing.
        public Options withMaximize(boolean maximize) {
            return new Options(beta1, beta2, weightDecay, maximize);
        }
    }
}
