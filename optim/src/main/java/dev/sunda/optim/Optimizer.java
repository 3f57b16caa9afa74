package dev.sunda.optim;

import dev.sunda.autograd.Parameter;
import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.OptimizerKernels;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/// Changes parameters along their gradients. What a kind of optimizer adds is the step itself, [#update], and the names of the tensors it
/// keeps for each parameter, [#buffers].
///
/// ```java
/// optimizer.zeroGrad();
/// loss.backward();
/// optimizer.step();
/// ```
///
/// Parameters are numbered through all groups; [#stateDict] names their state by these numbers. Rates and state belong to one thread
/// at a time.
public abstract class Optimizer {
    private final List<Slot> slots = new ArrayList<>();
    private double[] baseRates = {};                                 // one of each kind for each group
    private double[] rates = {};
    private double[] momenta = {};                                   // NaN where nobody has set it

    /// @throws IllegalArgumentException if there is no parameter, one appears twice, or a learning rate is negative
    protected Optimizer(List<? extends ParameterGroup<?>> groups) {
        Objects.requireNonNull(groups, () -> name() + ": groups is null; pass a list of ParameterGroup");
        groups.forEach(this::add);
        if (slots.isEmpty())
            throw new IllegalArgumentException(name() + ": there is no parameter to train (got 0); pass model.parameters()");
    }

    /// Adds a group behind the others: what a kind of optimizer does in its `addGroup`, besides remembering the options. Numbers of groups
    /// and parameters that are there stay, and so does their state.
    ///
    /// @throws IllegalArgumentException if a parameter appears twice or the learning rate is negative; nothing has changed then
    protected final void add(ParameterGroup<?> group) {
        Objects.requireNonNull(group, () -> name() + ": a group is null");
        Checks.notNegative(name(), "learning rate", group.learningRate());
        var seen = Collections.<Parameter>newSetFromMap(new IdentityHashMap<>());
        slots.forEach(slot -> seen.add(slot.parameter));
        for (Parameter parameter : group.parameters())
            if (!seen.add(parameter))
                throw new IllegalArgumentException(name() + ": each parameter may appear once (parameter " + seen.size() + " of shape "
                        + parameter.shape() + " appeared before)");
        for (Parameter parameter : group.parameters())
            slots.add(new Slot(slots.size(), rates.length, parameter));
        baseRates = append(baseRates, group.learningRate());
        rates = append(rates, group.learningRate());
        momenta = append(momenta, Double.NaN);
    }

    private static double[] append(double[] numbers, double number) {
        double[] longer = Arrays.copyOf(numbers, numbers.length + 1);
        longer[numbers.length] = number;
        return longer;
    }

    /// Names of the tensors that are kept for each parameter of a group, in a fixed order.
    protected abstract List<String> buffers(int group);

    /// The first value of a tensor that is kept for a parameter: zeros of the parameter's shape and type, unless it is overridden. A
    /// number that is kept for a parameter is a scalar of float64 on the CPU.
    ///
    /// @param buffer its place in [#buffers]
    protected Tensor initial(int group, int buffer, Parameter parameter) {
        return Tensor.zeros(parameter.shape(), parameter.dtype(), parameter.device());
    }

    /// The momentum a group is made with, for schedules that change it: 0 if the optimizer has none, unless it is overridden.
    protected double madeWithMomentum(int group) {
        return 0;
    }

    /// Changes all parameters that make a step, through [OptimizerKernels] or [Parameter#update]. A device likes to get them all at once.
    /// Not to throw: everything has been checked.
    ///
    /// @param turns at least one; types and devices may differ
    protected abstract void update(List<Turn> turns);

    /// A parameter that makes a step.
    ///
    /// @param gradient of the parameter's shape, type and device; not to be modified
    /// @param step how many steps this parameter has made, this one included; at least 1
    /// @param state the tensors [#buffers] names, in that order; to be modified
    protected record Turn(int group, Parameter parameter, Tensor gradient, long step, List<Tensor> state) {
    }

    /// Forgets the gradients of all parameters.
    public final void zeroGrad() {
        for (Slot slot : slots)
            slot.parameter.zeroGrad();
    }

    /// Changes every parameter that has a gradient and is not frozen. A gradient that is not a number makes its parameter so, as in
    /// PyTorch.
    ///
    /// @throws IllegalStateException if a parameter was moved or converted after its first step or its gradient; nothing has changed then
    public final void step() {
        var active = slots.stream().filter(slot -> slot.parameter.grad() != null && !slot.parameter.isFrozen()).toList();
        for (Slot slot : active)
            check(slot);
        if (active.isEmpty())
            return;
        for (Slot slot : active)
            if (slot.state == null)
                slot.begin(initial(slot));
        update(active.stream().map(Slot::turn).toList());
        for (Slot slot : active)
            slot.steps++;
    }

    /// Number of parameter groups.
    public final int groups() {
        return rates.length;
    }

    /// The rate of the first group.
    public final double learningRate() {
        return rates[0];
    }

    /// The rate the next step uses for one group.
    public final double learningRate(int group) {
        return rates[checked(group)];
    }

