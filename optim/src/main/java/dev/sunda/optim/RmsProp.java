package dev.sunda.optim;

import dev.sunda.autograd.Parameter;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.Formula;
import dev.sunda.core.op.Term;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/// Divides each step by the root of a decaying mean of squared gradients: `v = alpha * v + (1 - alpha) * g^2`,
/// `p = p - learningRate * g / (sqrt(v) + eps)`. Centred, the square of the decaying mean of gradients is taken from `v` under the root.
/// With momentum `buf = momentum * buf + g / (sqrt(v) + eps)`, `p = p - learningRate * buf`.
///
/// Formulas as in PyTorch. State: `square_avg`, with momentum `momentum_buffer`, centred `grad_avg`.
/// Sources: Tieleman, Hinton 2012, "Lecture 6.5: rmsprop"; Graves 2013, arXiv:1308.0850 (centred).
public final class RmsProp extends ElementwiseOptimizer<RmsProp.Options> {
    /// RmsProp with its usual options.
    ///
    /// @param learningRate 0 or more, often 0.01
    public RmsProp(List<Parameter> parameters, double learningRate) {
        this(parameters, learningRate, Options.DEFAULT);
    }

    /// @param learningRate 0 or more, often 0.01
    public RmsProp(List<Parameter> parameters, double learningRate, Options options) {
        this(List.of(new ParameterGroup<>(parameters, learningRate, options)));
    }

    /// Groups of parameters with options of their own.
    public RmsProp(List<ParameterGroup<Options>> groups) {
        super(groups);
    }

    @Override
    protected List<String> buffers(int group) {
        return names(options(group));
    }

    private static List<String> names(Options o) {
        return Stream.of("square_avg", o.momentum == 0 ? null : "momentum_buffer", o.centered ? "grad_avg" : null).filter(Objects::nonNull)
                .toList();
    }

    @Override
    protected double madeWithMomentum(int group) {
        return options(group).momentum;
    }

    @Override
    protected Formula formula(int group, long step, List<Tensor> state) {
        Options o = options(group);
        Term g = decayed(slope(o.maximize), o.weightDecay);
        Term square = kept(0).mul(o.alpha).add(g.square().mul(1 - o.alpha));
        var formula = new Formula().assign(number(0), square);
        Term variance = square;
        if (o.centered) {
            int last = names(o).size() - 1;
            Term mean = kept(last).lerp(g, 1 - o.alpha);
            formula.assign(number(last), mean);
            variance = square.sub(mean.square());
        }
        Term direction = g.div(variance.sqrt().add(o.eps));
        if (o.momentum != 0) {
            direction = kept(1).mul(momentum(group)).add(direction);
            formula.assign(number(1), direction);
        }
        return formula.assign(0, P.sub(direction.mul(learningRate(group))));
    }

    /// What may differ between groups besides the rate.
    ///
    /// @param alpha decay of the mean of squared gradients, 0 or more, usually below 1
    /// @param eps added to the root in the denominator, 0 or more
    /// @param weightDecay 0 or more; `weightDecay * p` is added to the gradient
    /// @param momentum 0 or more; 0 keeps no buffer
    /// @param centered whether the denominator is the standard deviation of gradients
    /// @param maximize whether to climb instead of descend
    public record Options(double alpha, double eps, double weightDecay, double momentum, boolean centered, boolean maximize) {
        /// Alpha 0.99, eps 1e-8, no decay, no momentum, not centred.
        public static final Options DEFAULT = new Options(0.99, 1e-8, 0, 0, false, false);

        /// Checks the ranges.
        public Options {
            Checks.notNegative("RmsProp", "alpha", alpha);
            Checks.notNegative("RmsProp", "eps", eps);
            Checks.notNegative("RmsProp", "weight decay", weightDecay);
            Checks.notNegative("RmsProp", "momentum", momentum);
        }

        /// The same with another momentum.
        public Options withMomentum(double momentum) {
            return new Options(alpha, eps, weightDecay, momentum, centered, maximize);
        }

        /// The same with another weight decay.
        public Options withWeightDecay(double weightDecay) {
            return new Options(alpha, eps, weightDecay, momentum, centered, maximize);
        }

        /// The same with another alpha.
        public Options withAlpha(double alpha) {
            return new Options(alpha, eps, weightDecay, momentum, centered, maximize);
        }

        /// The same with another eps.
        public Options withEps(double eps) {
            return new Options(alpha, eps, weightDecay, momentum, centered, maximize);
        }

        /// The same with or without the standard deviation as denominator.
        public Options withCentered(boolean centered) {
            return new Options(alpha, eps, weightDecay, momentum, centered, maximize);
        }

        /// The same with or without climbing.
        public Options withMaximize(boolean maximize) {
            return new Options(alpha, eps, weightDecay, momentum, centered, maximize);
        }
    }
}
