package dev.sunda.optim;

import dev.sunda.autograd.Parameter;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.Formula;
import dev.sunda.core.op.Term;
import java.util.List;

/// Steps whose length depends on the signs of gradients alone, for gradients over the whole data: a step grows by `etaPlus` while the
/// sign stays, shrinks by `etaMinus` when it changes, and then the gradient counts as 0 once; `p = p - sign(g) * step`.
///
/// Formulas as in PyTorch. State: `prev`, the last gradient, and `step_size`, at first the learning rate, which has no other influence.
/// Source: Riedmiller, Braun 1993, "A direct adaptive method for faster backpropagation learning".
public final class Rprop extends ElementwiseOptimizer<Rprop.Options> {
    /// Rprop with its usual options.
    ///
    /// @param learningRate 0 or more, often 0.01
    public Rprop(List<Parameter> parameters, double learningRate) {
        this(parameters, learningRate, Options.DEFAULT);
    }

    /// @param learningRate 0 or more, often 0.01
    public Rprop(List<Parameter> parameters, double learningRate, Options options) {
        this(List.of(new ParameterGroup<>(parameters, learningRate, options)));
    }

    /// Groups of parameters with options of their own.
    public Rprop(List<ParameterGroup<Options>> groups) {
        super(groups);
    }

    @Override
    protected List<String> buffers(int group) {
        return List.of("prev", "step_size");
    }

    @Override
    protected Tensor initial(int group, int buffer, Parameter parameter) {
        return Tensor.full(parameter.shape(), buffer == 1 ? learningRate(group) : 0, parameter.dtype(), parameter.device());
    }

    @Override
    protected Formula formula(int group, long step, List<Tensor> state) {
        Options o = options(group);
        Term slope = slope(o.maximize);
        Term agreement = slope.mul(kept(0));
        Term turned = agreement.lt(0);
        Term factor = turned.choose(Term.of(o.etaMinus), agreement.gt(0).choose(Term.of(o.etaPlus), Term.of(1)));
        Term size = kept(1).mul(factor).maximum(Term.of(o.leastStep)).minimum(Term.of(o.largestStep));
        Term g = turned.choose(Term.of(0), slope);
        return new Formula().assign(number(0), g).assign(number(1), size).assign(0, P.sub(g.sign().mul(size)));
    }

    /// What may differ between groups besides the rate.
    ///
    /// @param etaMinus factor after a change of sign, between 0 and 1
    /// @param etaPlus factor otherwise, above 1
    /// @param leastStep the smallest step, 0 or more
    /// @param largestStep the largest step, not below the smallest
    /// @param maximize whether to climb instead of descend
    public record Options(double etaMinus, double etaPlus, double leastStep, double largestStep, boolean maximize) {
        /// Factors 0.5 and 1.2, steps from 1e-6 to 50.
        public static final Options DEFAULT = new Options(0.5, 1.2, 1e-6, 50, false);

        /// Checks the ranges.
        public Options {
            if (!(etaMinus > 0 && etaMinus < 1 && etaPlus > 1))
                throw new IllegalArgumentException(
                        "Rprop: the factors must be 0 < etaMinus < 1 < etaPlus (got " + etaMinus + ", " + etaPlus + ")");
            Checks.notNegative("Rprop", "the smallest step", leastStep);
            if (!(leastStep <= largestStep))
                throw new IllegalArgumentException(
                        "Rprop: the smallest step must not exceed the largest (got " + leastStep + ", " + largestStep + ")");
        }

        /// The same with other factors.
        public Options withEtas(double etaMinus, double etaPlus) {
            return new Options(etaMinus, etaPlus, leastStep, largestStep, maximize);
        }

        /// The same with other bounds of the step.
        public Options withSteps(double leastStep, double largestStep) {
            return new Options(etaMinus, etaPlus, leastStep, largestStep, maximize);
        }

        /// The same with or without climbing.
        public Options withMaximize(boolean maximize) {
            return new Options(etaMinus, etaPlus, leastStep, largestStep, maximize);
        }
    }
}
