package dev.sunda.optim;

import dev.sunda.autograd.Parameter;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.Formula;
import dev.sunda.core.op.Term;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import java.util.List;

/// Adam with Nesterov's momentum: with `m` and `v` as in [Adam], `mu(t) = beta1 * (1 - 0.96^(t * momentumDecay) / 2)`,
/// `M(t) = mu(1) * ... * mu(t)` and `d = sqrt(v / (1 - beta2^t)) + eps`,
/// `p = p - learningRate * ((1 - mu(t)) / (1 - M(t)) * g + mu(t + 1) / (1 - M(t) * mu(t + 1)) * m) / d`.
///
/// Formulas as in PyTorch. State: `exp_avg` (`m`), `exp_avg_sq` (`v`) and `mu_product` (`M`, a number; rounded to float32
/// in every step, as PyTorch does).
/// Source: Dozat 2016, "Incorporating Nesterov Momentum into Adam".
public final class NAdam extends ElementwiseOptimizer<NAdam.Options> {
    /// NAdam with its usual options.
    ///
    /// @param learningRate 0 or more, often 0.002
    public NAdam(List<Parameter> parameters, double learningRate) {
        this(parameters, learningRate, Options.DEFAULT);
    }

    /// @param learningRate 0 or more, often 0.002
    public NAdam(List<Parameter> parameters, double learningRate, Options options) {
        this(List.of(new ParameterGroup<>(parameters, learningRate, options)));
    }

    /// Groups of parameters with options of their own.
    public NAdam(List<ParameterGroup<Options>> groups) {
        super(groups);
    }

    @Override
    protected List<String> buffers(int group) {
        return List.of("exp_avg", "exp_avg_sq", "mu_product");
    }

    @Override
    protected Tensor initial(int group, int buffer, Parameter parameter) {
        return buffer == 2 ? Tensor.scalar(1, DType.F64, Device.CPU) : super.initial(group, buffer, parameter);
    }

    @Override
    protected double madeWithMomentum(int group) {
        return options(group).beta1;
    }

    @Override
    protected void update(List<Turn> turns) {
        super.update(turns);
        for (Turn turn : turns) {
            double product = product(turn.group(), turn.step(), turn.state());
            turn.state().get(2).copyFrom(Tensor.scalar(product, DType.F64, Device.CPU));
        }
    }

    private double product(int group, long step, List<Tensor> state) {
        return (float) state.get(2).item() * (float) mu(group, step);
    }

    private double mu(int group, long step) {
        return momentum(group) * (1 - 0.5 * StrictMath.pow(0.96, step * options(group).momentumDecay));
    }

    @Override
    protected Formula formula(int group, long step, List<Tensor> state) {
        Options o = options(group);
        double product = product(group, step, state);
        double rate = learningRate(group);
        Term g = o.decoupled ? slope(o.maximize) : decayed(slope(o.maximize), o.weightDecay);
        Term p = o.decoupled ? shrunk(rate, o.weightDecay) : P;
        Term mean = kept(0).lerp(g, 1 - momentum(group));
        Term square = kept(1).mul(o.beta2).add(g.square().mul(1 - o.beta2));
        Term size = square.sqrt().mul(1 / Math.sqrt(1 - StrictMath.pow(o.beta2, step))).add(o.eps);
        double next = mu(group, step + 1);
        Term direction = g.mul(rate * (1 - mu(group, step)) / (1 - product)).add(mean.mul(rate * next / (1 - product * next)));
        return new Formula().assign(number(0), mean).assign(number(1), square).assign(0, p.sub(direction.div(size)));
    }

    /// What may differ between groups besides the rate.
    ///
    /// @param beta1 decay of the mean of gradients, in `[0, 1)`
    /// @param beta2 decay of the mean of squared gradients, in `[0, 1)`
    /// @param eps added to the root in the denominator, 0 or more
    /// @param weightDecay 0 or more; `weightDecay * p` is added to the gradient
    /// @param momentumDecay 0 or more: how fast the momentum rises to `beta1`
    /// @param decoupled whether the decay acts on the parameter, `p * (1 - learningRate * weightDecay)`, instead of the gradient
    /// @param maximize whether to climb instead of descend
    public record Options(double beta1, double beta2, double eps, double weightDecay, double momentumDecay, boolean decoupled,
            boolean maximize) {
        /// Betas 0.9 and 0.999, eps 1e-8, no decay, momentum decay 0.004.
        public static final Options DEFAULT = new Options(0.9, 0.999, 1e-8, 0, 0.004, false, false);

        /// Checks the ranges.
        public Options {
            Checks.fraction("NAdam", "beta1", beta1);
            Checks.fraction("NAdam", "beta2", beta2);
            Checks.notNegative("NAdam", "eps", eps);
            Checks.notNegative("NAdam", "weight decay", weightDecay);
            Checks.notNegative("NAdam", "momentum decay", momentumDecay);
        }

        /// The same with other decays.
        public Options withBetas(double beta1, double beta2) {
            return new Options(beta1, beta2, eps, weightDecay, momentumDecay, decoupled, maximize);
        }

        /// The same with another weight decay.
        public Options withWeightDecay(double weightDecay) {
            return new Options(beta1, beta2, eps, weightDecay, momentumDecay, decoupled, maximize);
        }

        /// The same with another eps.
        public Options withEps(double eps) {
            return new Options(beta1, beta2, eps, weightDecay, momentumDecay, decoupled, maximize);
        }

        /// The same with another momentum decay.
        public Options withMomentumDecay(double momentumDecay) {
            return new Options(beta1, beta2, eps, weightDecay, momentumDecay, decoupled, maximize);
        }

        /// The same with or without decoupled weight decay.
        public Options withDecoupled(boolean decoupled) {
            return new Options(beta1, beta2, eps, weightDecay, momentumDecay, decoupled, maximize);
        }

        /// The same with or without climbing.
        public Options withMaximize(boolean maximize) {
            return new Options(beta1, beta2, eps, weightDecay, momentumDecay, decoupled, maximize);
        }
    }
}
