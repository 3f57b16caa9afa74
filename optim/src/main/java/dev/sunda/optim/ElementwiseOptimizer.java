package dev.sunda.optim;

import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.OptimizerKernels;
import dev.sunda.core.kernel.OptimizerKernels.Change;
import dev.sunda.core.op.Formula;
import dev.sunda.core.op.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// An optimizer whose step treats every element alike. What a kind adds is the step as terms, see [#formula]; the device runs it for all
/// parameters at once, in one pass over memory.
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
        options = new ArrayList<>(groups.stream().map(ParameterGroup::options).toList());
    }

    /// Adds a group behind the others, for example layers that are trained from now on. What is there stays as it is.
    ///
    /// @throws IllegalArgumentException if a parameter appears twice or the learning rate is negative; nothing has changed then
    public void addGroup(ParameterGroup<O> group) {
        add(group);
        options.add(group.options());
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
    protected void update(List<Turn> turns) {
        var changes = new ArrayList<Change<Formula>>();
        Formula formula = null;
        for (Turn turn : turns) {
            if (formula == null || !holds(formula, turns.get(changes.size() - 1), turn))
                formula = formula(turn.group(), turn.step(), turn.state());
            changes.add(change(formula, turn));
        }
        OptimizerKernels.formulas(changes);
    }

    /// Whether the formula of one turn is also that of another: the same one costs a device less than one that is equal.
    private static boolean holds(Formula formula, Turn of, Turn turn) {
        return of.group() == turn.group() && of.step() == turn.step() && turn.state().size() == tensorsKept(formula);
    }

    private static Change<Formula> change(Formula formula, Turn turn) {
        var tensors = Stream.concat(Stream.of(turn.parameter().data(), turn.gradient()), turn.state().stream().limit(tensorsKept(formula)));
        return new Change<>(formula, tensors.toList());
    }

    /// How many of the tensors that are kept are the formula's; numbers that it depends on come behind them.
    private static int tensorsKept(Formula formula) {
        return Math.max(0, formula.tensors() - number(0));
    }
}
