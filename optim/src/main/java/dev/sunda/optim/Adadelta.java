package dev.sunda.optim;

import dev.sunda.autograd.Parameter;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.Formula;
import dev.sunda.core.op.Term;
import java.util.List;

/// Steps as long as the root of the mean of squared changes, relative to that of gradients: `v = rho * v + (1 - rho) * g^2`,
/// `d = sqrt(u + eps) / sqrt(v + eps) * g`, `u = rho * u + (1 - rho) * d^2`, `p = p - learningRate * d`.
///
/// Formulas as in PyTorch. State: `square_avg` (`v`) and `acc_delta` (`u`). Source: Zeiler 2012, arXiv:1212.5701.
public final class Adadelta extends ElementwiseOptimizer<Adadelta.Options> {
    /// Adadelta with its usual options.
    ///
    /// @param learningRate 0 or more, often 1
    public Adadelta(List<Parameter> parameters, double learningRate) {
        this(parameters, learningRate, Options.DEFAULT);
    }

    /// @param learningRate 0 or more, often 1
    public Adadelta(List<Parameter> parameters, double learningRate, Options options) {
        this(List.of(new ParameterGroup<>(parameters, learningRate, options)));
    }

    /// Groups of parameters with options of their own.
    public Adadelta(List<ParameterGroup<Options>> groups) {
        super(groups);
    }

    @Override
    protected List<String> buffers(int group) {
        return List.of("square_avg", "acc_delta");
    }

    @Override
    protected Formula formula(int group, long step, List<Tensor> state) {
        Options o = options(group);
        Term g = decayed(slope(o.maximize), o.weightDecay);
        Term square = kept(0).mul(o.rho).add(g.square().mul(1 - o.rho));
        Term delta = kept(1).add(o.eps).sqrt().div(square.add(o.eps).sqrt()).mul(g);
        return new Formula().assign(number(0), square).assign(number(1), kept(1).mul(o.rho).add(delta.square().mul(1 - o.rho)))
                .assign(0, P.sub(delta.mul(learningRate(group))));
    }

    /// What may differ between groups besides the rate.
    ///
    /// @param rho decay of both means, in `[0, 1]`
    /// @param eps added under both roots, 0 or more
    /// @param weightDecay 0 or more; `weightDecay * p` is added to the gradient
    /// @param maximize whether to climb instead of descend
    public record Options(double rho, double eps, double weightDecay, boolean maximize) {
        /// Rho 0.9, eps 1e-6, no decay.
        public static final Options DEFAULT = new Options(0.9, 1e-6, 0, false);

        /// Checks the ranges.
        public Options {
            if (!(rho >= 0 && rho <= 1))
                throw new IllegalArgumentException("Adadelta: rho must be between 0 and 1 (got " + rho + ")");
            Checks.notNegative("Adadelta", "eps", eps);
            Checks.notNegative("Adadelta", "weight decay", weightDecay);
        }

        /// The same with another weight decay.
        public Options withWeightDecay(double weightDecay) {
            return new Options(rho, eps, weightDecay, maximize);
        }

        /// The same with another rho.
        public Options withRho(double rho) {
            return new Options(rho, eps, weightDecay, maximize);
        }

        /// The same with another eps.
        public Options withEps(double eps) {
            return new Options(rho, eps, weightDecay, maximize);
        }

        /// The same with or without climbing.
        public Options withMaximize(boolean maximize) {
            return new Options(rho, eps, weightDecay, maximize);
        }
    }
}
