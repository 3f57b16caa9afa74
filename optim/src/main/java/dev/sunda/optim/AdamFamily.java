package dev.sunda.optim;

import dev.sunda.autograd.Parameter;
import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.OptimizerKernels;
import dev.sunda.core.op.AdamStep;
import java.util.List;

/// What [Adam] and [AdamW] share: all but the way weight decay acts.
abstract sealed class AdamFamily extends Optimizer permits Adam, AdamW {
    private final List<AdamOptions> options;
    private final boolean decoupled;

    AdamFamily(List<ParameterGroup<AdamOptions>> groups, boolean decoupled) {
        super(groups);
        this.options = groups.stream().map(ParameterGroup::options).toList();
        this.decoupled = decoupled;
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
    protected final void update(int group, Parameter parameter, Tensor gradient, long step, List<Tensor> state) {
        step(options.get(group), learningRate(group), momentum(group), decoupled, parameter, gradient, step, state);
    }

    /// One step; `beta1` takes the place of that of the options.
    static void step(AdamOptions o, double rate, double beta1, boolean decoupled, Parameter parameter, Tensor gradient, long step,
            List<Tensor> state) {
        var formula = new AdamStep(rate, beta1, o.beta2(), o.eps(), o.weightDecay(), decoupled, o.maximize(), step);
        Tensor largest = o.amsgrad() ? state.get(2) : null;
        parameter.update(p -> OptimizerKernels.adam(formula, p, gradient, state.get(0), state.get(1), largest));
    }
}
