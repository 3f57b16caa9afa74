package dev.sunda.optim;

import dev.sunda.autograd.Parameter;
import dev.sunda.core.kernel.OptimizerKernels;
import dev.sunda.core.kernel.OptimizerKernels.Change;
import dev.sunda.core.op.SgdStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Stochastic gradient descent, with momentum if asked for: `p = p - learningRate * g`, or with momentum
/// `buf = momentum * buf + (1 - dampening) * g`, `p = p - learningRate * buf`, the first `buf` being `g`.
///
/// Formulas as in PyTorch; they stand in full with [SgdStep]. State: `momentum_buffer`, only with momentum.
/// Source: Sutskever, Martens, Dahl, Hinton 2013, "On the importance of initialization and momentum in deep learning".
public final class Sgd extends Optimizer {
    private final List<Options> options;

    /// Plain gradient descent.
    ///
    /// @param learningRate 0 or more
    public Sgd(List<Parameter> parameters, double learningRate) {
        this(parameters, learningRate, Options.DEFAULT);
    }

    /// @param learningRate 0 or more
    public Sgd(List<Parameter> parameters, double learningRate, Options options) {
        this(List.of(new ParameterGroup<>(parameters, learningRate, options)));
    }

    /// Groups of parameters with options of their own.
    public Sgd(List<ParameterGroup<Options>> groups) {
        super(groups);
        options = new ArrayList<>(groups.stream().map(ParameterGroup::options).toList());
    }

    /// Adds a group behind the others, for example layers that are trained from now on. What is there stays as it is.
    ///
    /// @throws IllegalArgumentException if a parameter appears twice or the learning rate is negative; nothing has changed then
    public void addGroup(ParameterGroup<Options> group) {
        Objects.requireNonNull(group, "Sgd.addGroup: group is null");
        add(group);
        options.add(group.options());
    }

    @Override
    protected List<String> buffers(int group) {
        return options.get(group).momentum == 0 ? List.of() : List.of("momentum_buffer");
    }

    @Override
    protected double madeWithMomentum(int group) {
        return options.get(group).momentum;
    }

    @Override
    protected void update(List<Turn> turns) {
        OptimizerKernels.sgd(turns.stream().map(this::change).toList());
    }

    private Change<SgdStep> change(Turn turn) {
        Options o = options.get(turn.group());
        var step = new SgdStep(learningRate(turn.group()), momentum(turn.group()), o.dampening, o.weightDecay, o.nesterov, o.maximize,
                turn.step() == 1);
        return Change.of(step, turn.parameter().data(), turn.gradient(), turn.state().isEmpty() ? null : turn.state().getFirst());
    }

    /// What may differ between groups besides the rate.
    ///
    /// @param momentum 0 or more; 0 keeps no buffer
    /// @param dampening share of the gradient that does not enter the momentum buffer
    /// @param weightDecay 0 or more; `weightDecay * p` is added to the gradient
    /// @param nesterov whether to look ahead along the momentum; needs momentum, and no dampening
    /// @param maximize whether to climb instead of descend
    public record Options(double momentum, double dampening, double weightDecay, boolean nesterov, boolean maximize) {
        /// No momentum, no decay.
        public static final Options DEFAULT = new Options(0, 0, 0, false, false);

        /// Checks the ranges.
        public Options {
            Checks.notNegative("Sgd", "momentum", momentum);
            Checks.notNegative("Sgd", "weight decay", weightDecay);
            if (!Double.isFinite(dampening))
                throw new IllegalArgumentException("Sgd: dampening must be a number (got " + dampening + ")");
            if (nesterov && (momentum == 0 || dampening != 0))
                throw new IllegalArgumentException(
                        "Sgd: nesterov needs momentum above 0 and dampening 0 (got momentum " + momentum + ", dampening "
                                + dampening + ")");
        }

        /// The same with another momentum.
        public Options withMomentum(double momentum) {
            return new Options(momentum, dampening, weightDecay, nesterov, maximize);
        }

        /// The same with another weight decay.
        public Options withWeightDecay(double weightDecay) {
            return new Options(momentum, dampening, weightDecay, nesterov, maximize);
        }

        /// The same with another dampening.
        public Options withDampening(double dampening) {
            return new Options(momentum, dampening, weightDecay, nesterov, maximize);
        }

        /// The same with or without looking ahead.
        public Options withNesterov(boolean nesterov) {
            return new Options(momentum, dampening, weightDecay, nesterov, maximize);
        }

        /// The same with or without climbing.
        public Options withMaximize(boolean maximize) {
            return new Options(momentum, dampening, weightDecay, nesterov, maximize);
        }
    }
}