    /// The rate a group was made with; schedules are relative to it.
    public final double baseLearningRate(int group) {
        return baseRates[checked(group)];
    }

    /// Sets the rate of one group for the steps to come; its base rate stays.
    ///
    /// @param rate 0 or more
    public final void setLearningRate(int group, double rate) {
        Checks.notNegative(name(), "learning rate", rate);
        rates[checked(group)] = rate;
    }

    /// The momentum the next step uses for one group: `momentum` of [Sgd] and [RmsProp], `beta1` of Adam and its relatives; 0 where there
    /// is none.
    public final double momentum(int group) {
        return Double.isNaN(momenta[checked(group)]) ? madeWithMomentum(group) : momenta[group];
    }

    /// The momentum a group was made with.
    public final double baseMomentum(int group) {
        return madeWithMomentum(checked(group));
    }

    /// Sets the momentum of one group for the steps to come.
    ///
    /// @param momentum in `[0, 1)`
    /// @throws IllegalArgumentException if the group was made without momentum
    public final void setMomentum(int group, double momentum) {
        Checks.fraction(name(), "momentum", momentum);
        if (madeWithMomentum(checked(group)) == 0)
            throw new IllegalArgumentException(name() + ": there is no momentum to set in group " + group + " (got " + momentum
                    + "); use an optimizer that has one, and make it with a momentum above 0");
        momenta[group] = momentum;
    }

    private int checked(int group) {
        if (group < 0 || group >= rates.length)
            throw new IllegalArgumentException(name() + ": the groups are 0 to " + (rates.length - 1) + " (got " + group + ")");
        return group;
    }

    /// Everything that is needed to go on later: for parameter 3 `3.step` (int64) and its buffers, such as `3.exp_avg`; for group 0
    /// `group.0.lr` and `group.0.initial_lr` (float64), and `group.0.momentum` where it was set. The tensors are copies on the parameters'
    /// devices; a parameter without a step has no entry.
    public final Map<String, Tensor> stateDict() {
        return OptimizerState.write(slots, this);
    }

    /// Takes over what [#stateDict] gave, of an optimizer of the same kind with the same groups, whether they were there from the start or
    /// added later. Buffers are copied to the parameters' devices.
    ///
    /// @throws IllegalArgumentException if a name is missing or unknown, or a tensor has another shape; nothing has changed then
    public final void loadStateDict(Map<String, Tensor> state) {
        Checks.state(name(), state);
        var read = new OptimizerState(name(), state);
        var newRates = new double[rates.length];
        var newBases = new double[rates.length];
        var newMomenta = new double[rates.length];
        for (int g = 0; g < rates.length; g++) {
            newRates[g] = read.rate("group." + g + ".lr");
            newBases[g] = read.rate("group." + g + ".initial_lr");
            newMomenta[g] = read.momentum(g);
        }
        var restored = new ArrayList<OptimizerState.Restored>();
        for (Slot slot : slots)
            restored.add(read.slot(slot, buffers(slot.group), initial(slot)));
        read.checkNothingLeft();
        for (Slot slot : slots) {
            slot.begin(restored.get(slot.index).state());
            slot.steps = restored.get(slot.index).steps();
        }
        System.arraycopy(newRates, 0, rates, 0, rates.length);
        System.arraycopy(newBases, 0, baseRates, 0, rates.length);
        System.arraycopy(newMomenta, 0, momenta, 0, rates.length);
    }

    /// For messages, for example `AdamW`.
    final String name() {
        return getClass().getSimpleName();
    }

    private void check(Slot slot) {
        Tensor value = slot.parameter.data();
        if (differs(value, slot.parameter.grad()))
            throw new IllegalStateException(name() + ": parameter " + slot.index + " and its gradient differ in type or device (got "
                    + value.describe() + " on " + value.device() + ", " + slot.parameter.grad().describe() + " on "
                    + slot.parameter.grad().device() + "); call zeroGrad() after moving or converting the model");
        if (slot.state != null && (slot.dtype != value.dtype() || !slot.device.equals(value.device())))
            throw new IllegalStateException(name() + ": parameter " + slot.index + " is " + value.dtype() + " on " + value.device()
                    + " but its state is not; make the optimizer after moving or converting the model");
    }

    private static boolean differs(Tensor value, Tensor x) {
        return !x.device().equals(value.device()) || x.dtype() != value.dtype();
    }

    private List<Tensor> initial(Slot slot) {
        return IntStream.range(0, buffers(slot.group).size())
                .mapToObj(i -> StepScope.retain(initial(slot.group, i, slot.parameter))).toList();
    }

    /// One parameter and what is remembered of it.
    static final class Slot {
        final int index;
        final int group;
        final Parameter parameter;
        long steps;
        List<Tensor> state;                                          // null before the first step
        private DType dtype;                                         // of the parameter when its state was made
        private Device device;

        private Slot(int index, int group, Parameter parameter) {
            this.index = index;
            this.group = group;
            this.parameter = parameter;
        }

        private Turn turn() {
            return new Turn(group, parameter, parameter.grad(), steps + 1, state);
        }

        private void begin(List<Tensor> state) {
            this.state = state;
            dtype = parameter.dtype();
            device = parameter.device();
        }
    }
}
