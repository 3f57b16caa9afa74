package dev.sunda.optim;

import dev.sunda.autograd.Parameter;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.Formula;
import dev.sunda.core.op.Term;
import java.util.List;

/// Divides each step by the root of the sum of all squared gradients so far: `s = s + g^2`,
/// `p = p - clr * g / (sqrt(s) + eps)` with `clr = learningRate / (1 + (t - 1) * lrDecay)`.
///
/// Formulas as in PyTorch. State: `sum`. Source: Duchi, Hazan, Singer 2011, JMLR 12.
public final class Adagrad extends ElementwiseOptimizer<Adagrad.Options> {
    /// Adagrad with its usual options.
    ///
    /// @param learningRate 0 or more, often 0.01
    public Adagrad(List<Parameter> parameters, double learningRate) {
        this(parameters, learningRate, Options.DEFAULT);
    }

    /// @param learningRate 0 or more, often 0.01
    public Adagrad(List<Parameter> parameters, double learningRate, Options options) {
        this(List.of(new ParameterGroup<>(parameters, learningRate, options)));
    }

    /// Groups of parameters with options of their own.
    public Adagrad(List<ParameterGroup<Options>> groups) {
        super(groups);
    }

    @Override
    protected List<String> buffers(int group) {
        return List.of("sum");
    }

    @Override
    protected Tensor initial(int group, int buffer, Parameter parameter) {
        return Tensor.full(parameter.shape(), options(group).initialAccumulator, parameter.dtype(), parameter.device());
    }

    @Override
    protected Formula formula(int group, long step, List<Tensor> state) {
        Options o = options(group);
        Term g = decayed(slope(o.maximize), o.weightDecay);
        Term sum = kept(0).add(g.square());
        double rate = learningRate(group) / (1 + (step - 1) * o.lrDecay);
        return new Formula().assign(number(0), sum).assign(0, P.sub(g.div(sum.sqrt().add(o.eps)).mul(rate)));
    }

    /// What may differ between groups besides the rate.
    ///
    /// @param lrDecay 0 or more: how fast the rate falls by itself
    /// @param weightDecay 0 or more; `weightDecay * p` is added to the gradient
    /// @param initialAccumulator first value of the sum, 0 or more
    /// @param eps added to the root in the denominator, 0 or more
    /// @param maximize whether to climb instead of descend
    public record Options(double lrDecay, double weightDecay, double initialAccumulator, double eps, boolean maximize) {
        /// No decay, a sum that starts at 0, eps 1e-10.
        public static final Options DEFAULT = new Options(0, 0, 0, 1e-10, false);

        /// Checks the ranges.
        public Options {
            Checks.notNegative("Adagrad", "lrDecay", lrDecay);
            Checks.notNegative("Adagrad", "weight decay", weightDecay);
            Checks.notNegative("Adagrad", "initialAccumulator", initialAccumulator);
            Checks.notNegative("Adagrad", "eps", eps);
        }

        /// The same with another weight decay.
        public Options withWeightDecay(double weightDecay) {
            return new Options(lrDecay, weightDecay, initialAccumulator, eps, maximize);
        }

        /// The same with another fall of the rate.
        public Options withLrDecay(double lrDecay) {
            return new Options(lrDecay, weightDecay, initialAccumulator, eps, maximize);
        }

        /// The same with another first value of the sum.
        public Options withInitialAccumulator(double initialAccumulator) {
            return new Options(lrDecay, weightDecay, initialAccumulator, eps, maximize);
        }

        /// The same with another eps.
        public Options withEps(double eps) {
            return new Options(lrDecay, weightDecay, initialAccumulator, eps, maximize);
        }

        /// The same with or without climbing.
        public Options withMaximize(boolean maximize) {
            return new Options(lrDecay, weightDecay, initialAccumulator, eps, maximize);
        }
    }
}
