package dev.sunda.optim;

import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.OptimizerKernels;
import dev.sunda.core.kernel.OptimizerKernels.Change;
import dev.sunda.core.op.Formula;
import dev.sunda.core.op.Term;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/// The running average of a network's weights over its last steps. It usually answers better than the network itself while the learning
/// rate is still high, because the noise of single steps cancels.
///
/// ```java
/// var average = new WeightAverage(WeightAverage.exponential(0.98));
/// ...
/// optimizer.step();
/// average.update(model.state());
/// ...
/// tested.loadStateDict(average.weights(), true);          // another network of the same kind
/// ```
///
/// For every weight and every running statistic of a floating type `a = a + share * (x - a)`, the first time `a = x`; whole numbers, such
/// as counts of batches, are taken over as they are. Belongs to one thread at a time.
///
/// Sources: Polyak, Juditsky 1992 (averaging); Izmailov et al. 2018, arXiv:1803.05407 (equal shares); PyTorch's `AveragedModel`, which
/// computes the same with `use_buffers`.
public final class WeightAverage {
    private static final String UPDATES = "updates", AVERAGE = "average.";

    private final Share share;
    private final Map<String, Tensor> weights = new LinkedHashMap<>();
    private long updates;
    private boolean moves;                                           // loaded: lies where the saved state did until the next update

    /// How much the newest weights count.
    @FunctionalInterface
    public interface Share {
        /// The share of the newest weights in the average.
        ///
        /// @param updates how many there were before, at least 1
        /// @return from 0 to 1
        double of(long updates);
    }

    /// An average that is empty until the first update.
    public WeightAverage(Share share) {
        Objects.requireNonNull(share, "WeightAverage: share is null; use WeightAverage.exponential(0.98)");
        this.share = share;
    }

    /// Always `1 - decay`: about the last `1 / (1 - decay)` updates count.
    ///
    /// @param decay in `[0, 1)`
    public static Share exponential(double decay) {
        Checks.fraction("WeightAverage.exponential", "decay", decay);
        return _ -> 1 - decay;
    }

    /// As [#exponential], but after `n` updates the decay is at most `(1 + n) / (10 + n)`, so that a short run is not an average over its
    /// random beginning.
    ///
    /// @param decay in `[0, 1)`
    public static Share risingExponential(double decay) {
        Checks.fraction("WeightAverage.risingExponential", "decay", decay);
        return n -> 1 - Math.min(decay, (1.0 + n) / (10.0 + n));
    }

    /// `1 / (n + 1)` after `n` updates: the mean of all.
    public static Share equal() {
        return n -> 1.0 / (n + 1.0);
    }

    /// Takes one more state of the weights into the average.
    ///
    /// @param state as from a layer's `state`, of which nothing is kept; names, shapes, types and devices stay the same from call to call
    /// @throws IllegalArgumentException if they do not; nothing has changed then
    public void update(Map<String, Tensor> state) {
        Objects.requireNonNull(state, "WeightAverage.update: state is null; pass model.state()");
        state.forEach((name, x) -> Objects.requireNonNull(x, () -> "WeightAverage.update: '" + name + "' is null"));
        if (updates > 0)
            check(state);
        if (moves)
            weights.replaceAll((name, a) -> StepScope.retain(a.to(state.get(name).device())));
        moves = false;
        double newest = updates == 0 ? 1 : share.of(updates);
        Term a = Term.tensor(0), x = Term.tensor(1);
        var closer = new Formula().assign(0, a.add(x.sub(a).mul(newest)));
        var changes = new ArrayList<Change<Formula>>();
        state.forEach((name, weight) -> {
            Tensor average = weights.get(name);
            if (average == null)
                weights.put(name, StepScope.retain(weight.copy()));
            else if (weight.dtype().isFloating())
                changes.add(Change.of(closer, average, weight));
            else
                average.copyFrom(weight);
        });
        OptimizerKernels.formulas(changes);                          // all at once
        updates++;
    }

    private void check(Map<String, Tensor> state) {
        if (!state.keySet().equals(weights.keySet()))
            throw new IllegalArgumentException("WeightAverage: the weights must have the same names in each update (got " + state.keySet()
                    + " after " + weights.keySet() + "); use one average for each network");
        state.forEach((name, x) -> {
            Tensor a = weights.get(name);
            if (!x.shape().equals(a.shape()) || x.dtype() != a.dtype() || !moves && !x.device().equals(a.device()))
                throw new IllegalArgumentException("WeightAverage: " + name + " must keep its shape, type and device (got " + x.describe()
                        + " on " + x.device() + " after " + a.describe() + " on " + a.device() + "); make the average anew");
        });
    }

    /// How many states are in the average.
    public long updates() {
        return updates;
    }

    /// The average by name, to be loaded into a network of the same kind. The tensors change with the next update.
    ///
    /// @throws IllegalStateException before the first update
    public Map<String, Tensor> weights() {
        if (updates == 0)
            throw new IllegalStateException("WeightAverage: there is no average before the first update; call update(model.state())");
        return Collections.unmodifiableMap(weights);
    }

    /// Everything that is needed to go on later: `updates` (int64) and a copy of each weight `w` as `average.w`.
    public Map<String, Tensor> stateDict() {
        var state = new LinkedHashMap<String, Tensor>();
        state.put(UPDATES, StepScope.retain(Tensor.of(new long[] {updates}, Shape.SCALAR)));
        weights.forEach((name, a) -> state.put(AVERAGE + name, StepScope.retain(a.copy())));
        return state;
    }

    /// Takes over what [#stateDict] gave, on any device: the next update moves it to that of the weights.
    ///
    /// @throws IllegalArgumentException if it was not made by that; nothing has changed then
    public void loadStateDict(Map<String, Tensor> state) {
        Checks.state("WeightAverage", state);
        Tensor count = state.get(UPDATES);
        if (count == null || count.dtype() != DType.I64 || !count.shape().equals(Shape.SCALAR))
            throw new IllegalArgumentException("WeightAverage: the saved state needs a whole number 'updates' (got " + state.keySet()
                    + "); it must come from stateDict()");
        long saved = count.toLongArray()[0];
        var restored = new LinkedHashMap<String, Tensor>();
        state.forEach((name, x) -> {
            if (name.startsWith(AVERAGE))
                restored.put(name.substring(AVERAGE.length()), x);
            else if (!name.equals(UPDATES))
                throw new IllegalArgumentException("WeightAverage: the saved state does not belong to an average, unknown: " + name);
        });
        if (saved < 0 || (saved == 0) != restored.isEmpty())
            throw new IllegalArgumentException("WeightAverage: the saved state contradicts itself (got " + saved + " updates of "
                    + restored.size() + " weights)");
        weights.clear();
        restored.forEach((name, x) -> weights.put(name, StepScope.retain(x.copy())));
        updates = saved;
        moves = true;
    }
}
