package dev.sunda.optim;

import dev.sunda.autograd.Parameter;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.Formula;
import dev.sunda.core.op.Term;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import java.util.List;

/// Averaged stochastic gradient descent: `p = p * (1 - lambda * eta) - eta * g` with
/// `eta = learningRate / (1 + lambda * learningRate * t)^alpha`, and beside it the average `ax = ax + mu * (p - ax)` with
/// `mu = 1 / max(1, t - t0)`, to be found in the state.
///
/// Formulas as in PyTorch. State: `ax`, and the numbers `eta` and `mu` of the next step.
/// Source: Polyak, Juditsky 1992, "Acceleration of stochastic approximation by averaging".
public final class Asgd extends ElementwiseOptimizer<Asgd.Options> {
    /// Asgd with its usual options.
    ///
    /// @param learningRate 0 or more, often 0.01
    public Asgd(List<Parameter> parameters, double learningRate) {
        this(parameters, learningRate, Options.DEFAULT);
    }

    /// @param learningRate 0 or more, often 0.01
    public Asgd(List<Parameter> parameters, double learningRate, Options options) {
        this(List.of(new ParameterGroup<>(parameters, learningRate, options)));
    }

    /// Groups of parameters with options of their own.
    public Asgd(List<ParameterGroup<Options>> groups) {
        super(groups);
    }

    @Override
    protected List<String> buffers(int group) {
        return List.of("ax", "eta", "mu");
    }

    @Override
    protected Tensor initial(int group, int buffer, Parameter parameter) {
        return switch (buffer) {
            case 1 -> number(learningRate(group));
            case 2 -> number(1.0);
            default -> super.initial(group, buffer, parameter);
        };
    }

    private static Tensor number(double value) {
        return Tensor.scalar(value, DType.F64, Device.CPU);
    }

    @Override
    protected void update(List<Turn> turns) {
        super.update(turns);
        for (Turn turn : turns) {
            Options o = options(turn.group());
            double rate = learningRate(turn.group());
            turn.state().get(1).copyFrom(number(rate / StrictMath.pow(1 + o.lambda * rate * turn.step(), o.alpha)));
            turn.state().get(2).copyFrom(number(1 / Math.max(1, turn.step() - o.start)));
        }
    }

    @Override
    protected Formula formula(int group, long step, List<Tensor> state) {
        Options o = options(group);
        double eta = state.get(1).item();
        double mu = state.get(2).item();
        Term g = decayed(slope(o.maximize), o.weightDecay);
        Term p = P.mul(1 - o.lambda * eta).sub(g.mul(eta));
        return new Formula().assign(0, p).assign(number(0), mu == 1 ? p : kept(0).lerp(p, mu));
    }

    /// What may differ between groups besides the rate.
    ///
    /// @param lambda decay of the parameter, as part of the loss, and of the rate
    /// @param alpha power with which the rate falls
    /// @param start step after which the average begins
    /// @param weightDecay 0 or more; `weightDecay * p` is added to the gradient
    /// @param maximize whether to climb instead of descend
    public record Options(double lambda, double alpha, double start, double weightDecay, boolean maximize) {
        /// Lambda 1e-4, alpha 0.75, an average that begins after a million steps.
        public static final Options DEFAULT = new Options(1e-4, 0.75, 1e6, 0, false);

        /// Checks the ranges.
        public Options {
            Checks.notNegative("Asgd", "lambda", lambda);
            Checks.notNegative("Asgd", "weight decay", weightDecay);
            if (!(Double.isFinite(alpha) && start >= 0))
                throw new IllegalArgumentException(
                        "Asgd: alpha and start must be numbers, start 0 or more (got " + alpha + ", " + start + ")");
        }

        /// The same with another weight decay.
        public Options withWeightDecay(double weightDecay) {
            return new Options(lambda, alpha, start, weightDecay, maximize);
        }

        /// The same with another lambda.
        public Options withLambda(double lambda) {
            return new Options(lambda, alpha, start, weightDecay, maximize);
        }

        /// The same with another alpha.
        public Options withAlpha(double alpha) {
            return new Options(lambda, alpha, start, weightDecay, maximize);
        }

        /// The same with another start of the average.
        public Options withStart(double start) {
            return new Options(lambda, alpha, start, weightDecay, maximize);
        }

        /// The same with or without climbing.
        public Options withMaximize(boolean maximize) {
            return new Options(lambda, alpha, start, weightDecay, maximize);
        }
    }
}
