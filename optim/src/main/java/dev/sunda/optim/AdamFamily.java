package dev.sunda.optim;

import dev.sunda.core.kernel.OptimizerKernels;
import dev.sunda.core.kernel.OptimizerKernels.Change;
import dev.sunda.core.op.AdamStep;
import java.util.ArrayList;
import java.util.List;

/// What [Adam] and [AdamW] share: all but the way weight decay acts.
abstract sealed class AdamFamily extends Optimizer permits Adam, AdamW {
    private final List<AdamOptions> options;
    private final boolean decoupled;

    AdamFamily(List<ParameterGroup<AdamOptions>> groups, boolean decoupled) {
        super(groups);
        this.options = new ArrayList<>(groups.stream().map(ParameterGroup::options).toList());
        this.decoupled = decoupled;
    }

    /// Adds a group behind the others, for example layers that are trained from now on. What is there stays as it is.
    ///
    /// @throws IllegalArgumentException if a parameter appears twice or the learning rate is negative; nothing has changed then
    public final void addGroup(ParameterGroup<AdamOptions> group) {
        add(group);
        options.add(group.options());
    }

    @Override
    protected final List<String> buffers(int group) {
        return buffers(options.get(group));
    }

    static List<String> buffers(AdamOptions options) {
        return options.amsgrad() ? List.of("exp_avg", "exp_avg_sq", "max_exp_avg_sq") : List.of("exp_avg", "exp_avg_sq");
    }

    @Override
    protected final double madeWithMomentum(int group) {
        return options.get(group).beta1();
    }

    @Override
    protected final void update(List<Turn> turns) {
        OptimizerKernels.adam(turns.stream().map(turn -> change(options.get(turn.group()), learningRate(turn.group()),
                momentum(turn.group()), decoupled, turn)).toList());
    }

    /// The part of one parameter; `beta1` takes the place of that of the options.
    static Change<AdamStep> change(AdamOptions o, double rate, double beta1, boolean decoupled, Turn turn) {
        var step = new AdamStep(rate, beta1, o.beta2(), o.eps(), o.weightDecay(), decoupled, o.maximize(), turn.step());
        return Change.of(step, turn.parameter().data(), turn.gradient(), turn.state().get(0), turn.state().get(1),
                o.amsgrad() ? turn.state().get(2) : null);
    }
}
