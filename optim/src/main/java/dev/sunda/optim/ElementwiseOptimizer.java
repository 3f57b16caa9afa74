package dev.sunda.optim;

import dev.sunda.autograd.Parameter;
import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.OptimizerKernels;
import dev.sunda.core.op.Formula;
import dev.sunda.core.op.Term;
import java.util.List;
import java.util.stream.Stream;

/// An optimizer whose step treats every element alike. What a kind adds is the step as terms, see [#formula]; the device runs it in one
/// pass over memory.
///
/// @param <O> what may differ between groups besides the rate
public abstract class ElementwiseOptimizer<O> extends Optimizer {
    /// An element of the parameter.
    protected static final Term P = Term.tensor(0);
    /// An element of its gradient.
    protected static final Term G = Term.tensor(1);

    private final List<O> options;

    /// Groups of parameters with options of their own.
    protected ElementwiseOptimizer(List<ParameterGroup<O>> groups) {
        super(groups);
        options = groups.stream().map(ParameterGroup::options).toList();
    }

    /// The new values of the parameter and of what is kept for it, as terms of [#P], [#G] and [#kept].
    ///
    /// @param step how many steps this parameter has made, this one included; at least 1
    /// @param state what is kept for the parameter, where the formula depends on numbers among it; these come last in [#buffers]
    protected abstract Formula formula(int group, long step, List<Tensor> state);

    /// The options of a group.
    protected final O options(int group) {
        return options.get(group);
    }

    /// The element of a tensor that is kept for the parameter.
    ///
    /// @param buffer its place in [#buffers]
    protected static Term kept(int buffer) {
        return Term.tensor(number(buffer));
    }

    /// The number of that tensor in a formula.
    protected static int number(int buffer) {
        return 2 + buffer;
    }

    /// The direction of steepest descent: the gradient, or its opposite in order to climb.
    protected static Term slope(boolean maximize) {
        return maximize ? G.neg() : G;
    }

    /// The gradient with weight decay added: `g + weightDecay * p`.
    protected static Term decayed(Term gradient, double weightDecay) {
        return weightDecay == 0 ? gradient : gradient.add(P.mul(weightDecay));
    }

    /// The parameter after decoupled weight decay: `p * (1 - learningRate * weightDecay)`.
    protected static Term shrunk(double learningRate, double weightDecay) {
        return weightDecay == 0 ? P : P.mul(1 - learningRate * weightDecay);
    }

    @Override
    protected void update(int group, Parameter parameter, Tensor gradient, long step, List<Tensor> state) {
        Formula formula = formula(group, step, state);
        evaluate(formula, parameter, gradient, state.subList(0, Math.max(0, formula.tensors() - number(0))));
    }

    /// Runs a formula over the parameter, its gradient and what is kept for it.
    protected static void evaluate(Formula formula, Parameter parameter, Tensor gradient, List<Tensor> state) {
        parameter.update(
                p -> OptimizerKernels.formula(formula, Stream.concat(Stream.of(p, gradient), state.stream()).toArray(Tensor[]::new)));
    }
}
