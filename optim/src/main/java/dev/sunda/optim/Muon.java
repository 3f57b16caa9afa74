package dev.sunda.optim;

import dev.sunda.autograd.Parameter;
import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.OptimizerKernels;
import dev.sunda.core.kernel.OptimizerKernels.Change;
import dev.sunda.core.op.AdamStep;
import dev.sunda.core.op.Formula;
import dev.sunda.core.op.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/// Momentum whose matrix is made nearly orthogonal before each step, for the weight matrices of hidden layers:
/// `m = m + (1 - momentum) * (g - m)`, `u = g + momentum * (m - g)` (Nesterov) or `u = m`,
/// `p = p * (1 - learningRate * weightDecay) - learningRate * ratio * orthogonal(u)`.
///
/// `orthogonal` divides by the Frobenius norm and then runs Newton-Schulz steps `x = a x + (b s + c s^2) x`, `s = x xᵀ`, which drive all
/// singular values towards 1, with `a, b, c = 3.4445, -4.775, 2.0315`. Formulas and defaults as in PyTorch, but computed in the parameter's
/// type where PyTorch rounds to bfloat16. State: `momentum_buffer`.
///
/// Parameters that are no matrices, and by custom embeddings and the last layer, are trained by AdamW: give them as second list of groups.
/// Source: Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks".
public final class Muon extends Optimizer {
    private static final double A = 3.4445, B = -4.775, C = 2.0315;

    private final List<Object> options = new ArrayList<>();          // of each group: Options of matrices, else AdamOptions

    /// How the rate depends on the shape `[rows, columns]` of a matrix.
    public enum Ratio {
        /// `sqrt(max(1, rows / columns))`.
        ORIGINAL,
        /// `0.2 * sqrt(max(rows, columns))`: steps about as long as those of AdamW, so that its rate and decay can be kept.
        MATCH_ADAMW
    }

    /// Muon with its usual options.
    ///
    /// @param parameters matrices
    /// @param learningRate 0 or more, often 0.001
    public Muon(List<Parameter> parameters, double learningRate) {
        this(parameters, learningRate, Options.DEFAULT);
    }

    /// @param parameters matrices
    /// @param learningRate 0 or more, often 0.001
    public Muon(List<Parameter> parameters, double learningRate, Options options) {
        this(List.of(new ParameterGroup<>(parameters, learningRate, options)), List.of());
    }

    /// Groups of matrices, and groups that are trained as by [AdamW]; groups are numbered in this order, those added later behind them.
    ///
    /// @throws IllegalArgumentException if a parameter among the matrices is none
    public Muon(List<ParameterGroup<Options>> matrices, List<ParameterGroup<AdamOptions>> others) {
        Objects.requireNonNull(matrices, "Muon: matrices is null; use List.of() for none");
        Objects.requireNonNull(others, "Muon: others is null; use List.of() for none");
        super(Stream.concat(matrices.stream(), others.stream()).toList());
        matrices.forEach(Muon::check);
        matrices.forEach(group -> options.add(group.options()));
        others.forEach(group -> options.add(group.options()));
    }

    private static void check(ParameterGroup<Options> matrices) {
        for (Parameter parameter : matrices.parameters())
            if (parameter.rank() != 2)
                throw new IllegalArgumentException("Muon: the parameters must be matrices (got " + parameter.shape()
                        + "); give others in groups of AdamOptions");
    }

    /// Adds a group of matrices behind the other groups, for example layers that are trained from now on. What is there stays as it is.
    ///
    /// @throws IllegalArgumentException if a parameter is no matrix or appears twice, or the learning rate is negative; nothing has changed
    ///     then
    public void addGroup(ParameterGroup<Options> matrices) {
        Objects.requireNonNull(matrices, "Muon.addGroup: matrices is null");
        check(matrices);
        add(matrices);
        options.add(matrices.options());
    }

    /// Adds a group that is trained as by [AdamW], as [#addGroup].
    public void addOtherGroup(ParameterGroup<AdamOptions> others) {
        Objects.requireNonNull(others, "Muon.addOtherGroup: others is null");
        add(others);
        options.add(others.options());
    }

    @Override
    protected List<String> buffers(int group) {
        return options.get(group) instanceof AdamOptions adam ? AdamFamily.buffers(adam) : List.of("momentum_buffer");
    }

    @Override
    protected double madeWithMomentum(int group) {
        return options.get(group) instanceof AdamOptions adam ? adam.beta1() : ((Options) options.get(group)).momentum;
    }

    @Override
    protected void update(List<Turn> turns) {
        var changes = new ArrayList<Change<AdamStep>>();
        for (Turn turn : turns) {
            int group = turn.group();
            if (options.get(group) instanceof AdamOptions adam)
                changes.add(AdamFamily.change(adam, learningRate(group), momentum(group), true, turn));
            else
                step(group, turn.parameter().data(), turn.gradient(), turn.state().getFirst());
        }
        OptimizerKernels.adam(changes);
    }

    private void step(int group, Tensor p, Tensor gradient, Tensor momentum) {
        Options o = (Options) options.get(group);
        double rate = learningRate(group);
        try (var _ = StepScope.open()) {
            Tensor direction = Tensor.zeros(p.shape(), p.dtype(), p.device());
            OptimizerKernels.formula(direction(o, momentum(group)), momentum, gradient, direction);
            var move = new Formula().assign(0, Term.tensor(0).mul(1 - rate * o.weightDecay).sub(Term.tensor(1).mul(rate * ratio(o, p))));
            OptimizerKernels.formula(move, p, orthogonal(direction, o));
        }
    }

    /// Of the momentum, the gradient and the direction, which are tensors 0, 1 and 2.
    private static Formula direction(Options o, double momentum) {
        Term g = o.maximize ? Term.tensor(1).neg() : Term.tensor(1);
        Term mean = Term.tensor(0).lerp(g, 1 - momentum);
        return new Formula().assign(0, mean).assign(2, o.nesterov ? g.lerp(mean, momentum) : mean);
    }

    private static double ratio(Options o, Tensor p) {
        double rows = p.size(0);
        double columns = p.size(1);
        return switch (o.ratio) {
            case ORIGINAL -> Math.sqrt(Math.max(1, rows / Math.max(1, columns)));
            case MATCH_ADAMW -> 0.2 * Math.sqrt(Math.max(rows, columns));
        };
    }

    /// A matrix with the singular vectors of `direction` and singular values near 1. Wide matrices are cheaper, so tall ones are turned.
    private static Tensor orthogonal(Tensor direction, Options o) {
        boolean tall = direction.size(0) > direction.size(1);
        Tensor x = tall ? direction.mT() : direction;
        Tensor norm = x.square().sum().sqrt();
        x = x.div(norm.maximum(Tensor.scalar(o.eps, x.dtype(), x.device())));
        for (int i = 0; i < o.steps; i++) {
            Tensor s = x.matmul(x.mT());
            x = s.mul(B).add(s.matmul(s).mul(C)).matmul(x).add(x.mul(A));
        }
        return tall ? x.mT() : x;
    }

    /// What may differ between groups besides the rate.
    ///
    /// @param momentum in `[0, 1)`
    /// @param nesterov whether to look ahead along the momentum
    /// @param weightDecay 0 or more; the parameter is multiplied by `1 - learningRate * weightDecay`
    /// @param steps Newton-Schulz steps, from 1 to 99
    /// @param eps least norm to divide by, 0 or more
    /// @param ratio how the rate depends on the shape
    /// @param maximize whether to climb instead of descend
    public record Options(double momentum, boolean nesterov, double weightDecay, int steps, double eps, Ratio ratio, boolean maximize) {
        /// Nesterov momentum 0.95, weight decay 0.1, 5 steps, eps 1e-7.
        public static final Options DEFAULT = new Options(0.95, true, 0.1, 5, 1e-7, Ratio.ORIGINAL, false);

        /// Checks the ranges.
        public Options {
            Objects.requireNonNull(ratio, "Muon: ratio is null; use Ratio.ORIGINAL or MATCH_ADAMW");
            Checks.fraction("Muon", "momentum", momentum);
            Checks.notNegative("Muon", "weight decay", weightDecay);
            Checks.notNegative("Muon", "eps", eps);
            if (steps < 1 || steps > 99)
                throw new IllegalArgumentException("Muon: steps must be from 1 to 99 (got " + steps + ")");
        }

        /// The same with another momentum.
        public Options withMomentum(double momentum) {
            return new Options(momentum, nesterov, weightDecay, steps, eps, ratio, maximize);
        }

        /// The same with another weight decay.
        public Options withWeightDecay(double weightDecay) {
            return new Options(momentum, nesterov, weightDecay, steps, eps, ratio, maximize);
        }

        /// The same with or without looking ahead.
        public Options withNesterov(boolean nesterov) {
            return new Options(momentum, nesterov, weightDecay, steps, eps, ratio, maximize);
        }

        /// The same with another number of Newton-Schulz steps.
        public Options withSteps(int steps) {
            return new Options(momentum, nesterov, weightDecay, steps, eps, ratio, maximize);
        }

        /// The same with another eps.
        public Options withEps(double eps) {
            return new Options(momentum, nesterov, weightDecay, steps, eps, ratio, maximize);
        }

        /// The same with another rule for the rate.
        public Options withRatio(Ratio ratio) {
            return new Options(momentum, nesterov, weightDecay, steps, eps, ratio, maximize);
        }

        /// The same with or without climbing.
        public Options withMaximize(boolean maximize) {
            return new Options(momentum, nesterov, weightDecay, steps, eps, ratio, maximize);
        }
    }
}
